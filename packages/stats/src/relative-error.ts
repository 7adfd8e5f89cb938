/**
 * Does the candidate fail more often than the stable revision serving beside it?
 *
 * An e-process: a bet against "no worse" whose expected value stays ≤ 1 while that holds, however often
 * one looks (Ville's inequality: it reaches 1/α with probability ≤ α). Every block is judged conditional
 * on its margins (`margin-null.ts`), the bet is a mixture over five odds ratios, and boosted
 * (`boost.ts`). Refused alternatives, measured: a Beta-prior mixture with the configured share (15.8 %
 * false rollbacks when the real share is 12 % instead of 10 %), and the unconditional block form (3 to
 * 10 % more requests).
 *
 * References: Ramdas et al. 2023, https://arxiv.org/abs/2210.01948; Turner, Ly & Grünwald 2024,
 * https://arxiv.org/abs/2106.02693; Fischer & Ramdas 2024, https://arxiv.org/abs/2410.16076.
 */
import { logBoost } from './boost.js';
import {
  requireAtLeast,
  requireCounts,
  requireLog,
  requireLogs,
  requireThreshold,
} from './domain.js';
import { logSumExp } from './log-sum.js';
import {
  exactNull,
  fairPart,
  largestExactSupport,
  marginNull,
  stepRatios,
  supportOf,
  supportSize,
} from './margin-null.js';
import type { Margins, NullShape } from './margin-null.js';

/** Odds ratios the bet is spread over, and its spread: numerically minimax over lifts of 1.5 to 150 times. */
export const relativeErrorBets: readonly { readonly oddsRatio: number; readonly weight: number }[] =
  [
    { oddsRatio: 1.5, weight: 0.32 },
    { oddsRatio: 2.25, weight: 0.18 },
    { oddsRatio: 4.5, weight: 0.2 },
    { oddsRatio: 13.5, weight: 0.18 },
    { oddsRatio: 135, weight: 0.12 },
  ];

/** ψ^k must stay within a double on the fast path. */
const largestFastExponent = 600;
const logBetRatios = relativeErrorBets.map(({ oddsRatio }) => Math.log(oddsRatio));

/** Requests and errors of both revisions in one closed block. */
export type ErrorBlock = {
  readonly candidateRequests: number;
  readonly stableRequests: number;
  readonly candidateErrors: number;
  readonly stableErrors: number;
};

/** The test so far: ln of each bet's capital and of the boost. Plain data. */
export type RelativeError = { readonly logBets: readonly number[]; readonly logBoost: number };

/** How a block is judged. */
export type RelativeErrorOptions = {
  readonly shape: NullShape;
  /** ln of the e-value at which the caller acts (1 / (α · share of α)); `null` does not boost. */
  readonly logThreshold: number | null;
};

/** Judges without tolerance, dispersion or boost. */
export const plainRelativeError: RelativeErrorOptions = { shape: exactNull, logThreshold: null };

/** The test before any request. */
export function startRelativeError(): RelativeError {
  return { logBets: relativeErrorBets.map(({ weight }) => Math.log(weight)), logBoost: 0 };
}

/** ln of the e-value against "the candidate is no worse". */
export function relativeErrorLogE(state: RelativeError): number {
  return logSumExp(state.logBets) + state.logBoost;
}

/** Adds one closed block. */
export function updateRelativeError(
  state: RelativeError,
  block: ErrorBlock,
  options: RelativeErrorOptions = plainRelativeError,
): RelativeError {
  requireCounts(block.candidateRequests, block.candidateErrors, 'candidate');
  requireCounts(block.stableRequests, block.stableErrors, 'stable');
  requireAtLeast(options.shape.oddsRatio, 1, 'oddsRatio');
  requireAtLeast(options.shape.dispersion, 1, 'dispersion');
  requireThreshold(options.logThreshold);
  requireLogs(state.logBets, logBetRatios.length, 'a relative error test');
  requireLog(state.logBoost, 'a boost');
  const errors = block.candidateErrors + block.stableErrors;
  const margins = {
    candidateRequests: block.candidateRequests,
    stableRequests: block.stableRequests,
    errors,
  };
  if (margins.candidateRequests === 0 || margins.stableRequests === 0) return state;
  if (errors === 0 || errors === margins.candidateRequests + margins.stableRequests) return state;
  const logHeadRoom =
    options.logThreshold === null || options.shape.dispersion > 1
      ? Infinity
      : options.logThreshold - relativeErrorLogE(state);
  const growth = growBets(state.logBets, margins, { shape: options.shape, logHeadRoom });
  return {
    logBets: state.logBets.map(
      (logBet, j) =>
        logBet + block.candidateErrors * (logBetRatios[j] ?? 0) - (growth.logNormalisers[j] ?? 0),
    ),
    logBoost: state.logBoost + growth.logBoost,
  };
}

type Growth = { readonly logNormalisers: readonly number[]; readonly logBoost: number };
type GrowthOptions = { readonly shape: NullShape; readonly logHeadRoom: number };

