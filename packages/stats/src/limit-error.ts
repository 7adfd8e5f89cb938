/**
 * Is the candidate above a fixed limit *and* worse than the stable revision serving beside it?
 *
 * The plain test against a limit (`absolute-error.ts`) blames a release for an outage of the provider
 * that hits both revisions. This one multiplies, block by block, the smaller of two e-values: one against
 * "candidate ≤ limit" and one against "candidate no worse than stable". Either null alone keeps the
 * product's expectation ≤ 1, so a shared outage costs no false rollback however long it lasts, and a
 * candidate that fails everything is still seen within two or three requests.
 *
 * Refused alternative: the plain test with a veto while the stable revision looks unwell. It needs a
 * rule for "unwell", and the first minute of an outage breaks every such rule at small traffic.
 *
 * Reference for the second e-value: Turner, Ly & Grünwald 2024, https://arxiv.org/abs/2106.02693.
 */
import { scaleOdds } from './absolute-error.js';
import { requireAtLeast, requireCounts, requireDomain, requireOpenUnit } from './domain.js';
import { logSumExp } from './log-sum.js';
import type { ErrorBlock } from './relative-error.js';
import { candidateOf, logRatio, stableOf } from './bernoulli.js';
import { expectedRate } from './safety.js';

/** Multiples of the limit's odds the bet is spread over, and the spread: half of it on "all but broken". */
export const limitErrorBets: readonly { readonly oddsRatio: number; readonly weight: number }[] = [
  { oddsRatio: 4, weight: 0.2 },
  { oddsRatio: 15, weight: 0.15 },
  { oddsRatio: 60, weight: 0.15 },
  { oddsRatio: 900, weight: 0.5 },
];

/** The test so far, and the stable revision's past, from which its expected rate is taken. Plain data. */
export type LimitError = {
  readonly logBets: readonly number[];
  readonly pastStableErrors: number;
  readonly pastStableRequests: number;
};

/** The limit (a rate), and by how much worse odds than stable are tolerated (1 = none). */
export type LimitErrorOptions = { readonly limit: number; readonly toleratedOddsRatio: number };

/** The test before any request. */
export function startLimitError(): LimitError {
  return {
    logBets: limitErrorBets.map(({ weight }) => Math.log(weight)),
    pastStableErrors: 0,
    pastStableRequests: 0,
  };
}

/** ln of the e-value against "within the limit, or no worse than stable". */
export function limitErrorLogE(state: LimitError): number {
  return logSumExp(state.logBets);
}

/**
 * Adds one closed block. A block without a single stable request (a share of 100 %) is judged against
 * the limit alone: there is nothing left to compare with.
 */
export function updateLimitError(
  state: LimitError,
  block: ErrorBlock,
  options: LimitErrorOptions,
): LimitError {
  requireCounts(block.candidateRequests, block.candidateErrors, 'candidate');
  requireCounts(block.stableRequests, block.stableErrors, 'stable');
  requireOpenUnit(options.limit, 'limit');
  requireAtLeast(options.toleratedOddsRatio, 1, 'toleratedOddsRatio');
  requireDomain(state.logBets.length === limitErrorBets.length, 'state is not a limit error test.');
  const limit = scaleOdds(options.limit, options.toleratedOddsRatio);
  const stableRate = Math.min(expectedRate(state), options.limit);
  return {
    logBets: state.logBets.map((logBet, j) => {
      const rate = scaleOdds(limit, limitErrorBets[j]?.oddsRatio ?? 1);
      const overLimit = logRatio(candidateOf(block), rate, limit);
      if (block.stableRequests === 0) return logBet + overLimit;
      const bet = { rate, stableRate, toleratedOddsRatio: options.toleratedOddsRatio };
      return logBet + Math.min(overLimit, overStable(block, bet));
    }),
    pastStableErrors: state.pastStableErrors + block.stableErrors,
    pastStableRequests: state.pastStableRequests + block.stableRequests,
  };
}

type Bet = {
  readonly rate: number;
  readonly stableRate: number;
  readonly toleratedOddsRatio: number;
};

/** ln of the e-value against "candidate odds ≤ tolerated · stable odds", for a bet on both rates. */
function overStable(block: ErrorBlock, bet: Bet): number {
  const stable = nearestNoWorse(block, bet);
  const candidate = scaleOdds(stable, bet.toleratedOddsRatio);
  if (candidate >= bet.rate) return 0;
  return (
    logRatio(candidateOf(block), bet.rate, candidate) +
    logRatio(stableOf(block), bet.stableRate, stable)
  );
}

/** Stable rate of the null point nearest to the bet; without tolerance it is the pooled rate. */
function nearestNoWorse(block: ErrorBlock, bet: Bet): number {
  const { candidateRequests, stableRequests } = block;
  const { rate, stableRate, toleratedOddsRatio } = bet;
  if (toleratedOddsRatio === 1) {
    return (
      (candidateRequests * rate + stableRequests * stableRate) /
      (candidateRequests + stableRequests)
    );
  }
  // d/d(ln odds) of the divergence is Σ requests · (null rate − bet rate): increasing, so bisect.
  let low = Math.min(stableRate, rate) / (1 + toleratedOddsRatio);
  let high = Math.max(stableRate, rate);
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    const slope =
      candidateRequests * (scaleOdds(middle, toleratedOddsRatio) - rate) +
      stableRequests * (middle - stableRate);
    if (slope > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}
