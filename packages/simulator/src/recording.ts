/** Recorded metrics as the traffic of a rehearsal: what really happened to users, whatever the rehearsed plan would do. */
import type { TrafficPoint } from '@ascent/core';
import type { RevisionNames, TrafficSource } from './rehearsal.js';
import type { Tally } from './users.js';

/** Recorded points, and what they are of. */
export type Recording = {
  /** Oldest first. */
  readonly points: readonly TrafficPoint[];
  readonly revisions: RevisionNames;
  /** Start of the first interval in which the candidate answered. */
  readonly startMs: number;
  /** End of the last interval. */
  readonly endMs: number;
};

/**
 * A recording of two revisions. Without names the newest revision is the candidate, and of the others the one with the
 * most requests is the stable one. `null` where the points are of fewer than two revisions, or no one is the newest.
 */
export function createRecording(
  unsorted: readonly TrafficPoint[],
  names: Partial<RevisionNames> = {},
): Recording | null {
  const points = unsorted.toSorted((a, b) => a.endMs - b.endMs);
  const seen = summarize(points);
  const candidate = names.candidate ?? newestOf(seen);
  const busiest = [...seen]
    .filter(([revision]) => revision !== candidate)
    .toSorted((a, b) => b[1].requests - a[1].requests);
  const stable = names.stable ?? firstName(busiest);
  const startMs = seen.get(candidate)?.firstMs;
  const endMs = points.at(-1)?.endMs;
  if (startMs === undefined || endMs === undefined || !seen.has(stable)) return null;
  return { points, revisions: { stable, candidate }, startMs, endMs };
}

/** The revision that answered last for the first time; empty where two began together, which nobody should guess at. */
function newestOf(seen: ReadonlyMap<string, { readonly firstMs: number }>): string {
  const [newest, other] = [...seen].toSorted((a, b) => b[1].firstMs - a[1].firstMs);
  return newest === undefined || newest[1].firstMs === other?.[1].firstMs ? '' : newest[0];
}

function firstName(revisions: readonly (readonly [string, unknown])[]): string {
  return revisions[0]?.[0] ?? '';
}

/** When each revision first answered, and how often it did. */
function summarize(
  points: readonly TrafficPoint[],
): ReadonlyMap<string, { readonly firstMs: number; readonly requests: number }> {
  const seen = new Map<string, { readonly firstMs: number; readonly requests: number }>();
  for (const { revision, startMs, requests } of points) {
    if (requests === 0) continue;
    const before = seen.get(revision) ?? { firstMs: startMs, requests: 0 };
    seen.set(revision, { ...before, requests: before.requests + requests });
  }
  return seen;
}

/** The recording as traffic: it is served as it was, by whatever shares it had then. */
export function replayed({ points, revisions, startMs }: Recording): TrafficSource {
  const known = new Set([revisions.stable, revisions.candidate]);
  const relevant = points.filter(({ revision, endMs }) => known.has(revision) && endMs > startMs);
  const tallies = new Map<string, Tally>();
  let next = 0;
  const tally = (revision: string): Tally =>
    tallies.get(revision) ?? { requests: 0, errors: 0, slow: 0 };
  return {
    serve: (untilMs) => {
      for (; (relevant[next]?.endMs ?? Infinity) <= untilMs; next += 1) {
        const point = relevant[next];
        if (point === undefined) return;
        const { requests, errors, slow } = tally(point.revision);
        tallies.set(point.revision, {
          requests: requests + point.requests,
          errors: errors + point.errors,
          slow,
        });
      }
    },
    points: (afterMs, untilMs) =>
      relevant.filter(({ endMs }) => endMs > afterMs && endMs <= untilMs),
    tally,
  };
}
