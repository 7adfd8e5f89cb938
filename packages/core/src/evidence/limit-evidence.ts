/**
 * The test against a limit of the plan: is the candidate above it, and is that the release's own doing?
 *
 * An outage that hits both revisions, or a service that is above its limit anyway, is not the release's fault. So
 * the candidate is held to the limit or to one and a half times what the stable revision failed of late, whichever is
 * more; and its requests are left out of the test altogether while the stable revision is surely far beyond the limit
 * (`stable-watch.ts`). Both look at the stable revision's answers and at how much either served, never at what the
 * candidate failed, so they cannot favour a rejection: the test stays valid for every candidate below what it is held
 * to. What was seen of the stable revision fades once it no longer serves.
 *
 * Refused, measured: the limit alone with the watch (two of three good releases sent back where both fail 1.5 % and
 * the limit is 1 %), and the smaller of two e-values, one per null (20 % more failed requests when the candidate is broken).
 */
import {
  absoluteErrorLogE,
  fadeStableWatch,
  isStableAlarmed,
  scaleOdds,
  startAbsoluteError,
  startStableWatch,
  updateAbsoluteError,
  updateStableWatch,
} from '@ascent/stats';
import type { AbsoluteError, StableWatch, Trials } from '@ascent/stats';

/** The candidate's test, the watch on the stable revision, and what was served of late. Plain data. */
export type LimitEvidence = {
  readonly test: AbsoluteError;
  readonly watch: StableWatch;
  readonly ofLate: ServedOfLate;
};

/** What the stable revision served and failed of late, and how much the candidate served beside it. */
type ServedOfLate = { readonly candidateRequests: number; readonly stable: Trials };

/** Requests of both revisions, pooled. */
export type LimitBlock = { readonly candidate: Trials; readonly stable: Trials };

/** The limit, by how many times worse odds are forgiven, and ln of the e-value at which it alone rolls back. */
export type LimitOptions = {
  readonly limit: number;
  readonly toleratedOddsRatio: number;
  readonly logThreshold: number;
  /** How much more than chance errors cluster: so many count as one. */
  readonly dispersion: number;
};

/** Requests that "of late" is made of: enough to tell 1 % from 2 %, few enough to follow an incident. */
const memoryRequests = 2000;
/** A block of so many candidate requests, and none of the stable revision, forgets half of what was seen. */
const fadingRequests = 200;
/** As many requests stand for what is not known yet of the stable revision: that it keeps to the limit. */
const priorRequests = 20;
/** Errors the stable revision may have been spared by chance where it serves but a few beside the candidate. */
const sparedErrors = 3;
/** How many times the stable revision's own rate a candidate is held to: its estimate must not decide by its noise. */
const stableMargin = 1.5;

/** Nothing is known yet. */
export function startLimitEvidence(): LimitEvidence {
  return {
    test: startAbsoluteError(),
    watch: startStableWatch(),
    ofLate: { candidateRequests: 0, stable: { requests: 0, errors: 0 } },
  };
}

/** ln of the e-value against "the candidate keeps to the limit, or is hardly worse than the stable revision". */
export function limitLogE(evidence: LimitEvidence): number {
  return absoluteErrorLogE(evidence.test);
}

/** Adds a closed block. */
export function absorbLimit(
  evidence: LimitEvidence,
  block: LimitBlock,
  options: LimitOptions,
): LimitEvidence {
  const limit = withinUnit(options.limit);
  const clusters = {
    candidate: inClusters(block.candidate, options.dispersion),
    stable: inClusters(block.stable, options.dispersion),
  };
  const watch =
    clusters.stable.requests === 0
      ? fadeStableWatch(evidence.watch, clusters.candidate.requests)
      : updateStableWatch(evidence.watch, clusters.stable, limit);
  const ofLate = remember(evidence.ofLate, clusters);
  if (isStableAlarmed(watch)) return { test: evidence.test, watch, ofLate };
  const held = Math.max(limit, withinUnit(stableMargin * stableRateOfLate(ofLate, limit)));
  const { logThreshold, toleratedOddsRatio } = options;
  return {
    test: updateAbsoluteError(evidence.test, clusters.candidate, {
      limit: scaleOdds(held, toleratedOddsRatio),
      logThreshold,
    }),
    watch,
    ofLate,
  };
}

/** What was served of late, this block's included; where the stable revision serves no more, it fades. */
function remember(before: ServedOfLate, { candidate, stable }: LimitBlock): ServedOfLate {
  const isServing = stable.requests > 0;
  const kept = isServing
    ? memoryRequests / Math.max(memoryRequests, before.stable.requests + stable.requests)
    : fadingRequests / (fadingRequests + candidate.requests);
  return {
    candidateRequests: before.candidateRequests * kept + (isServing ? candidate.requests : 0),
    stable: {
      requests: before.stable.requests * kept + stable.requests,
      errors: before.stable.errors * kept + stable.errors,
    },
  };
}

/**
 * What the stable revision fails, at most: its own rate, with more room for chance the less it served beside the
 * candidate, because the candidate's evidence then is better than what is known of the stable revision.
 */
function stableRateOfLate({ candidateRequests, stable }: ServedOfLate, limit: number): number {
  const servedTimes = stable.requests / Math.max(1, candidateRequests);
  const doubt = Math.min(1, Math.max(0, 1.25 - servedTimes / 2));
  const spared = sparedErrors * doubt * Math.min(1, stable.requests / priorRequests);
  const prior = (priorRequests * limit) / stableMargin;
  return (stable.errors + spared + prior) / (stable.requests + priorRequests);
}

/** Clustered errors carry the information of fewer independent ones; rounded in the release's favour. */
function inClusters({ requests, errors }: Trials, dispersion: number): Trials {
  if (dispersion <= 1) return { requests, errors };
  const counted = Math.floor(errors / dispersion);
  return { requests: Math.max(counted, Math.round(requests / dispersion)), errors: counted };
}

/** A limit of 0 or 1 leaves nothing to bet on; hold it a hair inside. */
export function withinUnit(rate: number): number {
  return Math.min(Math.max(rate, 1e-6), 1 - 1e-6);
}
