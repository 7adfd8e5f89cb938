/**
 * From points to intervals: the points of both revisions side by side, checked, in order of time.
 *
 * Every way a source can be wrong has its own name here, so that it is counted and shown instead of
 * quietly becoming evidence.
 */
import type { HistogramLayout, TrafficPoint } from '../world/traffic-point.js';
import { wholeCounts, isSameLayout, isSoundLayout } from './latency-layout.js';

/** What can be wrong with measurements, one name each. */
export type AnomalyCode =
  | 'zero-requests'
  | 'candidate-silent'
  | 'counter-went-back'
  | 'not-a-number'
  | 'errors-exceed-requests'
  | 'histogram-layout-changed'
  | 'duplicate-point'
  | 'late-point'
  | 'spans-share-change'
  | 'overlapping-interval'
  | 'impossible-count'
  | 'impossible-buckets'
  | 'bad-interval';

/** One revision's answers in one interval. */
export type ArmTraffic = {
  readonly requests: number;
  readonly errors: number;
  /** Buckets of the interval's layout, empty ones at the end left out; `null` where the source has no latency. */
  readonly latency: readonly number[] | null;
};

/** Both revisions in one interval (start exclusive, end inclusive). */
export type TrafficInterval = {
  readonly startMs: number;
  readonly endMs: number;
  readonly candidate: ArmTraffic;
  readonly stable: ArmTraffic;
  /** The layout both latencies count in; `null` when neither has any. */
  readonly layout: HistogramLayout | null;
  readonly hasCandidate: boolean;
  readonly hasStable: boolean;
};

/** More requests in one interval than any service answers: a counter of 64 bits that wrapped around, say. */
const mostRequests = 1e9;

/** Nothing was asked and nothing answered. */
export const noTraffic: ArmTraffic = { requests: 0, errors: 0, latency: null };

/** Which revisions an interval is made of. */
export type Revisions = { readonly stable: string; readonly candidate: string };

/** A fault of one measurement, and the end of its interval. */
export type Fault = { readonly code: AnomalyCode; readonly atMs: number };

/** Intervals in order of time, and what could not be used. */
export type PairedPoints = {
  readonly intervals: readonly TrafficInterval[];
  readonly faults: readonly Fault[];
};

/** Pairs the points of both revisions by interval; what cannot be used is named in `faults`. */
export function pairPoints(points: readonly TrafficPoint[], revisions: Revisions): PairedPoints {
  const faults: Fault[] = [];
  const byEnd = new Map<number, Pair>();
  for (const point of points) {
    const arm = armOf(point, revisions);
    if (arm === null) continue;
    const pair = byEnd.get(point.endMs);
    const code = faultOf(point) ?? ((pair?.[arm] ?? null) === null ? null : 'duplicate-point');
    if (code !== null) faults.push({ code, atMs: point.endMs });
    else if (pair !== undefined) pair[arm] = point;
    else byEnd.set(point.endMs, { candidate: null, stable: null, [arm]: point });
  }
  const intervals: TrafficInterval[] = [];
  for (const [endMs, pair] of byEnd) {
    const { interval, code } = intervalOf(pair);
    if (code !== null) faults.push({ code, atMs: endMs });
    if (interval !== null) intervals.push(interval);
  }
  return { intervals: intervals.sort((a, b) => a.endMs - b.endMs), faults };
}

type Pair = { candidate: TrafficPoint | null; stable: TrafficPoint | null };

function armOf(point: TrafficPoint, revisions: Revisions): 'candidate' | 'stable' | null {
  if (point.revision === revisions.candidate) return 'candidate';
  return point.revision === revisions.stable ? 'stable' : null;
}

function faultOf(point: TrafficPoint): AnomalyCode | null {
  const { startMs, endMs, requests, errors, latency } = point;
  if (!Number.isFinite(startMs) || !Number.isFinite(endMs) || endMs <= startMs)
    return 'bad-interval';
  const code = countFault(requests) ?? countFault(errors);
  if (code !== null) return code;
  if (Math.round(errors) > Math.round(requests)) return 'errors-exceed-requests';
  if (latency === null) return null;
  return isSoundLayout(latency.layout) ? countsFault(latency.counts) : 'impossible-buckets';
}

function countFault(count: number): AnomalyCode | null {
  if (count >= 0 && count <= mostRequests) return null;
  if (!Number.isFinite(count)) return 'not-a-number';
  return count < 0 ? 'counter-went-back' : 'impossible-count';
}

function countsFault(counts: readonly number[]): AnomalyCode | null {
  for (let j = 0; j < counts.length; j += 1) {
    const code = countFault(counts[j] ?? 0);
    if (code !== null) return code;
  }
  return null;
}

type Built = { readonly interval: TrafficInterval | null; readonly code: AnomalyCode | null };

function intervalOf({ candidate, stable }: Pair): Built {
  const first = candidate ?? stable;
  const second = stable ?? candidate;
  if (first === null || second === null || first.startMs !== second.startMs) {
    return { interval: null, code: 'bad-interval' };
  }
  const own = layoutOf(candidate);
  const rest = layoutOf(stable);
  const layoutsDiffer = own !== null && rest !== null && !isSameLayout(own, rest);
  return {
    interval: {
      startMs: first.startMs,
      endMs: first.endMs,
      candidate: armTraffic(candidate, layoutsDiffer),
      stable: armTraffic(stable, layoutsDiffer),
      layout: layoutsDiffer ? null : (own ?? rest),
      hasCandidate: candidate !== null,
      hasStable: stable !== null,
    },
    code: layoutsDiffer ? 'histogram-layout-changed' : null,
  };
}

function layoutOf(point: TrafficPoint | null): HistogramLayout | null {
  return point?.latency?.layout ?? null;
}

/** Sources that extrapolate (Prometheus' increase()) deliver fractions; requests are whole. */
function armTraffic(point: TrafficPoint | null, withoutLatency: boolean): ArmTraffic {
  if (point === null) return noTraffic;
  return {
    requests: Math.round(point.requests),
    errors: Math.round(point.errors),
    latency: point.latency === null || withoutLatency ? null : wholeCounts(point.latency),
  };
}
