/**
 * The error gate's tests, fed interval by interval: is the candidate worse than the stable revision, is it
 * above the limit, and is it proven to be good enough to go on.
 */
import {
  candidateOf,
  startRelativeError,
  stableOf,
  startSafety,
  updateRelativeError,
  updateSafety,
  updateSafetyAlone,
} from '@ascent/stats';
import type { ErrorBlock, RelativeError, Safety, Trials } from '@ascent/stats';
import type { GateLens } from './gate-lens.js';
import type { GatePlan } from './gate-plan.js';
import { absorbLimit, startLimitEvidence, withinUnit } from './limit-evidence.js';
import type { LimitEvidence } from './limit-evidence.js';

/** Differences proven or not beside the plan's own, so that a person sees how far the proof has come. */
const ladder = [0.1, 0.05, 0.02, 0.01, 0.005] as const;
/** Requests of a stable revision alone are not kept waiting for a candidate longer than this. */
const longestBlockMs = 3_600_000;

/** Requests pooled since the last block was closed. Plain data. */
export type OpenBlock = ErrorBlock & {
  readonly startMs: number | null;
  /** Whether any of it was served while cold starts were forgiven. */
  readonly warm: boolean;
};

/**
 * Proofs since the last change of share: that the candidate is not worse than the stable revision by `difference`, and,
 * from requests beside which no stable one was served, ln E of "it is above the limit by `difference`". They are about
 * two different things and never add up.
 */
export type SafetyStep = {
  readonly difference: number;
  readonly test: Safety;
  readonly aloneLogE: number;
};

/** All tests on errors. Plain data. */
export type ErrorEvidence = {
  readonly relative: RelativeError;
  readonly limit: LimitEvidence;
  readonly safety: readonly SafetyStep[];
  readonly open: OpenBlock;
  readonly openLimit: OpenBlock;
};

/** Both revisions' requests and errors in one interval. */
export type ErrorSample = ErrorBlock & {
  readonly startMs: number;
  readonly endMs: number;
  readonly warm: boolean;
};

/** A block without requests. */
export const emptyBlock: OpenBlock = {
  candidateRequests: 0,
  stableRequests: 0,
  candidateErrors: 0,
  stableErrors: 0,
  startMs: null,
  warm: false,
};

/** Tests before any request. */
export function startErrorEvidence(gatePlan: GatePlan): ErrorEvidence {
  const own = gatePlan.errorRate?.worseThanStableBy ?? 0;
  const differences = own > 0 && !ladder.some((step) => step === own) ? [...ladder, own] : ladder;
  return {
    relative: startRelativeError(),
    limit: startLimitEvidence(),
    safety: differences
      .toSorted((a, b) => b - a)
      .map((difference) => ({ difference, test: startSafety(), aloneLogE: 0 })),
    open: emptyBlock,
    openLimit: emptyBlock,
  };
}

/** Adds one interval. */
export function absorbErrors(
  lens: GateLens,
  evidence: ErrorEvidence,
  sample: ErrorSample,
): ErrorEvidence {
  const { gatePlan } = lens;
  const { statistics } = gatePlan;
  const pooled = pool(evidence.open, sample);
  const compared = closes(pooled, statistics.blockMinimumRequests)
    ? { ...compare(lens, evidence, pooled), open: emptyBlock }
    : { ...evidence, open: pooled };
  const pooledLimit = pool(evidence.openLimit, sample);
  const least = statistics.limitBlockMinimumRequests * statistics.dispersion;
  if (!closesLimit(pooledLimit, least)) return { ...compared, openLimit: pooledLimit };
  return {
    ...compared,
    limit: absorbLimit(
      evidence.limit,
      { candidate: candidateOf(pooledLimit), stable: stableOf(pooledLimit) },
      {
        limit: gatePlan.errorRate?.maxRatio ?? 1,
        toleratedOddsRatio: pooledLimit.warm ? statistics.warmUpOddsRatio : 1,
        logThreshold: lens.limitLogThreshold,
        dispersion: statistics.dispersion,
      },
    ),
    openLimit: emptyBlock,
  };
}

/** Requests of two shares must not meet in one block, and what was proven at one share is not proven at the next. */
export function changeErrorShare(evidence: ErrorEvidence): ErrorEvidence {
  return {
    ...evidence,
    safety: evidence.safety.map(({ difference, test }) => ({
      difference,
      test: { ...test, logE: 0 },
      aloneLogE: 0,
    })),
    open: emptyBlock,
    openLimit: emptyBlock,
  };
}

/** The rate the candidate must be proven to stay below when no stable revision serves beside it. */
export function aloneLimit(gatePlan: GatePlan, difference: number): number {
  return withinUnit((gatePlan.errorRate?.maxRatio ?? 1) + difference);
}

function compare(lens: GateLens, evidence: ErrorEvidence, block: OpenBlock): ErrorEvidence {
  const { gatePlan } = lens;
  const { statistics } = gatePlan;
  const alone = block.stableRequests === 0;
  const own = candidateOf(block);
  return {
    ...evidence,
    relative: updateRelativeError(evidence.relative, block, {
      shape: {
        oddsRatio: block.warm ? statistics.warmUpOddsRatio : 1,
        dispersion: statistics.dispersion,
      },
      logThreshold: lens.relativeLogThreshold,
    }),
    safety: evidence.safety.map((step) =>
      alone ? proveAlone(gatePlan, step, own) : proveBeside(step, block),
    ),
  };
}

function proveBeside({ difference, test, aloneLogE }: SafetyStep, block: ErrorBlock): SafetyStep {
  return { difference, test: updateSafety(test, block, difference), aloneLogE };
}

function proveAlone(
  gatePlan: GatePlan,
  { difference, test, aloneLogE }: SafetyStep,
  own: Trials,
): SafetyStep {
  const limit = aloneLimit(gatePlan, difference);
  return { difference, test, aloneLogE: updateSafetyAlone(aloneLogE, own, { past: test, limit }) };
}

/** Looks at request counts only, so it cannot favour one outcome over another. */
function closes(block: OpenBlock, least: number): boolean {
  const { candidateRequests, stableRequests } = block;
  if (candidateRequests === 0) return false;
  return stableRequests === 0
    ? candidateRequests >= Math.max(20, least)
    : candidateRequests + stableRequests >= least;
}

/** Enough requests of both to see an outage that hits both; at a share of 100 % the candidate's own. */
function closesLimit({ candidateRequests, stableRequests }: OpenBlock, least: number): boolean {
  return candidateRequests > 0 && candidateRequests + stableRequests >= least;
}

function pool(open: OpenBlock, sample: ErrorSample): OpenBlock {
  const stale =
    open.candidateRequests === 0 &&
    open.startMs !== null &&
    sample.endMs - open.startMs > longestBlockMs;
  const base = stale ? emptyBlock : open;
  return {
    candidateRequests: base.candidateRequests + sample.candidateRequests,
    stableRequests: base.stableRequests + sample.stableRequests,
    candidateErrors: base.candidateErrors + sample.candidateErrors,
    stableErrors: base.stableErrors + sample.stableErrors,
    startMs: base.startMs ?? sample.startMs,
    warm: base.warm || sample.warm,
  };
}
