/**
 * The latency gate's tests, fed interval by interval: is the candidate slower than the stable revision
 * beyond the tolerance, is its 95th percentile above the limit (and worse than stable's), and is it proven
 * fast enough to go on.
 */
import { addCounts, startLatency, updateLatency, updateSafetyAlone } from '@ascent/stats';
import type { Latency, LatencyBlock } from '@ascent/stats';
import type { HistogramLayout } from '../world/traffic-point.js';
import type { GateLens, LatencyLens } from './gate-lens.js';
import type { GatePlan } from './gate-plan.js';
import { absorbLimit, startLimitEvidence } from './limit-evidence.js';
import type { LimitEvidence } from './limit-evidence.js';
import {
  countFrom,
  firstBucketAbove,
  isSameLayout,
  moveBuckets,
  quantileMs,
} from './latency-layout.js';

/** Part of requests that may be slower than the 95th percentile. */
export const slowPart = 0.05;
/** Going on needs proof that fewer than this part of the candidate's requests are too slow. */
export const provenSlowPart = 0.15;

/** All tests on latency, in one layout. Plain data. */
export type LatencyEvidence = {
  readonly layout: HistogramLayout;
  readonly relative: Latency;
  readonly limit: LimitEvidence;
  /** ln E of "15 % or more of the candidate's requests are slower than stable's p95 with its tolerance". */
  readonly safetyLogE: number;
  readonly open: LatencyBlock & { readonly warm: boolean };
};

/** Both revisions' latencies in one interval, in the evidence's layout. */
export type LatencySample = {
  readonly candidate: readonly number[] | null;
  readonly stable: readonly number[] | null;
  readonly warm: boolean;
};

/** A block without requests. */
const noLatency: LatencyEvidence['open'] = { candidate: [], stable: [], warm: false };

/** Tests in this layout before any request. */
export function startLatencyEvidence(layout: HistogramLayout): LatencyEvidence {
  return {
    layout,
    relative: startLatency(),
    limit: startLimitEvidence(),
    safetyLogE: 0,
    open: noLatency,
  };
}

/** The same capital, in another layout: what was learnt about the old buckets is gone, what was won is not. */
export function changeLayout(evidence: LatencyEvidence, layout: HistogramLayout): LatencyEvidence {
  if (isSameLayout(layout, evidence.layout)) return evidence;
  const fresh = startLatencyEvidence(layout);
  return {
    ...fresh,
    relative: { ...fresh.relative, logBets: evidence.relative.logBets },
    limit: evidence.limit,
    safetyLogE: evidence.safetyLogE,
  };
}

/** Adds one interval. */
export function absorbLatency(
  lens: GateLens,
  evidence: LatencyEvidence,
  sample: LatencySample,
): LatencyEvidence {
  const open = {
    candidate: addCounts(evidence.open.candidate, sample.candidate ?? []),
    stable: addCounts(evidence.open.stable, sample.stable ?? []),
    warm: evidence.open.warm || sample.warm,
  };
  const { latency } = lens;
  const slow = countFrom(open.candidate, 0);
  const rest = countFrom(open.stable, 0);
  const least = lens.gatePlan.statistics.latencyBlockMinimumRequests;
  const closed = slow > 0 && (rest === 0 ? slow >= Math.max(20, least) : slow + rest >= least);
  if (!closed || latency === null) return { ...evidence, open };
  const judged = judgeBlock(lens.gatePlan, evidence, {
    candidate: open.candidate,
    stable: open.stable,
    warm: open.warm,
    lens: latency,
    limitLogThreshold: lens.latencyLimitLogThreshold,
    slow,
    rest,
  });
  return { ...judged, open: noLatency };
}

/** Requests of two shares must not meet in one block. */
export function changeLatencyShare(evidence: LatencyEvidence): LatencyEvidence {
  return { ...evidence, safetyLogE: 0, open: noLatency };
}

/** The latency the candidate is proven against: stable's p95 so far, with the tolerance; `null` before any. */
export function toleratedMs(gatePlan: GatePlan, evidence: LatencyEvidence): number | null {
  const p95Ms = quantileMs(evidence.layout, evidence.relative.stableHistory, 1 - slowPart);
  return p95Ms === null ? null : p95Ms * (1 + (gatePlan.latencyP95?.worseThanStableBy ?? 0));
}

/** A closed block, its requests of either revision, and what limits mean in its buckets. */
type ClosedBlock = LatencyBlock & {
  readonly warm: boolean;
  readonly lens: LatencyLens;
  readonly limitLogThreshold: number;
  readonly slow: number;
  readonly rest: number;
};

function judgeBlock(
  gatePlan: GatePlan,
  evidence: LatencyEvidence,
  block: ClosedBlock,
): LatencyEvidence {
  const { lens } = block;
  // Cold starts are slow, and how slow nobody knows: they are not judged, only learnt from.
  if (block.warm) {
    const stableHistory = addCounts(evidence.relative.stableHistory, block.stable);
    return { ...evidence, relative: { ...evidence.relative, stableHistory } };
  }
  return {
    ...evidence,
    relative: updateLatency(
      evidence.relative,
      { candidate: moveBuckets(block.candidate, lens.forgiven), stable: block.stable },
      lens.buckets,
    ),
    limit: absorbLimit(
      evidence.limit,
      {
        candidate: { requests: block.slow, errors: countFrom(block.candidate, lens.tooSlow) },
        stable: { requests: block.rest, errors: countFrom(block.stable, lens.tooSlow) },
      },
      {
        limit: slowPart,
        toleratedOddsRatio: 1,
        logThreshold: block.limitLogThreshold,
        dispersion: 1,
      },
    ),
    safetyLogE: proveFast(gatePlan, evidence, block),
  };
}

function proveFast(gatePlan: GatePlan, evidence: LatencyEvidence, block: ClosedBlock): number {
  const limitMs = toleratedMs(gatePlan, evidence);
  if (limitMs === null) return evidence.safetyLogE;
  const history = evidence.relative.stableHistory;
  // A request in the bucket that holds the limit counts as too slow: the proof must not lean on rounding.
  const bucket = Math.max(0, firstBucketAbove(evidence.layout, limitMs) - 1);
  const past = {
    pastStableErrors: countFrom(history, bucket),
    pastStableRequests: countFrom(history, 0),
  };
  const sample = { requests: block.slow, errors: countFrom(block.candidate, bucket) };
  return updateSafetyAlone(evidence.safetyLogE, sample, { past, limit: provenSlowPart });
}
