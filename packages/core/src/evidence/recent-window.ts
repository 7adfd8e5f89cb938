/**
 * What people read: counts of the recent past, per revision. Evidence is about the whole rollout; an
 * estimate over four days would hide what began an hour ago.
 *
 * Two generations: when the young one is old and large enough it replaces the old one, so the window
 * holds one to two times the wanted length without keeping every interval.
 */
import type { ArmTraffic, TrafficInterval } from './traffic-interval.js';

/** Requests of the candidate a generation must hold before it ends, whatever its age. */
const generationRequests = 500;

/** Counts of one revision. Plain data. */
export type ArmCounts = {
  readonly requests: number;
  readonly errors: number;
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
      candidate: addCounts(base.candidate, interval.candidate),
      stable: addCounts(base.stable, interval.stable),
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

/** Both generations together. */
export function windowCounts(recent: RecentWindow): Generation {
  const { young, old } = recent;
  if (old === null) return young;
  return {
    startMs: old.startMs,
    endMs: young.endMs,
    candidate: addCounts(old.candidate, young.candidate),
    stable: addCounts(old.stable, young.stable),
  };
}

function emptyGeneration(atMs: number): Generation {
  return { startMs: atMs, endMs: atMs, candidate: nothing, stable: nothing };
}

function addCounts(counts: ArmCounts, traffic: ArmTraffic): ArmCounts {
  const { latency } = traffic;
  return {
    requests: counts.requests + traffic.requests,
    errors: counts.errors + traffic.errors,
    latency: latency === null ? counts.latency : addBuckets(counts.latency, latency),
  };
}

function addBuckets(sum: readonly number[] | null, more: readonly number[]): readonly number[] {
  if (sum === null) return more;
  const total = sum.slice();
  for (let j = 0; j < total.length; j += 1) total[j] = (total[j] ?? 0) + (more[j] ?? 0);
  return total;
}
