/**
 * What each stage can and cannot see, before anything ships: the fourth verdict, "not at this traffic".
 *
 * Everything here is `planning` of `@ascent/stats`, applied to the plan's own gates, risks and shares.
 */
import {
  errorWalk,
  latencyWalk,
  limitWalk,
  mixtureCost,
  passageQuantile,
  safetyWalk,
} from '@ascent/stats';
import type { Walk } from '@ascent/stats';
import type { HistogramLayout, LatencyHistogram } from '../traffic-point.js';
import { aloneLimit } from './error-evidence.js';
import { budgetParts } from './gate-plan.js';
import type { GatePlan } from './gate-plan.js';
import {
  bucketCount,
  forgivenBuckets,
  fullCounts,
  lowerEdgeMs,
  moveBuckets,
  upperEdgeMs,
} from './latency-layout.js';

/** Failure rates a forecast answers for. */
export const forecastRates = [0.01, 0.02, 0.05, 0.2, 1] as const;
/** Slowdowns a forecast answers for. */
export const forecastSlowdowns = [1.2, 2, 5] as const;

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
};

/** How long until something is seen, in half and in nine of ten rollouts; `null` when never. */
export type TimeToSee = { readonly medianMs: number; readonly q90Ms: number } | null;

/** What one stage can see. */
export type StageForecast = {
  readonly name: string;
  readonly sharePercent: number;
  /** Candidate requests expected in the shortest and in the longest hold. */
  readonly candidateRequests: { readonly inHoldMin: number; readonly inHoldMax: number };
  /** Smallest failure rate seen within the longest hold at the stated risk; `null` when not even 100 %. */
  readonly smallestRateSeen: number | null;
  readonly failureRates: readonly { readonly rate: number; readonly time: TimeToSee }[];
  /** Empty where today's latencies are unknown or no gate asks. */
  readonly slowdowns: readonly { readonly factor: number; readonly time: TimeToSee }[];
  /** Until a good candidate is proven good enough to go on; `null` when that cannot be proven. */
  readonly proof: TimeToSee;
  readonly verdict: 'decidable' | 'undecidable' | 'not-measured';
  /** What to change when the stage cannot be decided at this traffic; empty otherwise. */
  readonly advice: readonly Advice[];
};

/** One change that would make a stage decidable. */
export type Advice =
  | { readonly type: 'hold-longer'; readonly holdMaxMs: number }
  | { readonly type: 'larger-share'; readonly sharePercent: number }
  | { readonly type: 'accept-larger-difference'; readonly worseThanStableBy: number };

/** A service without a single error is planned for as if one request in ten thousand failed. */
const leastErrorRate = 1e-4;
/** Differences offered as advice. */
const differences = [0.01, 0.02, 0.05, 0.1, 0.2] as const;

/** Forecasts every stage of a plan at this traffic. */
export function forecast(
  gatePlan: GatePlan,
  stages: readonly ForecastStage[],
  traffic: ExpectedTraffic,
): readonly StageForecast[] {
  return stages.map((stage) => forecastStage(gatePlan, stage, traffic));
}

function forecastStage(
  gatePlan: GatePlan,
  stage: ForecastStage,
  traffic: ExpectedTraffic,
): StageForecast {
  const perMs = candidatePerMs(stage, traffic);
  const scene = { gatePlan, traffic, share: stage.sharePercent / 100, perMs };
  const proof = perMs > 0 ? timeOf(scene, proofLook(scene)) : null;
  const measured = perMs > 0 && gatePlan.errorRate !== null;
  const decidable = proof !== null && proof.medianMs <= stage.holdMaxMs;
  return {
    name: stage.name,
    sharePercent: stage.sharePercent,
    candidateRequests: {
      inHoldMin: perMs * stage.holdMinMs,
      inHoldMax: perMs * stage.holdMaxMs,
    },
    smallestRateSeen: measured ? smallestRate(scene, stage.holdMaxMs) : null,
    failureRates: forecastRates.map((rate) => ({
      rate,
      time: measured ? timeOfFailure(scene, rate) : null,
    })),
    slowdowns: slowdownTimes(scene),
    proof,
    verdict: measured ? (decidable ? 'decidable' : 'undecidable') : 'not-measured',
    advice: measured && !decidable ? adviceFor(scene, stage) : [],
  };
}

