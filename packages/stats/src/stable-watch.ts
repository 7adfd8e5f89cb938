/**
 * Is the stable revision itself beyond the limit just now?
 *
 * The test against a limit (`absolute-error.ts`) would blame a release for an outage of the provider that
 * hits both revisions. So the stable revision is watched with the same bets, as a CUSUM: each bet's log
 * capital, never below 0 and never above a ceiling so that it forgets soon. While a bet is above the
 * alarm, the caller leaves the candidate's requests out of the test. The stable revision serves most of
 * the traffic, so it alarms long before the candidate has gained anything; and because the watch looks at
 * stable requests only, leaving blocks out cannot favour a rejection: the test stays valid.
 *
 * Refused alternatives, measured: multiplying the smaller of two e-values, one per null (guaranteed under
 * any outage, but 20 % more failed requests when the candidate is broken), and no watch at all (an outage
 * rolls back every good release).
 *
 * Reference: Page 1954 (CUSUM), https://doi.org/10.1093/biomet/41.1-2.100.
 */
import { absoluteErrorBets, scaleOdds } from './absolute-error.js';
import { logRatio } from './bernoulli.js';
import type { Trials } from './bernoulli.js';
import {
  requireAtLeast,
  requireCounts,
  requireDomain,
  requireLogs,
  requireOpenUnit,
} from './domain.js';

/** ln of the capital at which the stable revision counts as beyond the limit. */
const alarm = Math.log(10);
/** Capital above this is forgotten, so that the alarm ends soon after the outage does. */
const ceiling = 2 * alarm;

/** Requests without the stable revision after which half of the capital is forgotten; the ceiling is two alarms. */
const halfForgottenAfter = 20;

/** ln of each bet's capital since it last was nothing. Plain data. */
export type StableWatch = { readonly logBets: readonly number[] };

/** The watch before any request. */
export function startStableWatch(): StableWatch {
  return { logBets: absoluteErrorBets.map(() => 0) };
}

/** Adds requests of the stable revision. */
export function updateStableWatch(state: StableWatch, stable: Trials, limit: number): StableWatch {
  requireCounts(stable.requests, stable.errors, 'stable');
  requireOpenUnit(limit, 'limit');
  requireDomain(state.logBets.length === absoluteErrorBets.length, 'state is not a stable watch.');
  if (stable.requests === 0) return state;
  return {
    logBets: state.logBets.map((logBet, j) => {
      const rate = scaleOdds(limit, absoluteErrorBets[j]?.oddsRatio ?? 1);
      return Math.min(ceiling, Math.max(0, logBet + logRatio(stable, rate, limit)));
    }),
  };
}

/**
 * What is left of the watch after so many requests (≥ 0) without one of the stable revision: an alarm that nobody can
 * confirm ends within twenty, or an incident in the last minute before a share of 100 % would switch the test off for good.
 */
export function fadeStableWatch(state: StableWatch, requests: number): StableWatch {
  requireAtLeast(requests, 0, 'requests');
  const kept = 0.5 ** (requests / halfForgottenAfter);
  return { logBets: state.logBets.map((logBet) => logBet * kept) };
}

/** Whether the stable revision is beyond the limit just now. */
export function isStableAlarmed(state: StableWatch): boolean {
  requireLogs(state.logBets, absoluteErrorBets.length, 'a stable watch');
  return state.logBets.some((logBet) => logBet >= alarm);
}
