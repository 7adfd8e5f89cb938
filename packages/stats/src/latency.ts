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
import { DomainError, requireCount, requireDomain, requireLogs } from './domain.js';
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

type TailBet = Extract<LatencyBet, { readonly type: 'tail' }>;

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

/**
 * The test so far: ln of each bet's capital, and the stable revision's past counts per bucket. Plain data. Here and in
 * blocks, empty buckets at the end may be left out: most requests are fast, so most of a histogram is such buckets.
 */
export type Latency = {
  readonly logBets: readonly number[];
  readonly stableHistory: readonly number[];
};

/** Latencies of both revisions in one closed block, as counts in the same buckets. */
export type LatencyBlock = {
  readonly candidate: readonly number[];
  readonly stable: readonly number[];
};

/** The test before any request; `stableHistory` has one count per bucket, none where nothing is known. */
export function startLatency(stableHistory: readonly number[] = []): Latency {
  stableHistory.forEach((count) => {
    requireCount(count, 'stableHistory');
  });
  return { logBets: latencyBets.map(({ weight }) => Math.log(weight)), stableHistory };
}

/** ln of the e-value against "the candidate is no slower". */
export function latencyLogE(state: Latency): number {
  return logSumExp(state.logBets);
}

/** Adds one closed block, counted in so many buckets (≥ 2; @default as many as the history has). */
export function updateLatency(
  state: Latency,
  block: LatencyBlock,
  buckets = state.stableHistory.length,
): Latency {
  const { logBets, stableHistory: history } = state;
  const used = Math.max(history.length, block.candidate.length, block.stable.length);
  requireDomain(
    buckets >= 2 && used <= buckets,
    () =>
      `latency needs at least two buckets and no counts beyond them, but ${buckets} are given, and history, candidate and stable have ${[history, block.candidate, block.stable].map(({ length }) => length).join(', ')}.`,
  );
  requireLogs(logBets, latencyBets.length, 'a latency test');
  requireCountsIn(history, 'history');
  requireCountsIn(block.candidate, 'candidate');
  requireCountsIn(block.stable, 'stable');
  const stableHistory = addCounts(history, block.stable);
  const before = sum(history) + 1;
  if (before < leastHistory) return { logBets, stableHistory };
  const slow = sum(block.candidate);
  const part = slow / (slow + sum(block.stable));
  if (!(part > 0 && part < 1)) return { logBets, stableHistory };
  const scene = sceneOf(history, block, { buckets, used });
  return {
    logBets: logBets.map((logBet, k) => {
      const bet = latencyBets[k];
      return bet === undefined ? logBet : logBet + logGrowth(scene, bet, part);
    }),
    stableHistory,
  };
}

/** Bucket by bucket, as many as the longer of the two has. */
export function addCounts(a: readonly number[], b: readonly number[]): readonly number[] {
  const longer = a.length >= b.length ? a : b;
  const more = longer === a ? b : a;
  if (more.length === 0) return longer;
  const total = longer.slice();
  for (let j = 0; j < more.length; j += 1) total[j] = (total[j] ?? 0) + (more[j] ?? 0);
  return total;
}

function requireCountsIn(counts: readonly number[], name: string): void {
  for (let j = 0; j < counts.length; j += 1) {
    const count = counts[j] ?? 0;
    if (count >= 0 && Number.isSafeInteger(count)) continue;
    throw new DomainError(`bucket ${j} of ${name} must be a whole number ≥ 0, but is ${count}.`);
  }
}

/** Throws unless a histogram holds finite numbers ≥ 0, and not zeros alone. */
export function requireWeights(weights: readonly number[], name: string): void {
  requireDomain(weights.length >= 2, () => `${name} needs at least two buckets.`);
  requireDomain(
    weights.every((weight) => Number.isFinite(weight) && weight >= 0),
    () => `${name} must hold finite numbers ≥ 0, but holds ${weights.join(', ')}.`,
  );
  requireDomain(sum(weights) > 0, () => `${name} must hold something, but is all zeros.`);
}

/** ln of the ratio bet on in every bucket (exported for planning and for the golden numbers). */
export function latencyLogRatios(weights: readonly number[], bet: LatencyBet): readonly number[] {
  requireWeights(weights, 'weights');
  const scene = emptyScene(weights.length);
  scene.weights.set(weights);
  scene.counts.fill(1);
  scene.size = weights.length;
  fillScene(scene, weights.length, { empty: 0, prior: 0 });
  return weights.map((_, j) =>
    Math.log(
      bet.type === 'shift' ? shiftRatio(scene, Math.exp(bet.logOdds), j) : tailRatio(scene, bet, j),
    ),
  );
}

/**
 * A block's non-empty buckets (most of a histogram is empty, and an empty bucket says nothing), each with
 * the stable revision's expected mass and the shares below and above its two edges.
 */