type Scene = {
  readonly gatePlan: GatePlan;
  readonly traffic: ExpectedTraffic;
  readonly share: number;
  /** Candidate requests per millisecond. */
  readonly perMs: number;
};

function candidatePerMs(stage: ForecastStage, traffic: ExpectedTraffic): number {
  return (traffic.requestsPerMinute * stage.sharePercent) / 100 / 60_000;
}

/** A walk and the requests of both revisions that are pooled before it moves. */
type Look = { readonly walk: Walk; readonly blockRequests: number };

function timeOf(scene: Scene, look: Look | null): TimeToSee {
  if (look === null || !(look.walk.drift > 0)) return null;
  return {
    medianMs: quantileMs(scene, look, 0.5),
    q90Ms: quantileMs(scene, look, 0.9),
  };
}

/**
 * Requests arrive by chance, which spreads the walk in time by another drift² per request; and on average
 * half a block passes before what happened is looked at.
 */
function quantileMs(scene: Scene, { walk, blockRequests }: Look, probability: number): number {
  const waitMs = (blockRequests / 2 / scene.traffic.requestsPerMinute) * 60_000;
  const inTime = { ...walk, variance: walk.variance + walk.drift ** 2 };
  return passageQuantile(inTime, probability) / scene.perMs + waitMs;
}

/** The sooner of the tests that can see a candidate fail this part of its requests. Clustered failures tell as much as fewer ones. */
function timeOfFailure(scene: Scene, rate: number): TimeToSee {
  const clustered = { ...scene, perMs: scene.perMs / scene.gatePlan.statistics.dispersion };
  const times = looksAt(scene, rate).map((look) => timeOf(clustered, look));
  return times.reduce(
    (best, time) => (best === null || (time !== null && time.q90Ms < best.q90Ms) ? time : best),
    null,
  );
}

/** Against the stable revision where one serves, and against the limit where it is exceeded. */
function looksAt({ gatePlan, traffic, share }: Scene, rate: number): readonly Look[] {
  const stableRate = Math.max(traffic.errorRate, leastErrorRate);
  const { statistics } = gatePlan;
  const risk = gatePlan.risk.falseRollback;
  const parts = budgetParts(gatePlan);
  const limit = gatePlan.errorRate?.maxRatio ?? 1;
  const looks: Look[] = [];
  if (share < 1 && rate > stableRate) {
    const weight = parts.get('errorsRelative') ?? 1;
    looks.push({
      walk: errorWalk({ stableRate, candidateRate: rate, share, risk, weight }),
      blockRequests: statistics.blockMinimumRequests,
    });
  }
  if (rate > limit && limit > 0) {
    const height = -Math.log(risk * (parts.get('errorsLimit') ?? 1)) + mixtureCost;
    looks.push({
      walk: limitWalk({ rate, limit, height }),
      blockRequests: statistics.limitBlockMinimumRequests,
    });
  }
  return looks;
}

function proofLook(scene: Scene): Look | null {
  const { gatePlan, traffic, share } = scene;
  const difference = gatePlan.errorRate?.worseThanStableBy ?? 0;
  if (!(difference > 0 && difference < 1)) return null;
  const rate = Math.max(traffic.errorRate, leastErrorRate);
  const risk = gatePlan.risk.missedRegression;
  const blockRequests = gatePlan.statistics.blockMinimumRequests;
  if (share < 1) return { walk: safetyWalk({ rate, difference, share, risk }), blockRequests };
  const limit = aloneLimit(gatePlan, difference);
  if (rate >= limit) return null;
  return { walk: limitWalk({ rate, limit, height: -Math.log(risk) }), blockRequests };
}

