/**
 * Are the candidate's requests slower than those of the stable revision serving beside it?
 *
 * Whole-histogram likelihood-ratio bets: four proportional-odds shifts (everything slower) and seven
 * tails (a few requests much slower), all in elementary functions on any buckets both revisions share.
 * Each alternative's expected distribution is learnt from the stable revision's past, so stale history
 * costs power and never validity: the block form is an e-variable for any common distribution, and,
 * ratios being nondecreasing, for any faster candidate. Refused, measured: DKW bands on quantiles (3 to
 * 10 times the requests), normal-score shifts (4 % fewer requests, needs special functions).
 *
 * Reference: Turner, Ly & Grünwald 2024, https://arxiv.org/abs/2106.02693.
 */
import { requireCount, requireDomain } from './domain.js';
import { logSumExp } from './log-sum.js';

/** One way of being slower that is bet on. */
export type LatencyBet =
  | { readonly type: 'shift'; readonly logOdds: number; readonly weight: number }
  | {
      readonly type: 'tail';
      /** The stable revision has 1 − quantile of its requests above this point … */
      readonly quantile: number;
      /** … and the candidate this part. */
      readonly tail: number;
      readonly weight: number;
    };

/** The bets and their spread; weights sum to 1. */
export const latencyBets: readonly LatencyBet[] = [
  { type: 'shift', logOdds: 0.3, weight: 0.15 },
  { type: 'shift', logOdds: 0.8, weight: 0.15 },
  { type: 'shift', logOdds: 2, weight: 0.1 },
  { type: 'shift', logOdds: 5, weight: 0.08 },
  { type: 'tail', quantile: 0.9, tail: 0.17, weight: 0.08 },
  { type: 'tail', quantile: 0.95, tail: 0.12, weight: 0.08 },
  { type: 'tail', quantile: 0.99, tail: 0.04, weight: 0.1 },
  { type: 'tail', quantile: 0.99, tail: 0.15, weight: 0.06 },
  { type: 'tail', quantile: 0.999, tail: 0.02, weight: 0.1 },
  { type: 'tail', quantile: 0.999, tail: 0.1, weight: 0.06 },
  { type: 'tail', quantile: 0.999, tail: 0.6, weight: 0.04 },
];

/** Requests of history below which nothing is bet yet. */
const leastHistory = 30;

/** The test so far: ln of each bet's capital, and the stable revision's past counts per bucket. Plain data. */
export type Latency = {
  readonly logBets: readonly number[];
  readonly stableHistory: readonly number[];
};

/** Latencies of both revisions in one closed block, as counts in the same buckets. */
export type LatencyBlock = {
  readonly candidate: readonly number[];
  readonly stable: readonly number[];
};

/** The test before any request; `stableHistory` has one count per bucket, zeros where nothing is known. */
export function startLatency(stableHistory: readonly number[]): Latency {
  requireDomain(stableHistory.length >= 2, 'latency needs at least two buckets.');
  stableHistory.forEach((count) => {
    requireCount(count, 'stableHistory');
  });
  return { logBets: latencyBets.map(({ weight }) => Math.log(weight)), stableHistory };
}

/** ln of the e-value against "the candidate is no slower". */
export function latencyLogE(state: Latency): number {
  return logSumExp(state.logBets);
}

/** Adds one closed block. */
export function updateLatency(state: Latency, block: LatencyBlock): Latency {
  const buckets = state.stableHistory.length;
  requireDomain(
    block.candidate.length === buckets && block.stable.length === buckets,
    `a block needs ${buckets} buckets, but has ${block.candidate.length} and ${block.stable.length}.`,
  );
  const stableHistory = state.stableHistory.map((count, j) => count + (block.stable[j] ?? 0));
  const before = sum(state.stableHistory) + 1;
  if (before < leastHistory) return { logBets: state.logBets, stableHistory };
  const part = sum(block.candidate) / (sum(block.candidate) + sum(block.stable));
  if (!(part > 0 && part < 1)) return { logBets: state.logBets, stableHistory };
  const scene = sceneOf(state.stableHistory, block, part);
  return {
    logBets: state.logBets.map((logBet, k) => {
      const bet = latencyBets[k];
      return bet === undefined ? logBet : logBet + logGrowth(scene, bet);
    }),
    stableHistory,
  };
}

