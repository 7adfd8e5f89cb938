/**
 * Is it proven that the candidate is not worse than the stable revision by `difference` or more?
 *
 * An e-process for "candidate rate ≥ stable rate + difference": promotion needs evidence of its own,
 * because "nothing bad was seen" is no evidence when little was looked at. The bet is that both fail at
 * the stable revision's past rate, against the point of the (convex) null nearest to it, block by block.
 * Refused: comparing two confidence intervals, which needs about twice the requests.
 *
 * Reference: Turner, Ly & Grünwald 2024, https://arxiv.org/abs/2106.02693 (reverse information
 * projection on a convex null).
 */
import { candidateOf, logRatio, stableOf, type Trials } from './bernoulli.js';
import { requireCounts, requireDomain, requireLog, requireOpenUnit } from './domain.js';
import type { ErrorBlock } from './relative-error.js';

/** What is believed about the rate before any data: half an error in a hundred requests. */
const priorErrors = 0.5;
const priorRequests = 100;

/** The test so far, and the stable revision's past, from which the bet is made. Plain data. */
export type Safety = {
  readonly logE: number;
  readonly pastStableErrors: number;
  readonly pastStableRequests: number;
};

/** The test before any request; `past` is what is known of the stable revision from before. */
export function startSafety(
  past: { readonly requests: number; readonly errors: number } = { requests: 0, errors: 0 },
): Safety {
  requireCounts(past.requests, past.errors, 'past stable');
  return { logE: 0, pastStableErrors: past.errors, pastStableRequests: past.requests };
}

/** The rate both are bet to have: the stable revision's past, never 0. */
export function expectedRate(past: {
  readonly pastStableErrors: number;
  readonly pastStableRequests: number;
}): number {
  return (priorErrors + past.pastStableErrors) / (priorRequests + past.pastStableRequests);
}

/**
 * Adds one closed block against "candidate ≥ stable + difference" (a rate, 0 < difference < 1).
 * Where the expected rate leaves no room below the null there is nothing to bet on, and logE stays.
 */
export function updateSafety(state: Safety, block: ErrorBlock, difference: number): Safety {
  requireState(state);
  requireBlock(block);
  requireOpenUnit(difference, 'difference');
  const rate = expectedRate(state);
  const nearest = nearestUnsafe(block, { rate, difference });
  const worse = nearest + difference;
  const logFactor =
    logRatio(candidateOf(block), rate, worse) + logRatio(stableOf(block), rate, nearest);
  return {
    logE: state.logE + logFactor,
    pastStableErrors: state.pastStableErrors + block.stableErrors,
    pastStableRequests: state.pastStableRequests + block.stableRequests,
  };
}

/** What is known of a rate, and what is to be proven of it. */
export type AloneOptions = {
  readonly past: Omit<Safety, 'logE'>;
  /** 0 < limit < 1. */
  readonly limit: number;
};

/**
 * ln E after an interval of the candidate alone, against "candidate rate ≥ limit": what can still be proven when no
 * stable revision serves beside it. `logE` as it was where there is nothing to bet on.
 */
export function updateSafetyAlone(
  logE: number,
  sample: Trials,
  { past, limit }: AloneOptions,
): number {
  requireLog(logE, 'a promotion test');
  requireCounts(past.pastStableRequests, past.pastStableErrors, 'past stable');
  requireCounts(sample.requests, sample.errors, 'candidate');
  requireOpenUnit(limit, 'limit');
  const rate = expectedRate(past);
  return rate >= limit ? logE : logE + logRatio(sample, rate, limit);
}

/** The rate bet on, and the difference to disprove. */
export type Bet = { readonly rate: number; readonly difference: number };

/**
 * Stable rate of the null point nearest to (rate, rate) in Kullback-Leibler terms: the root of an
 * increasing function, by Newton steps kept inside a shrinking bracket.
 */
export function nearestUnsafe(
  block: { readonly candidateRequests: number; readonly stableRequests: number },
  { rate, difference }: Bet,
): number {
  let low = 0;
  let high = 1 - difference;
  let guess = Math.min(rate, high) / 2;
  for (let step = 0; step < 200; step += 1) {
    const worse = guess + difference;
    const slope =
      block.candidateRequests * slopeAt(rate, worse) + block.stableRequests * slopeAt(rate, guess);
    if (slope > 0) high = guess;
    else low = guess;
    const curvature =
      block.candidateRequests * curvatureAt(rate, worse) +
      block.stableRequests * curvatureAt(rate, guess);
    const newton = guess - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - guess) <= 1e-16 + 1e-15 * guess) return next;
    guess = next;
  }
  return guess;
}

/** d/dt of KL(rate ‖ t). */
function slopeAt(rate: number, t: number): number {
  return (t - rate) / (t * (1 - t));
}

/** d²/dt² of KL(rate ‖ t). */
function curvatureAt(rate: number, t: number): number {
  return rate / (t * t) + (1 - rate) / ((1 - t) * (1 - t));
}

function requireState({ logE, pastStableErrors, pastStableRequests }: Safety): void {
  requireLog(logE, 'a promotion test');
  requireCounts(pastStableRequests, pastStableErrors, 'past stable');
}

function requireBlock(block: ErrorBlock): void {
  requireCounts(block.candidateRequests, block.candidateErrors, 'candidate');
  requireCounts(block.stableRequests, block.stableErrors, 'stable');
  requireDomain(
    block.candidateRequests > 0 && block.stableRequests > 0,
    'a block needs requests of both revisions.',
  );
}
