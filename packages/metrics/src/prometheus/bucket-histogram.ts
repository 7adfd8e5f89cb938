/**
 * Classic Prometheus buckets (cumulative, upper bounds in `le`) as a latency histogram. Pure.
 */
import type { LatencyHistogram } from '@ascent/core';
import { Unreadable } from '../unreadable.js';

/** Increase of each cumulative bucket in one step, by the text of its `le`. */
export type CumulativeBuckets = ReadonlyMap<string, number>;

/**
 * The histogram of one step, or `null` where nothing was counted.
 * @throws Unreadable without a `+Inf` bucket, and for a bound that is no number.
 */
export function toHistogram(
  cumulative: CumulativeBuckets,
  unit: 'ms' | 's',
): LatencyHistogram | null {
  const bounds = [...cumulative.entries()]
    .map(([le, count]) => ({ bound: boundOf(le), count }))
    .toSorted((a, b) => a.bound - b.bound);
  if (bounds.at(-1)?.bound !== Number.POSITIVE_INFINITY) {
    throw new Unreadable('Prometheus sent latency buckets without le="+Inf"');
  }
  let below = 0;
  const counts = bounds.map(({ count }) => {
    // Buckets of one histogram are read a moment apart, so one may lag behind a smaller one.
    const inBucket = Math.max(0, count - below);
    below = Math.max(below, count);
    return inBucket;
  });
  if (below === 0) return null;
  const toMs = unit === 's' ? 1_000 : 1;
  const boundsMs = bounds.slice(0, -1).map(({ bound }) => bound * toMs);
  return { layout: { type: 'explicit', boundsMs }, counts };
}

function boundOf(le: string): number {
  if (le === '+Inf') return Number.POSITIVE_INFINITY;
  const bound = Number(le);
  if (le !== '' && Number.isFinite(bound)) return bound;
  throw new Unreadable(`Prometheus sent the latency bucket le=${JSON.stringify(le)}`);
}