/** ln of the ratio bet on in every bucket (exported for planning and for the golden numbers). */
export function latencyLogRatios(weights: readonly number[], bet: LatencyBet): readonly number[] {
  const curve = curveOf(weights);
  return weights.map((_, j) => Math.log(ratioAt(curve, bet, j)));
}

/** The stable revision's expected law: mass, share at or below and share at or above each bucket. */
type Curve = {
  readonly mass: Float64Array;
  /** below[j]: share in buckets before j (so below[0] = 0). */
  readonly below: Float64Array;
  /** above[j]: share in buckets j and later. */
  readonly above: Float64Array;
};

function curveOf(weights: ArrayLike<number>): Curve {
  const { length } = weights;
  const mass = new Float64Array(length);
  const below = new Float64Array(length + 1);
  const above = new Float64Array(length + 1);
  let total = 0;
  for (let j = 0; j < length; j += 1) total += weights[j] ?? 0;
  for (let j = 0; j < length; j += 1) {
    mass[j] = (weights[j] ?? 0) / total;
    below[j + 1] = (below[j] ?? 0) + (mass[j] ?? 0);
  }
  for (let j = length - 1; j >= 0; j -= 1) above[j] = (above[j + 1] ?? 0) + (mass[j] ?? 0);
  return { mass, below, above };
}

function ratioAt(curve: Curve, bet: LatencyBet, j: number): number {
  const lower = curve.below[j] ?? 0;
  const upper = curve.below[j + 1] ?? 0;
  if (bet.type === 'shift') {
    const odds = Math.exp(bet.logOdds);
    const atUpper = upper + odds * (curve.above[j + 1] ?? 0);
    const atLower = lower + odds * (curve.above[j] ?? 0);
    return odds / (atUpper * atLower);
  }
  const mass = curve.mass[j] ?? 0;
  const quiet = Math.min(mass, Math.max(0, bet.quantile - lower));
  const slow = mass - quiet;
  return (((1 - bet.tail) / bet.quantile) * quiet + (bet.tail / (1 - bet.quantile)) * slow) / mass;
}

/** One block with its non-empty buckets only: most of a histogram is empty, and an empty bucket says nothing. */
type Scene = {
  readonly curve: Curve;
  readonly part: number;
  readonly buckets: readonly number[];
  readonly candidate: readonly number[];
  readonly both: readonly number[];
};

function sceneOf(history: readonly number[], block: LatencyBlock, part: number): Scene {
  const prior = 1 / history.length;
  const curve = curveOf(Float64Array.from(history, (count) => count + prior));
  const buckets: number[] = [];
  const candidate: number[] = [];
  const both: number[] = [];
  for (let j = 0; j < history.length; j += 1) {
    const slow = block.candidate[j] ?? 0;
    const all = slow + (block.stable[j] ?? 0);
    if (all === 0) continue;
    buckets.push(j);
    candidate.push(slow);
    both.push(all);
  }
  return { curve, part, buckets, candidate, both };
}

/**
 * ln Π r^c / (1 + w (r − 1))^(c + b). Small powers are multiplied up and one logarithm taken now and
 * then: logarithms are most of the cost of this test.
 */
function logGrowth(scene: Scene, bet: LatencyBet): number {
  const { curve, part, buckets, candidate, both } = scene;
  let logs = 0;
  let product = 1;
  for (let i = 0; i < buckets.length; i += 1) {
    const ratio = ratioAt(curve, bet, buckets[i] ?? 0);
    const normaliser = 1 + part * (ratio - 1);
    const slow = candidate[i] ?? 0;
    const all = both[i] ?? 0;
    if (all > 8) {
      logs += slow * Math.log(ratio) - all * Math.log(normaliser);
      continue;
    }
    for (let n = 0; n < slow; n += 1) product *= ratio;
    let divisor = normaliser;
    for (let n = 1; n < all; n += 1) divisor *= normaliser;
    product /= divisor;
    if (product > 1e100 || product < 1e-100) {
      logs += Math.log(product);
      product = 1;
    }
  }
  return logs + Math.log(product);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