type Scene = {
  size: number;
  /** Per bucket: the stable revision's past count with its prior, and this block's requests. */
  readonly weights: Float64Array;
  readonly counts: Float64Array;
  /** Per non-empty bucket: */
  readonly mass: Float64Array;
  readonly belowLower: Float64Array;
  readonly belowUpper: Float64Array;
  readonly aboveLower: Float64Array;
  readonly aboveUpper: Float64Array;
  readonly candidate: Float64Array;
  readonly both: Float64Array;
};

function emptyScene(buckets: number): Scene {
  const column = (): Float64Array => new Float64Array(buckets);
  return {
    size: 0,
    weights: column(),
    counts: column(),
    mass: column(),
    belowLower: column(),
    belowUpper: column(),
    aboveLower: column(),
    aboveUpper: column(),
    candidate: column(),
    both: column(),
  };
}

/** Working space, reused because allocating it costs more than filling it. It never outlives a call. */
let workspace = emptyScene(0);

function sceneOf(
  history: readonly number[],
  block: LatencyBlock,
  { buckets, used }: { readonly buckets: number; readonly used: number },
): Scene {
  if (workspace.mass.length < buckets) workspace = emptyScene(buckets);
  const prior = 1 / buckets;
  const scene = workspace;
  let i = 0;
  for (let j = 0; j < used; j += 1) {
    const slow = block.candidate[j] ?? 0;
    const both = slow + (block.stable[j] ?? 0);
    scene.weights[j] = (history[j] ?? 0) + prior;
    scene.counts[j] = both;
    if (both === 0) continue;
    scene.candidate[i] = slow;
    scene.both[i] = both;
    i += 1;
  }
  scene.size = i;
  fillScene(scene, used, { empty: buckets - used, prior });
  return scene;
}

/** Fills in the expected law at every bucket whose `counts` are not 0; `empty` ones of weight `prior` come after the last. */
function fillScene(
  scene: Scene,
  buckets: number,
  { empty, prior }: { readonly empty: number; readonly prior: number },
): void {
  const { weights, counts, size } = scene;
  let total = 0;
  for (let j = 0; j < buckets; j += 1) total += weights[j] ?? 0;
  for (let j = 0; j < empty; j += 1) total += prior;
  const unit = 1 / total;
  let below = 0;
  for (let j = 0, i = 0; i < size; j += 1) {
    const mass = (weights[j] ?? 0) * unit;
    if (counts[j] !== 0) {
      scene.mass[i] = mass;
      scene.belowLower[i] = below;
      scene.belowUpper[i] = below + mass;
      i += 1;
    }
    below += mass;
  }
  // Summed from the top, or the far tail would drown in the rounding of 1 − below.
  let above = 0;
  const emptyMass = prior * unit;
  for (let j = 0; j < empty; j += 1) above += emptyMass;
  for (let j = buckets - 1, i = size - 1; i >= 0; j -= 1) {
    const mass = (weights[j] ?? 0) * unit;
    if (counts[j] !== 0) {
      scene.aboveUpper[i] = above;
      scene.aboveLower[i] = above + mass;
      i -= 1;
    }
    above += mass;
  }
}

function shiftRatio(scene: Scene, odds: number, i: number): number {
  const atUpper = (scene.belowUpper[i] ?? 0) + odds * (scene.aboveUpper[i] ?? 0);
  const atLower = (scene.belowLower[i] ?? 0) + odds * (scene.aboveLower[i] ?? 0);
  return odds / (atUpper * atLower);
}

function tailRatio(scene: Scene, bet: TailBet, i: number): number {
  const mass = scene.mass[i] ?? 0;
  const quiet = Math.min(mass, Math.max(0, bet.quantile - (scene.belowLower[i] ?? 0)));
  const slow = mass - quiet;
  return (((1 - bet.tail) / bet.quantile) * quiet + (bet.tail / (1 - bet.quantile)) * slow) / mass;
}

/**
 * ln Π r^c / (1 + w (r − 1))^(c + b). Small powers are multiplied up and one logarithm taken now and
 * then: logarithms are most of the cost of this test.
 */
function logGrowth(scene: Scene, bet: LatencyBet, part: number): number {
  const odds = bet.type === 'shift' ? Math.exp(bet.logOdds) : 0;
  let logs = 0;
  let product = 1;
  for (let i = 0; i < scene.size; i += 1) {
    const ratio = bet.type === 'shift' ? shiftRatio(scene, odds, i) : tailRatio(scene, bet, i);
    const normaliser = 1 + part * (ratio - 1);
    const slow = scene.candidate[i] ?? 0;
    const all = scene.both[i] ?? 0;
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
  for (let j = 0; j < values.length; j += 1) total += values[j] ?? 0;
  return total;
}
