/**
 * From a test's walk to time on the clock: how fast requests come, how late they are seen, and what a warm-up costs.
 */
import type { Walk } from '@ascent/stats';
import type { LatencyHistogram } from '../world/traffic-point.js';
import type { GatePlan } from './gate-plan.js';

/** One stage of the plan. */
export type ForecastStage = {
  readonly name: string;
  /** Integer percent. */
  readonly sharePercent: number;
  readonly holdMinMs: number;
  readonly holdMaxMs: number;
};

/** The service's real traffic, of all revisions together. */
export type ExpectedTraffic = {
  readonly requestsPerMinute: number;
  /** Part of requests that fail today, 0 … 1. */
  readonly errorRate: number;
  /** Today's latencies; `null` where they are unknown. */
  readonly latency: LatencyHistogram | null;
  /** Over how long it was measured, milliseconds; left out where it was not. */
  readonly spanMs?: number;
};

/** How late what happened is seen: a sample ends, and then becomes visible. */
export type StageTiming = { readonly samplePeriodMs: number; readonly visibilityDelayMs: number };

/** The traffic a forecast is for, and how late it is seen; without timing everything is seen at once. */
export type ForecastWorld = ExpectedTraffic & { readonly timing?: StageTiming };

/** How long until something is seen, in half and in nine of ten rollouts; `null` when never. */
export type TimeToSee = { readonly medianMs: number; readonly q90Ms: number } | null;

/** One stage at one traffic. */
export type Scene = {
  readonly gatePlan: GatePlan;
  readonly traffic: ForecastWorld;
  /** The candidate's part of the traffic, 0 … 1. */
  readonly share: number;
  /** Candidate requests per millisecond. */
  readonly perMs: number;
};

/** A test on its way to a threshold. */
export type Look = {
  readonly walk: Walk;
  /** The law of its passage: `passageQuantile`, or `steppedPassageQuantile` where rare failures carry it. */
  readonly passage: (walk: Walk, probability: number) => number;
  /** Requests of both revisions that are pooled before it moves. */
  readonly blockRequests: number;
  /** The walk while cold starts are forgiven; `null` where nothing can be seen meanwhile. */
  readonly warmWalk: Walk | null;
  /** Ordinary candidate requests that each one of the warm-up costs; below 0 where it spares some. */
  readonly forfeit: number;
};

/** A service without a single error is planned for as if one request in ten thousand failed. */
const leastErrorRate = 1e-4;
/** One where everything fails, as if one in ten thousand came through. */
const greatestErrorRate = 1 - leastErrorRate;

/** The stable revision's failure rate to plan with, never 0 and never 1. */
export function plannedErrorRate({ errorRate }: ExpectedTraffic): number {
  return Math.min(Math.max(errorRate, leastErrorRate), greatestErrorRate);
}

/** The scene of a share at this traffic. */
export function sceneOf(gatePlan: GatePlan, traffic: ForecastWorld, sharePercent: number): Scene {
  const perMs = (traffic.requestsPerMinute * sharePercent) / 100 / 60_000;
  return { gatePlan, traffic, share: sharePercent / 100, perMs };
}

/** When a look arrives. */
export function timeOf(scene: Scene, look: Look | null): TimeToSee {
  if (look === null || !(look.walk.drift > 0)) return null;
  const time = { medianMs: quantileMs(scene, look, 0.5), q90Ms: quantileMs(scene, look, 0.9) };
  return Number.isFinite(time.q90Ms) ? time : null;
}

/**
 * Within how long a look arrives with this probability. On average half a block passes before what happened is looked
 * at, or half a sample where that is longer; nothing is seen before one sample is over and visible.
 */
export function quantileMs(scene: Scene, look: Look, probability: number): number {
  const { samplePeriodMs, visibilityDelayMs } = scene.traffic.timing ?? atOnce;
  const blockMs = (look.blockRequests / scene.traffic.requestsPerMinute) * 60_000;
  const waitMs = Math.max(blockMs, samplePeriodMs) / 2;
  const seenMs = passageMs(scene, look, probability) + waitMs;
  return Math.max(seenMs, samplePeriodMs) + visibilityDelayMs;
}

const atOnce: StageTiming = { samplePeriodMs: 0, visibilityDelayMs: 0 };

/** The walk's passage, in its warm-up or after it. */
function passageMs(scene: Scene, look: Look, probability: number): number {
  const { warmUpMs } = scene.gatePlan;
  const { warmWalk } = look;
  if (warmWalk !== null && warmWalk.drift > 0) {
    const earlyMs = passageRequests(look, warmWalk, probability) / scene.perMs;
    if (earlyMs <= warmUpMs) return earlyMs;
  }
  const forfeited = warmUpMs === 0 ? 0 : look.forfeit * warmUpMs * scene.perMs;
  const requests = passageRequests(look, look.walk, probability) + forfeited;
  return warmUpMs + Math.max(0, requests) / scene.perMs;
}

/** Requests arrive by chance, which spreads the walk in time by another drift² per request. */
function passageRequests({ passage }: Look, walk: Walk, probability: number): number {
  return passage({ ...walk, variance: walk.variance + walk.drift ** 2 }, probability);
}
