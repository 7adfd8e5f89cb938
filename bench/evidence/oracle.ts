/**
 * What nobody can have: tests that know both error rates, and the bound no test can beat.
 */
import { divergence } from '@ascent/stats';
import type { Scenario } from './scenario.js';
import type { Tick } from './traffic.js';

const logThreshold = Math.log(100);

/** A test that is told both rates and spends the whole budget on this one question. */
export type Oracle = { readonly add: (tick: Tick) => boolean };

/**
 * Pools ticks until both revisions answered and there are `least` requests, as Ascent does: a block of one
 * request tells nobody anything.
 */
function pooled(least: number, judge: (block: Tick) => boolean): Oracle {
  const empty: Tick = {
    candidateRequests: 0,
    stableRequests: 0,
    candidateErrors: 0,
    stableErrors: 0,
    candidateLatency: [],
    stableLatency: [],
  };
  let open = { ...empty };
  return {
    add(tick) {
      open.candidateRequests += tick.candidateRequests;
      open.stableRequests += tick.stableRequests;
      open.candidateErrors += tick.candidateErrors;
      open.stableErrors += tick.stableErrors;
      const { candidateRequests, stableRequests } = open;
      if (candidateRequests === 0 || stableRequests === 0) return false;
      if (candidateRequests + stableRequests < least) return false;
      const block = open;
      open = { ...empty };
      return judge(block);
    },
  };
}

/** Likelihood ratio of the true rates over the nearest common rate of each tick. */
export function likelihoodOracle(scenario: Scenario): Oracle {
  const { candidateRate, stableRate } = scenario;
  let logE = 0;
  return pooled(10, (tick) => {
    const requests = tick.candidateRequests + tick.stableRequests;
    const common =
      (tick.candidateRequests * candidateRate + tick.stableRequests * stableRate) / requests;
    logE +=
      logRatio(tick.candidateRequests, tick.candidateErrors, { over: candidateRate, common }) +
      logRatio(tick.stableRequests, tick.stableErrors, { over: stableRate, common });
    return logE >= logThreshold;
  });
}

/** The same, conditional on each tick's margins: it cannot gain from the totals, nor lose by them. */
export function conditionalOracle(scenario: Scenario): Oracle {
  const candidateRate = Math.min(scenario.candidateRate, 1 - 1e-6);
  const { stableRate } = scenario;
  const logOdds = Math.log((candidateRate * (1 - stableRate)) / (stableRate * (1 - candidateRate)));
  let logE = 0;
  return pooled(20, (tick) => {
    const errors = tick.candidateErrors + tick.stableErrors;
    const lowest = Math.max(0, errors - tick.stableRequests);
    const highest = Math.min(tick.candidateRequests, errors);
    if (highest === lowest) return false;
    logE += tick.candidateErrors * logOdds - logMoment(tick, { lowest, highest, logOdds });
    return logE >= logThreshold;
  });
}

function logMoment(
  tick: Tick,
  { lowest, highest, logOdds }: { lowest: number; highest: number; logOdds: number },
): number {
  const errors = tick.candidateErrors + tick.stableErrors;
  let logNull = 0;
  const terms = [0];
  for (let k = lowest; k < highest; k += 1) {
    logNull += Math.log(
      ((tick.candidateRequests - k) * (errors - k)) /
        ((k + 1) * (tick.stableRequests - errors + k + 1)),
    );
    terms.push(logNull);
  }
  return lowest * logOdds + logSum(terms.map((term, i) => term + i * logOdds)) - logSum(terms);
}

function logSum(terms: readonly number[]): number {
  const largest = Math.max(...terms);
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}

function logRatio(
  requests: number,
  errors: number,
  { over, common }: { over: number; common: number },
): number {
  const failed = errors === 0 ? 0 : errors * Math.log(over / common);
  const passed =
    errors === requests ? 0 : (requests - errors) * Math.log((1 - over) / (1 - common));
  return failed + passed;
}

/** Fewest candidate requests any test can need on average that does not know the common rate. */
export function informationBound({ candidateRate, stableRate, share }: Scenario): number {
  const common = share * candidateRate + (1 - share) * stableRate;
  const perRequest =
    divergence(candidateRate, common) + ((1 - share) / share) * divergence(stableRate, common);
  return logThreshold / perRequest;
}
