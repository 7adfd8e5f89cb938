/**
 * The latency gate's tests, fed interval by interval: is the candidate slower than the stable revision
 * beyond the tolerance, is its 95th percentile above the limit (and worse than stable's), and is it proven
 * fast enough to go on.
 */
import {
  latencyLogE,
  limitErrorLogE,
  startLatency,
  startLimitError,
  updateLatency,
  updateLimitError,
  updateSafetyAlone,
} from '@ascent/stats';
import type { Latency, LatencyBlock, LimitError } from '@ascent/stats';
import type { HistogramLayout } from '../traffic-point.js';
import type { GatePlan } from './gate-plan.js';
import {
  bucketCount,
  countFrom,
  firstBucketAbove,
  forgivenBuckets,
  layoutKey,
  moveBuckets,
  quantileMs,
} from './latency-layout.js';

/** Part of requests that may be slower than the 95th percentile. */
export const slowPart = 0.05;
/** Going on needs proof that fewer than this part of the candidate's requests are too slow. */
export const provenSlowPart = 0.15;

/** All tests on latency, in one layout. Plain data. */
export type LatencyEvidence = {
  readonly layout: HistogramLayout;
  readonly relative: Latency;
  readonly limit: LimitError;
  /** ln E of "15 % or more of the candidate's requests are slower than stable's p95 with its tolerance". */
  readonly safetyLogE: number;
  readonly open: LatencyBlock & { readonly warm: boolean };
};

/** Both revisions' latencies in one interval, in the evidence's layout. */
export type LatencySample = {
  readonly candidate: readonly number[] | null;
  readonly stable: readonly number[] | null;
  readonly warm: boolean;
};

/** Tests in this layout before any request. */
export function startLatencyEvidence(layout: HistogramLayout): LatencyEvidence {
  const empty = noCounts(layout);
  return {
    layout,
    relative: startLatency(empty),
    limit: startLimitError(),
    safetyLogE: 0,
    open: { candidate: empty, stable: empty, warm: false },
  };
}

/** The same capital, in another layout: what was learnt about the old buckets is gone, what was won is not. */
export function changeLayout(evidence: LatencyEvidence, layout: HistogramLayout): LatencyEvidence {
  if (layout === evidence.layout || layoutKey(layout) === layoutKey(evidence.layout)) {
    return evidence;
  }
  const fresh = startLatencyEvidence(layout);
  return {
    ...fresh,
    relative: { ...fresh.relative, logBets: evidence.relative.logBets },
    limit: evidence.limit,
    safetyLogE: evidence.safetyLogE,
  };
}

/** ln E of "slower than stable" and of "above the limit and slower than stable". */
export function latencyLogEs(evidence: LatencyEvidence): {
  readonly relative: number;
  readonly limit: number;
} {
  return { relative: latencyLogE(evidence.relative), limit: limitErrorLogE(evidence.limit) };
}

/** Adds one interval. */
export function absorbLatency(
  gatePlan: GatePlan,
  evidence: LatencyEvidence,
  sample: LatencySample,
): LatencyEvidence {
  const open = {
    candidate: addCounts(evidence.open.candidate, sample.candidate),
    stable: addCounts(evidence.open.stable, sample.stable),
    warm: evidence.open.warm || sample.warm,
  };
  const slow = countFrom(open.candidate, 0);
  const rest = countFrom(open.stable, 0);
  const least = gatePlan.statistics.latencyBlockMinimumRequests;
  const closed = slow > 0 && (rest === 0 ? slow >= Math.max(20, least) : slow + rest >= least);
  if (!closed) return { ...evidence, open };
  return { ...judgeBlock(gatePlan, evidence, open), open: emptyLike(evidence) };
}

/** Requests of two shares must not meet in one block. */
export function changeLatencyShare(evidence: LatencyEvidence): LatencyEvidence {
  return { ...evidence, safetyLogE: 0, open: emptyLike(evidence) };
}

/** The latency the candidate is proven against: stable's p95 so far, with the tolerance; `null` before any. */
export function toleratedMs(gatePlan: GatePlan, evidence: LatencyEvidence): number | null {
  const p95Ms = quantileMs(evidence.layout, evidence.relative.stableHistory, 1 - slowPart);
  return p95Ms === null ? null : p95Ms * (1 + (gatePlan.latencyP95?.worseThanStableBy ?? 0));
}

function judgeBlock(
  gatePlan: GatePlan,
  evidence: LatencyEvidence,
  block: LatencyBlock & { readonly warm: boolean },
): LatencyEvidence {
  const { layout } = evidence;
  const stableHistory = addCounts(evidence.relative.stableHistory, block.stable);
  // Cold starts are slow, and how slow nobody knows: they are not judged, only learnt from.
  if (block.warm) return { ...evidence, relative: { ...evidence.relative, stableHistory } };
  const factor = 1 + (gatePlan.latencyP95?.worseThanStableBy ?? 0);
  const tooSlow = firstBucketAbove(layout, gatePlan.latencyP95?.maxMs ?? Infinity);
  return {
    ...evidence,
    relative: updateLatency(evidence.relative, {
      candidate: moveBuckets(block.candidate, forgivenBuckets(layout, factor)),
      stable: block.stable,
    }),
    limit: updateLimitError(
      evidence.limit,
      {
        candidateRequests: countFrom(block.candidate, 0),
        stableRequests: countFrom(block.stable, 0),
        candidateErrors: countFrom(block.candidate, tooSlow),
        stableErrors: countFrom(block.stable, tooSlow),
      },
      { limit: slowPart, toleratedOddsRatio: 1 },
    ),
    safetyLogE: proveFast(gatePlan, evidence, block),
  };
}

function proveFast(gatePlan: GatePlan, evidence: LatencyEvidence, block: LatencyBlock): number {
  const limitMs = toleratedMs(gatePlan, evidence);
  if (limitMs === null) return evidence.safetyLogE;
  const history = evidence.relative.stableHistory;
  // A request in the bucket that holds the limit counts as too slow: the proof must not lean on rounding.
  const bucket = Math.max(0, firstBucketAbove(evidence.layout, limitMs) - 1);
  const past = {
    logE: evidence.safetyLogE,
    pastStableErrors: countFrom(history, bucket),
    pastStableRequests: countFrom(history, 0),
  };
  const sample = {
    requests: countFrom(block.candidate, 0),
    errors: countFrom(block.candidate, bucket),
  };
  return updateSafetyAlone(past, sample, provenSlowPart).logE;
}

function noCounts(layout: HistogramLayout): readonly number[] {
  return Array.from({ length: bucketCount(layout) }, () => 0);
}

function emptyLike(evidence: LatencyEvidence): LatencyEvidence['open'] {
  const empty = noCounts(evidence.layout);
  return { candidate: empty, stable: empty, warm: false };
}

function addCounts(sum: readonly number[], more: readonly number[] | null): readonly number[] {
  return more === null ? sum : sum.map((count, j) => count + (more[j] ?? 0));
}
