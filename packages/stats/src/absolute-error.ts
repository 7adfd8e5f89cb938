/**
 * Does the candidate fail more often than a fixed limit, whatever the stable revision does?
 *
 * A one-sample Bernoulli mixture e-process against "rate ≤ limit", spread over five rates above it,
 * boosted with the binomial law at the limit. Nothing is pooled: at tiny traffic two failures in a row
 * are enough. It is what is left at a share of 100 %, where nothing serves beside the candidate.
 *
 * References: Wald 1945, https://doi.org/10.1214/aoms/1177731118; Fischer & Ramdas 2024,
 * https://arxiv.org/abs/2410.16076.
 */
import { isBoostable, logBoost } from './boost.js';
import {
  requireAtLeast,
  requireCounts,
  requireDomain,
  requireLog,
  requireLogs,
  requireOpenUnit,
  requireThreshold,
} from './domain.js';
import { logSumExp } from './log-sum.js';

/** Multiples of the limit's odds the bet is spread over, and the spread. */
export const absoluteErrorBets: readonly { readonly oddsRatio: number; readonly weight: number }[] =
  [
    { oddsRatio: 2, weight: 0.3 },
    { oddsRatio: 4, weight: 0.2 },
    { oddsRatio: 10, weight: 0.2 },
    { oddsRatio: 40, weight: 0.15 },
    { oddsRatio: 900, weight: 0.15 },
  ];

/** The test so far: ln of each bet's capital and of the boost. Plain data. */
export type AbsoluteError = { readonly logBets: readonly number[]; readonly logBoost: number };

/** The limit (a rate between 0 and 1), and ln of the e-value at which the caller acts (`null`: no boost). */
export type AbsoluteErrorOptions = {
  readonly limit: number;
  readonly logThreshold: number | null;
};

/** Beyond this the rates bet on cannot be told from 1. */
const greatestLimit = 1 - 1e-12;
/** Above this many possible outcomes an interval is judged without boost: its cost grows with them, its worth does not. */
const largestBoostedSupport = 20_000;

/** The rate (0 ≤ rate < 1) whose odds are `oddsRatio` (≥ 0) times those of `rate`. */
export function scaleOdds(rate: number, oddsRatio: number): number {
  requireDomain(rate >= 0 && rate < 1, () => `rate must be ≥ 0 and < 1, but is ${rate}.`);
  requireAtLeast(oddsRatio, 0, 'oddsRatio');
  const odds = (oddsRatio * rate) / (1 - rate);
  return odds / (1 + odds);
}

/** The test before any request. */
export function startAbsoluteError(): AbsoluteError {
  return { logBets: startLogBets, logBoost: 0 };
}

const startLogBets = absoluteErrorBets.map(({ weight }) => Math.log(weight));

/** ln of the e-value against "the candidate's rate is at most the limit". */
export function absoluteErrorLogE(state: AbsoluteError): number {
  return logSumExp(state.logBets) + state.logBoost;
}

/** Adds the requests and errors of one interval of the candidate. */
export function updateAbsoluteError(
  state: AbsoluteError,
  sample: { readonly requests: number; readonly errors: number },
  options: AbsoluteErrorOptions,
): AbsoluteError {
  const { requests, errors } = sample;
  requireCounts(requests, errors, 'candidate');
  requireOpenUnit(options.limit, 'limit');
  requireDomain(
    options.limit <= greatestLimit,
    () => `limit must be at most ${greatestLimit}, but is ${options.limit}.`,
  );
  requireThreshold(options.logThreshold);
  requireLogs(state.logBets, absoluteErrorBets.length, 'an absolute error test');
  requireLog(state.logBoost, 'a boost');
  if (requests === 0) return state;
  const steps = stepsAt(options.limit);
  const grown = state.logBets.map((logBet, j) => {
    const step = steps[j] ?? { failure: 0, success: 0 };
    return logBet + errors * step.failure + (requests - errors) * step.success;
  });
  // Decided by the number of requests alone, which cannot favour one outcome over another.
  const tooLarge = requests * options.limit > largestBoostedSupport;
  const boost =
    options.logThreshold === null || tooLarge
      ? 0
      : boostOf(state, requests, {
          limit: options.limit,
          logThreshold: options.logThreshold,
          steps,
        });
  return { logBets: grown, logBoost: state.logBoost + boost };
}

