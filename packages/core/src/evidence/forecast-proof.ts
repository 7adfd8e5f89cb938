/**
 * When a good candidate, one like the stable revision, is proven good enough to go on, and what keeps it from ever
 * being. Mirrors `judge.ts`: every gate of the plan needs its own proof.
 */
import { limitWalk, passageQuantile, safetyWalk } from '@ascent/stats';
import type { Walk } from '@ascent/stats';
import { aloneLimit } from './error-evidence.js';
import { plannedErrorRate, timeOf } from './forecast-scene.js';
import type { ExpectedTraffic, Look, Scene, TimeToSee } from './forecast-scene.js';
import { partFrom } from './forecast-sight.js';
import type { GatePlan } from './gate-plan.js';
import { provenSlowPart, slowPart } from './latency-evidence.js';
import {
  bucketCount,
  firstBucketAbove,
  wholeCounts,
  lowerEdgeMs,
  quantileMs,
} from './latency-layout.js';

/** Why no candidate can be proven good, at any traffic. */
export type Obstacle =
  /** The stable revision fails more than the limit. */
  | { readonly type: 'stable-above-limit'; readonly errorRate: number; readonly maxRatio: number }
  /** More than 5 % of the stable revision's requests take longer than the limit. */
  | { readonly type: 'stable-too-slow'; readonly slowPart: number; readonly maxMs: number }
  /** The tolerance leaves nothing to disprove. */
  | { readonly type: 'boundless-tolerance'; readonly worseThanStableBy: number }
  /** The bucket that holds the tolerated p95 begins so low that too many good requests count as too slow. */
  | {
      readonly type: 'coarse-buckets';
      readonly toleratedMs: number;
      readonly bucketFromMs: number;
      /** Part of today's requests in that bucket and above. */
      readonly part: number;
    };

/** The first thing that keeps every candidate from being proven good; `null` where only requests are needed. */
export function obstacleOf(gatePlan: GatePlan, traffic: ExpectedTraffic): Obstacle | null {
  return errorObstacle(gatePlan, traffic) ?? latencyObstacle(gatePlan, traffic);
}

function errorObstacle(gatePlan: GatePlan, traffic: ExpectedTraffic): Obstacle | null {
  if (gatePlan.errorRate === null) return null;
  const { maxRatio, worseThanStableBy } = gatePlan.errorRate;
  const { errorRate } = traffic;
  if (errorRate > maxRatio) return { type: 'stable-above-limit', errorRate, maxRatio };
  const isBoundless = plannedErrorRate(traffic) + worseThanStableBy >= 1;
  return isBoundless ? { type: 'boundless-tolerance', worseThanStableBy } : null;
}

function latencyObstacle(gatePlan: GatePlan, { latency }: ExpectedTraffic): Obstacle | null {
  const proven = fastBucket(gatePlan, latency);
  if (gatePlan.latencyP95 === null || latency === null || proven === null) return null;
  const { maxMs } = gatePlan.latencyP95;
  const tooSlow = partFrom(wholeCounts(latency), firstBucketAbove(latency.layout, maxMs));
  if (tooSlow > slowPart) return { type: 'stable-too-slow', slowPart: tooSlow, maxMs };
  const { part, toleratedMs, bucketFromMs } = proven;
  return part < provenSlowPart ? null : { type: 'coarse-buckets', toleratedMs, bucketFromMs, part };
}

/** What "too slow" means to the proof: the bucket that holds the tolerated p95, and today's part from there on. */
function fastBucket(
  gatePlan: GatePlan,
  latency: ExpectedTraffic['latency'],
): { readonly part: number; readonly toleratedMs: number; readonly bucketFromMs: number } | null {
  if (latency === null || gatePlan.latencyP95 === null) return null;
  const { layout } = latency;
  const counts = wholeCounts(latency);
  const p95Ms = quantileMs(layout, counts, 1 - slowPart);
  if (p95Ms === null) return null;
  const toleratedMs = p95Ms * (1 + gatePlan.latencyP95.worseThanStableBy);
  const bucket = Math.max(0, firstBucketAbove(layout, toleratedMs) - 1);
  return { part: partFrom(counts, bucket), toleratedMs, bucketFromMs: lowerEdgeMs(layout, bucket) };
}

