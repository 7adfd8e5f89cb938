/**
 * The test against a limit of the plan, left alone while the stable revision is beyond the limit too: an
 * outage that hits both is not the release's fault.
 */
import {
  absoluteErrorLogE,
  isStableAlarmed,
  scaleOdds,
  startAbsoluteError,
  startStableWatch,
  updateAbsoluteError,
  updateStableWatch,
} from '@ascent/stats';
import type { AbsoluteError, StableWatch, Trials } from '@ascent/stats';

/** The candidate's test and the watch on the stable revision. Plain data. */
export type LimitEvidence = { readonly test: AbsoluteError; readonly watch: StableWatch };

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

/** Nothing is known yet. */
export function startLimitEvidence(): LimitEvidence {
  return { test: startAbsoluteError(), watch: startStableWatch() };
}

/** ln of the e-value against "the candidate keeps to the limit". */
export function limitLogE(evidence: LimitEvidence): number {
  return absoluteErrorLogE(evidence.test);
}

/** Adds a closed block. */
export function absorbLimit(
  evidence: LimitEvidence,
  block: LimitBlock,
  options: LimitOptions,
): LimitEvidence {
  const { dispersion } = options;
  const stable = inClusters(block.stable, dispersion);
  const watch = updateStableWatch(evidence.watch, stable, withinUnit(options.limit));
  if (isStableAlarmed(watch)) return { test: evidence.test, watch };
  const limit = scaleOdds(withinUnit(options.limit), options.toleratedOddsRatio);
  const { logThreshold } = options;
  return {
    test: updateAbsoluteError(evidence.test, inClusters(block.candidate, dispersion), {
      limit,
      logThreshold,
    }),
    watch,
  };
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