type Step = { readonly failure: number; readonly success: number };

/** What every bet gains by a failure and by a success, at the limits in use: a plan has few, and every block asks. */
const knownSteps = new Map<number, readonly Step[]>();
const limitsKept = 64;

function stepsAt(limit: number): readonly Step[] {
  const known = knownSteps.get(limit);
  if (known !== undefined) return known;
  const steps = absoluteErrorBets.map(({ oddsRatio }) => {
    const rate = scaleOdds(limit, oddsRatio);
    return { failure: Math.log(rate / limit), success: Math.log((1 - rate) / (1 - limit)) };
  });
  if (knownSteps.size >= limitsKept) knownSteps.clear();
  knownSteps.set(limit, steps);
  return steps;
}

function boostOf(
  state: AbsoluteError,
  requests: number,
  options: {
    readonly limit: number;
    readonly logThreshold: number;
    readonly steps: readonly Step[];
  },
): number {
  const total = logSumExp(state.logBets);
  const logHeadRoom = options.logThreshold - total - state.logBoost;
  if (!isBoostable(logHeadRoom)) return 0;
  const nulls = binomialNull(requests, options.limit, logHeadRoom);
  while (eValueSpace.length < nulls.length) eValueSpace = doubled(eValueSpace);
  const eValues = eValueSpace.subarray(0, nulls.length).fill(0);
  options.steps.forEach((step, j) => {
    const logFirst = (state.logBets[j] ?? 0) - total + requests * step.success;
    addGeometric(eValues, logFirst, step.failure - step.success);
  });
  return logBoost({ nulls, eValues }, logHeadRoom);
}

/** Adds exp(logFirst + k · logRatio) to element k; values beyond any head-room are held at a huge number. */
function addGeometric(sums: Float64Array, logFirst: number, logRatio: number): void {
  if (logFirst > -600 && logFirst + sums.length * logRatio < 600) {
    const ratio = Math.exp(logRatio);
    let value = Math.exp(logFirst);
    for (let k = 0; k < sums.length; k += 1) {
      sums[k] = (sums[k] ?? 0) + value;
      value *= ratio;
    }
    return;
  }
  for (let k = 0; k < sums.length; k += 1) {
    sums[k] = (sums[k] ?? 0) + Math.exp(Math.min(680, logFirst + k * logRatio));
  }
}

/** Working space, reused because allocating it costs more than filling it. It never outlives a call. */
let nullSpace = new Float64Array(256);
let eValueSpace = new Float64Array(256);

function doubled(space: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * space.length);
  larger.set(space);
  return larger;
}

/**
 * Binomial probabilities of 0, 1, … up to where even the greatest e-value weighs nothing: an outcome is
 * worth at most the head-room, so what is left out changes the boost by less than e⁻⁶⁰.
 */
function binomialNull(requests: number, rate: number, logHeadRoom: number): Float64Array {
  const odds = rate / (1 - rate);
  const least = Math.exp(-Math.min(600, 60 + logHeadRoom));
  const mode = Math.min(requests, Math.floor((requests + 1) * rate));
  while (nullSpace.length <= mode) nullSpace = doubled(nullSpace);
  nullSpace[mode] = 1;
  let sum = 1;
  let size = mode + 1;
  for (let value = 1; size <= requests && value > least; size += 1) {
    value *= ((requests - size + 1) / size) * odds;
    if (size === nullSpace.length) nullSpace = doubled(nullSpace);
    nullSpace[size] = value;
    sum += value;
  }
  for (let k = mode, value = 1; k > 0; k -= 1) {
    value *= k / ((requests - k + 1) * odds);
    nullSpace[k - 1] = value;
    sum += value;
  }
  const outcomes = nullSpace.subarray(0, size);
  for (let k = 0; k < size; k += 1) outcomes[k] = (outcomes[k] ?? 0) / sum;
  return outcomes;
}