/** Until every gate has its proof; `null` when one never has. */
export function timeOfProof(scene: Scene): TimeToSee {
  if (obstacleOf(scene.gatePlan, scene.traffic) !== null) return null;
  const { gatePlan, traffic } = scene;
  const looks = [
    ...(gatePlan.errorRate === null ? [] : [errorProof(scene)]),
    ...(gatePlan.latencyP95 === null || traffic.latency === null ? [] : [latencyProof(scene)]),
  ];
  const times = looks.map((look) => timeOf(scene, look));
  return times.reduce((last, time) => slower(last, time), times[0] ?? null);
}

function slower(a: TimeToSee, b: TimeToSee): TimeToSee {
  if (a === null || b === null) return null;
  return { medianMs: Math.max(a.medianMs, b.medianMs), q90Ms: Math.max(a.q90Ms, b.q90Ms) };
}

/** A tolerance of 0 asks for no proof, only that nothing speaks against the candidate: the first block will do. */
const atOnce: Walk = { drift: 1, variance: 0, height: 1 };

/** Proof counts from the first request: errors of a warm-up speak against a candidate here. */
function errorProof({ gatePlan, traffic, share }: Scene): Look | null {
  const difference = gatePlan.errorRate?.worseThanStableBy ?? 0;
  const rate = plannedErrorRate(traffic);
  const risk = gatePlan.risk.missedRegression;
  const blockRequests = gatePlan.statistics.blockMinimumRequests;
  const limit = aloneLimit(gatePlan, difference);
  if (share >= 1 && rate >= limit) return null;
  const walk =
    difference <= 0
      ? atOnce
      : share < 1
        ? safetyWalk({ rate, difference, share, risk })
        : limitWalk({ rate, limit, height: -Math.log(risk) });
  return { walk, passage: passageQuantile, blockRequests, warmWalk: walk, forfeit: -1 };
}

function latencyProof({ gatePlan, traffic }: Scene): Look | null {
  const proven = fastBucket(gatePlan, traffic.latency);
  if (proven === null || proven.part >= provenSlowPart) return null;
  const height = -Math.log(gatePlan.risk.missedRegression);
  return {
    walk: limitWalk({ rate: proven.part, limit: provenSlowPart, height }),
    passage: passageQuantile,
    blockRequests: gatePlan.statistics.latencyBlockMinimumRequests,
    warmWalk: null,
    forfeit: 0,
  };
}

/** A latency setting that lies above the last edge of the buckets latencies are counted in: it can never fire. */
export type DeadLimit = {
  readonly setting: 'gates.latencyP95.max' | 'rollback.latencyP95';
  readonly limitMs: number;
  readonly lastEdgeMs: number;
};

/** The plan's latency limits that can never fire in today's buckets. */
export function deadLimits(gatePlan: GatePlan, { latency }: ExpectedTraffic): readonly DeadLimit[] {
  if (latency === null) return [];
  const { layout } = latency;
  const lastEdgeMs = lowerEdgeMs(layout, bucketCount(layout) - 1);
  const { latencyP95, rules } = gatePlan;
  const limits: readonly Omit<DeadLimit, 'lastEdgeMs'>[] = [
    ...(latencyP95 === null
      ? []
      : [{ setting: 'gates.latencyP95.max' as const, limitMs: latencyP95.maxMs }]),
    ...rules
      .filter(({ metric }) => metric === 'latencyP95')
      .map(({ above }) => ({ setting: 'rollback.latencyP95' as const, limitMs: above })),
  ];
  return limits
    .filter(({ limitMs }) => firstBucketAbove(layout, limitMs) >= bucketCount(layout))
    .map((limit) => ({ ...limit, lastEdgeMs }));
}
