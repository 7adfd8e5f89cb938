/**
 * What people read: counts of the recent past, per revision. Evidence is about the whole rollout; an
 * estimate over four days would hide what began an hour ago.
 *
 * Two generations: when the young one is old and large enough it replaces the old one, so the window
 * holds one to two times the wanted length without keeping every interval.
 */
import { addCounts, type Trials } from '@ascent/stats';
import { countFrom } from './latency-layout.js';
import type { ArmTraffic, TrafficInterval } from './traffic-interval.js';

/** Requests of the candidate a generation must hold before it ends, whatever its age. */
const generationRequests = 500;

/** Either revision of a rollout. */
export type Arm = 'candidate' | 'stable';

/** Counts of one revision. Plain data. */
export type ArmCounts = Trials & {
  readonly latency: readonly number[] | null;
};

/** Counts of both revisions over one generation. */
export type Generation = {
  readonly startMs: number;
  readonly endMs: number;
  readonly candidate: ArmCounts;
  readonly stable: ArmCounts;
};

/** The young generation and the one before it. Plain data. */
export type RecentWindow = { readonly young: Generation; readonly old: Generation | null };

const nothing: ArmCounts = { requests: 0, errors: 0, latency: null };

/** An empty window. */
export function startWindow(atMs: number): RecentWindow {
  return { young: emptyGeneration(atMs), old: null };
}

/** Adds one interval. */
export function addToWindow(
  recent: RecentWindow,
  interval: TrafficInterval,
  windowMs: number,
): RecentWindow {
  const { young } = recent;
  const full =
    young.endMs - young.startMs >= windowMs && young.candidate.requests >= generationRequests;
  const base = full ? emptyGeneration(interval.startMs) : young;
  return {
    young: {
      startMs: base.startMs,
      endMs: interval.endMs,
      candidate: addTraffic(base.candidate, interval.candidate),
      stable: addTraffic(base.stable, interval.stable),
    },
    old: full ? young : recent.old,
  };
}

/** Forgets latencies: they were counted in other buckets. */
export function withoutLatency(recent: RecentWindow): RecentWindow {
  const strip = (generation: Generation): Generation => ({
    ...generation,
    candidate: { ...generation.candidate, latency: null },
    stable: { ...generation.stable, latency: null },
  });
  return { young: strip(recent.young), old: recent.old === null ? null : strip(recent.old) };
}

/** The time both generations cover. */
export function windowSpan({ young, old }: RecentWindow): {
  readonly fromMs: number;
  readonly toMs: number;
} {
  return { fromMs: (old ?? young).startMs, toMs: young.endMs };
}

/** Requests and errors of both generations together. */
export function windowTotals({ young, old }: RecentWindow): Readonly<Record<Arm, Trials>> {
  return {
    candidate: addTrials(young.candidate, old?.candidate),
    stable: addTrials(young.stable, old?.stable),
  };
}

function addTrials(young: Trials, old: Trials | undefined): Trials {
  return {
    requests: young.requests + (old?.requests ?? 0),
    errors: young.errors + (old?.errors ?? 0),
  };
}

/** Latencies of both generations together; `null` where there are none. */
export function windowLatencies({
  young,
  old,
}: RecentWindow): Readonly<Record<Arm, readonly number[] | null>> {
  return {
    candidate: addLatencies(old?.candidate.latency ?? null, young.candidate.latency),
    stable: addLatencies(old?.stable.latency ?? null, young.stable.latency),
  };
}

/** Requests of both generations together in a bucket and all above it. */
export function windowCountFrom({ young, old }: RecentWindow, arm: Arm, bucket: number): number {
  const late = young[arm].latency;
  const early = old?.[arm].latency ?? null;
  return (
    (late === null ? 0 : countFrom(late, bucket)) + (early === null ? 0 : countFrom(early, bucket))
  );
}

function emptyGeneration(atMs: number): Generation {
  return { startMs: atMs, endMs: atMs, candidate: nothing, stable: nothing };
}

function addTraffic(counts: ArmCounts, { requests, errors, latency }: ArmTraffic): ArmCounts {
  return {
    requests: counts.requests + requests,
    errors: counts.errors + errors,
    latency: addLatencies(counts.latency, latency),
  };
}

function addLatencies(
  sum: readonly number[] | null,
  more: readonly number[] | null,
): readonly number[] | null {
  return sum === null || more === null ? (sum ?? more) : addCounts(sum, more);
}