function growBets(bets: readonly number[], margins: Margins, options: GrowthOptions): Growth {
  const { highest } = supportOf(margins);
  const { oddsRatio, dispersion } = options.shape;
  const top = dispersion > 1 ? margins.errors : highest;
  if (supportSize(margins, options.shape) > largestExactSupport)
    return boundGrowth(margins, options.shape);
  const exponent = top * ((logBetRatios.at(-1) ?? 0) + Math.log(oddsRatio));
  const fast = dispersion <= 1 && exponent < largestFastExponent;
  return (fast ? fastGrowth(bets, margins, options) : null) ?? exactGrowth(bets, margins, options);
}

/** Few errors: plain multiplication, no logarithm per outcome. `null` when the null law underflows. */
function fastGrowth(
  bets: readonly number[],
  margins: Margins,
  options: GrowthOptions,
): Growth | null {
  const { lowest } = supportOf(margins);
  const nulls = linearNull(margins, options.shape);
  if (nulls === null) return null;
  const total = logSumExp(bets);
  const eValues = new Array<number>(nulls.length).fill(0);
  const logNormalisers = relativeErrorBets.map(({ oddsRatio }, j) => {
    const first = oddsRatio ** lowest;
    let normaliser = 0;
    let power = first;
    for (const probability of nulls) {
      normaliser += probability * power;
      power *= oddsRatio;
    }
    power = (first * Math.exp((bets[j] ?? 0) - total)) / normaliser;
    for (let i = 0; i < eValues.length; i += 1) {
      eValues[i] = (eValues[i] ?? 0) + power;
      power *= oddsRatio;
    }
    return Math.log(normaliser);
  });
  return { logNormalisers, logBoost: logBoost({ nulls, eValues }, options.logHeadRoom) };
}

/** The null law in plain numbers, from its largest value outwards; `null` if an end underflows. */
function linearNull(margins: Margins, shape: NullShape): readonly number[] | null {
  const ratios = stepRatios(margins, shape);
  if (ratios === null) return null;
  const rising = ratios.findIndex((ratio) => ratio <= 1);
  const mode = rising === -1 ? ratios.length : rising;
  const nulls = new Array<number>(ratios.length + 1).fill(0);
  nulls[mode] = 1;
  let total = 1;
  let value = 1;
  for (let i = mode; i < ratios.length; i += 1) {
    value *= ratios[i] ?? 0;
    nulls[i + 1] = value;
    total += value;
  }
  let first = 1;
  for (let i = mode - 1; i >= 0; i -= 1) {
    first /= ratios[i] ?? 1;
    nulls[i] = first;
    total += first;
  }
  return Math.min(first, value) < 1e-280 ? null : nulls.map((weight) => weight / total);
}

/** Many errors or clustered ones: everything in logarithms. */
function exactGrowth(bets: readonly number[], margins: Margins, options: GrowthOptions): Growth {
  const { lowest, logProbabilities } = marginNull(margins, options.shape);
  const total = logSumExp(bets);
  const mixture = new Float64Array(logProbabilities.length);
  const logNormalisers = logBetRatios.map((logRatio, j) => {
    const terms = logProbabilities.map((logNull, i) => logNull + (lowest + i) * logRatio);
    const logNormaliser = logSumExp(terms);
    const share = (bets[j] ?? 0) - total - logNormaliser;
    terms.forEach((term, i) => {
      mixture[i] = (mixture[i] ?? 0) + Math.exp(share + term);
    });
    return logNormaliser;
  });
  if (!Number.isFinite(options.logHeadRoom)) return { logNormalisers, logBoost: 0 };
  const nulls = Float64Array.from(logProbabilities, Math.exp);
  // Where the null underflows the e-value is beyond any head-room, as is +∞.
  const eValues = mixture.map((mass, i) => ratioOrInfinity(mass, nulls[i] ?? 0));
  return { logNormalisers, logBoost: logBoost({ nulls, eValues }, options.logHeadRoom) };
}

function ratioOrInfinity(mass: number, probability: number): number {
  return probability > 0 ? mass / probability : Number.MAX_VALUE;
}

/** Hoeffding: the binomial spreads more than the hypergeometric, so its normaliser is an upper bound. */
function boundGrowth(margins: Margins, shape: NullShape): Growth {
  const { errors } = margins;
  const part = fairPart(margins, 1);
  const tolerated = shape.oddsRatio;
  // With dispersion the widest law of that mean: all errors on one side.
  const logMoment = (ratio: number): number =>
    shape.dispersion > 1
      ? logSumExp([Math.log1p(-part), Math.log(part) + errors * Math.log(ratio)])
      : errors * Math.log1p(part * (ratio - 1));
  // Under a tolerated odds ratio the normaliser is Z(ψψ₀)/Z(ψ₀), and Jensen bounds Z(ψ₀) from below.
  const logFloor = errors * part * Math.log(tolerated);
  return {
    logNormalisers: relativeErrorBets.map(
      ({ oddsRatio }) => logMoment(oddsRatio * tolerated) - logFloor,
    ),
    logBoost: 0,
  };
}