/** Bisection: more failures are seen sooner. */
function smallestRate(scene: Scene, holdMs: number): number | null {
  const probability = 1 - scene.gatePlan.risk.missedRegression;
  const seen = (rate: number): boolean => {
    // A hair above the stable rate the drift is lost in rounding, and nothing is ever seen.
    return looksAt(scene, rate).some(
      (look) => look.walk.drift > 0 && quantileMs(scene, look, probability) <= holdMs,
    );
  };
  if (!seen(1)) return null;
  let low = Math.log(Math.max(scene.traffic.errorRate, leastErrorRate));
  let high = 0;
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (seen(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

function slowdownTimes(scene: Scene): StageForecast['slowdowns'] {
  const { latency } = scene.traffic;
  const gate = scene.gatePlan.latencyP95;
  if (latency === null || gate === null || scene.perMs <= 0 || scene.share >= 1) return [];
  const stable = fullCounts(latency);
  const forgiven = forgivenBuckets(latency.layout, 1 + gate.worseThanStableBy);
  const blockRequests = scene.gatePlan.statistics.latencyBlockMinimumRequests;
  return forecastSlowdowns.map((factor) => {
    const walk = latencyWalk({
      stable,
      candidate: moveBuckets(slowedCounts(latency.layout, stable, factor), forgiven),
      share: scene.share,
      risk: scene.gatePlan.risk.falseRollback,
      weight: budgetParts(scene.gatePlan).get('latencyRelative') ?? 1,
    });
    return { factor, time: walk === null ? null : timeOf(scene, { walk, blockRequests }) };
  });
}

/** The histogram of requests that all take `factor` times as long, spread evenly inside each bucket. */
export function slowedCounts(
  layout: HistogramLayout,
  counts: readonly number[],
  factor: number,
): readonly number[] {
  const slowed = counts.map(() => 0);
  const last = bucketCount(layout) - 1;
  counts.forEach((count, j) => {
    const from = lowerEdgeMs(layout, j) * factor;
    const to = upperEdgeMs(layout, j) * factor;
    for (let k = 0; k <= last && count > 0; k += 1) {
      const part = Number.isFinite(to)
        ? overlap(from, to, { from: lowerEdgeMs(layout, k), to: upperEdgeMs(layout, k) })
        : Number(k === last);
      slowed[k] = (slowed[k] ?? 0) + count * part;
    }
  });
  return slowed;
}

function overlap(
  from: number,
  to: number,
  bucket: { readonly from: number; readonly to: number },
): number {
  return Math.max(0, Math.min(to, bucket.to) - Math.max(from, bucket.from)) / (to - from);
}

function adviceFor(scene: Scene, stage: ForecastStage): readonly Advice[] {
  const { gatePlan, traffic } = scene;
  const current = timeOf(scene, proofLook(scene));
  const proofAt = (share: number, difference: number): TimeToSee => {
    const { errorRate } = gatePlan;
    const changed =
      errorRate === null
        ? gatePlan
        : { ...gatePlan, errorRate: { ...errorRate, worseThanStableBy: difference } };
    const perMs = candidatePerMs({ ...stage, sharePercent: share * 100 }, traffic);
    const at = { gatePlan: changed, traffic, share, perMs };
    return timeOf(at, proofLook(at));
  };
  const fits = (time: TimeToSee): boolean => time !== null && time.q90Ms <= stage.holdMaxMs;
  const own = gatePlan.errorRate?.worseThanStableBy ?? 0;
  const share = [20, 30, 50].find(
    (percent) => percent > stage.sharePercent && fits(proofAt(percent / 100, own)),
  );
  const difference = differences.find((step) => step > own && fits(proofAt(scene.share, step)));
  return [
    ...(current === null
      ? []
      : [{ type: 'hold-longer' as const, holdMaxMs: Math.ceil(current.q90Ms) }]),
    ...(share === undefined ? [] : [{ type: 'larger-share' as const, sharePercent: share }]),
    ...(difference === undefined
      ? []
      : [{ type: 'accept-larger-difference' as const, worseThanStableBy: difference }]),
  ];
}
