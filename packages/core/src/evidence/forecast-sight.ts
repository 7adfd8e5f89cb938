/** When a failing or a slower candidate is seen and sent back. */
import {
  errorForfeit,
  errorWalk,
  latencyWalk,
  limitForfeit,
  limitWalk,
  mixtureCost,
  passageQuantile,
  scaleOdds,
  steppedPassageQuantile,
} from '@ascent/stats';
import type { HistogramLayout } from '../world/traffic-point.js';
import { plannedErrorRate, quantileMs, timeOf } from './forecast-scene.js';
import type { Look, Scene, TimeToSee } from './forecast-scene.js';
import { budgetParts } from './gate-plan.js';
import { slowPart } from './latency-evidence.js';
import {
  bucketCount,
  countFrom,
  firstBucketAbove,
  forgivenBuckets,
  fullCounts,
  lowerEdgeMs,
  moveBuckets,
  upperEdgeMs,
} from './latency-layout.js';
import { withinUnit } from './limit-evidence.js';

/** Rates closer than this to the tolerance are at it: 0.001 + 0.005 is not 0.006 in binary. */
const rounding = 1e-12;

/** When a candidate that fails this part of its requests is seen, by the sooner of the tests. */
export function timeOfFailure(scene: Scene, rate: number): TimeToSee {
  const clustered = inClusters(scene);
  return soonest(looksAt(scene, rate).map((look) => timeOf(clustered, look)));
}

/** The smallest failure rate seen within a hold at the stated risk; `null` when not even 100 %. By bisection. */
export function smallestRate(scene: Scene, holdMs: number): number | null {
  const probability = 1 - scene.gatePlan.risk.missedRegression;
  const clustered = inClusters(scene);
  const seen = (rate: number): boolean =>
    // A hair above the stable rate the drift is lost in rounding, and nothing is ever seen.
    looksAt(scene, rate).some(
      (look) => look.walk.drift > 0 && quantileMs(clustered, look, probability) <= holdMs,
    );
  if (!seen(1)) return null;
  let low = Math.log(plannedErrorRate(scene.traffic));
  let high = 0;
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (seen(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/** Clustered failures tell as much as fewer ones. */
function inClusters(scene: Scene): Scene {
  return { ...scene, perMs: scene.perMs / scene.gatePlan.statistics.dispersion };
}

function soonest(times: readonly TimeToSee[]): TimeToSee {
  return times.reduce(
    (best, time) => (best === null || (time !== null && time.q90Ms < best.q90Ms) ? time : best),
    null,
  );
}

/** Against the stable revision where one serves, and against the limit where it is exceeded; a candidate that is no worse is never blamed. */
function looksAt(scene: Scene, rate: number): readonly Look[] {
  const stableRate = plannedErrorRate(scene.traffic);
  if (!(rate > Math.max(stableRate, scene.traffic.errorRate))) return [];
  return [relativeLook(scene, stableRate, rate), limitLook(scene, stableRate, rate)].filter(
    (look) => look !== null,
  );
}

/** Nobody is sent back for an excess that the plan tolerates. */
function relativeLook({ gatePlan, share }: Scene, stableRate: number, rate: number): Look | null {
  const tolerated = gatePlan.errorRate?.worseThanStableBy ?? 0;
  if (share >= 1 || rate < stableRate + tolerated - rounding) return null;
  const { statistics, risk } = gatePlan;
  const weight = budgetParts(gatePlan).get('errorsRelative') ?? 1;
  const scenario = { stableRate, candidateRate: rate, share };
  return {
    walk: errorWalk({ ...scenario, risk: risk.falseRollback, weight }),
    passage: steppedPassageQuantile,
    blockRequests: statistics.blockMinimumRequests,
    warmWalk: null,
    forfeit: errorForfeit({ ...scenario, toleratedOddsRatio: statistics.warmUpOddsRatio }),
  };
}

/** Where the stable revision is beyond the limit too, only the comparison is left; alone, only what is worse than it was. */
function limitLook({ gatePlan, share }: Scene, stableRate: number, rate: number): Look | null {
  const maxRatio = withinUnit(gatePlan.errorRate?.maxRatio ?? 1);
  if (stableRate > maxRatio && share < 1) return null;
  const limit = Math.max(maxRatio, stableRate);
  if (rate <= limit) return null;
  const { statistics, risk } = gatePlan;
  const part = budgetParts(gatePlan).get('errorsLimit') ?? 1;
  const height = -Math.log(risk.falseRollback * part) + mixtureCost;
  const toleratedOddsRatio = statistics.warmUpOddsRatio;
  const mild = scaleOdds(limit, toleratedOddsRatio);
  return {
    walk: limitWalk({ rate, limit, height }),
    passage: steppedPassageQuantile,
    blockRequests: statistics.limitBlockMinimumRequests,
    warmWalk: rate > mild ? limitWalk({ rate, limit: mild, height }) : null,
    forfeit: limitForfeit({ rate, limit, toleratedOddsRatio }),
  };
}

/** When a candidate is seen of which every request takes `factor` times as long; `null` when never, or where no gate asks. */
export function timeOfSlowdown(scene: Scene, factor: number): TimeToSee {
  const { latency } = scene.traffic;
  if (latency === null || scene.perMs <= 0) return null;
  const stable = fullCounts(latency);
  if (countFrom(stable, 0) === 0) return null;
  const slowed = slowedCounts(latency.layout, stable, factor);
  const looks = [slowerLook(scene, stable, slowed), tooSlowLook(scene, stable, slowed)];
  return soonest(looks.map((look) => timeOf(scene, look)));
}

function slowerLook(
  { gatePlan, share, traffic }: Scene,
  stable: readonly number[],
  slowed: readonly number[],
): Look | null {
  const gate = gatePlan.latencyP95;
  if (share >= 1 || gate === null || traffic.latency === null) return null;
  const forgiven = forgivenBuckets(traffic.latency.layout, 1 + gate.worseThanStableBy);
  const walk = latencyWalk({
    stable,
    candidate: moveBuckets(slowed, forgiven),
    share,
    risk: gatePlan.risk.falseRollback,
    weight: budgetParts(gatePlan).get('latencyRelative') ?? 1,
  });
  return walk === null ? null : latencyLook(gatePlan, walk);
}

/** Against the latency limit, where the stable revision keeps to it. */
function tooSlowLook(
  { gatePlan, traffic }: Scene,
  stable: readonly number[],
  slowed: readonly number[],
): Look | null {
  const gate = gatePlan.latencyP95;
  if (gate === null || traffic.latency === null) return null;
  const bucket = firstBucketAbove(traffic.latency.layout, gate.maxMs);
  const rate = partFrom(slowed, bucket);
  if (!(rate > slowPart) || partFrom(stable, bucket) > slowPart) return null;
  const part = budgetParts(gatePlan).get('latencyLimit') ?? 1;
  const height = -Math.log(gatePlan.risk.falseRollback * part) + mixtureCost;
  return latencyLook(gatePlan, limitWalk({ rate, limit: slowPart, height }));
}

/** Latency is not judged before the warm-up is over. */
function latencyLook({ statistics }: Scene['gatePlan'], walk: Look['walk']): Look {
  const blockRequests = statistics.latencyBlockMinimumRequests;
  return { walk, passage: passageQuantile, blockRequests, warmWalk: null, forfeit: 0 };
}

/** Part of requests in a bucket and all above it; 0 without requests. */
export function partFrom(counts: readonly number[], bucket: number): number {
  const total = countFrom(counts, 0);
  return total > 0 ? Math.min(1, countFrom(counts, bucket) / total) : 0;
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
