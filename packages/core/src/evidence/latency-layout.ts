/**
 * Arithmetic on histogram buckets: edges, how slow is "too slow", and what a tolerance means in buckets.
 *
 * A tolerance of 25 % cannot be applied inside a bucket, so it is rounded in the release's favour: each
 * candidate request is taken to lie at the lower edge of its bucket before it is forgiven the factor.
 */
import type { HistogramLayout, LatencyHistogram } from '../traffic-point.js';

/** Edges closer than this (relative) are the same edge. */
const sameEdge = 1e-9;

/** How many buckets a layout has, the open ones included. */
export function bucketCount(layout: HistogramLayout): number {
  return layout.type === 'exponential' ? layout.finiteBuckets + 2 : layout.boundsMs.length + 1;
}

/** Lower edge of a bucket, milliseconds. */
export function lowerEdgeMs(layout: HistogramLayout, bucket: number): number {
  if (bucket === 0) return 0;
  return layout.type === 'exponential'
    ? layout.scaleMs * layout.growthFactor ** (bucket - 1)
    : (layout.boundsMs[bucket - 1] ?? 0);
}

/** Upper edge of a bucket, milliseconds; ∞ for the last one. */
export function upperEdgeMs(layout: HistogramLayout, bucket: number): number {
  return bucket >= bucketCount(layout) - 1 ? Infinity : lowerEdgeMs(layout, bucket + 1);
}

/** Two layouts that count in the same buckets have the same key. */
export function layoutKey(layout: HistogramLayout): string {
  return layout.type === 'exponential'
    ? `exponential ${layout.scaleMs} ${layout.growthFactor} ${layout.finiteBuckets}`
    : `explicit ${layout.boundsMs.join(' ')}`;
}

/** All buckets, with the trailing empty ones a source may leave out. */
export function fullCounts(histogram: LatencyHistogram): readonly number[] {
  const full = new Array<number>(bucketCount(histogram.layout)).fill(0);
  const { counts } = histogram;
  for (let j = 0; j < full.length && j < counts.length; j += 1) {
    full[j] = Math.round(counts[j] ?? 0);
  }
  return full;
}

/** First bucket that lies wholly at or above so many milliseconds (the bucket count if none does). */
export function firstBucketAbove(layout: HistogramLayout, limitMs: number): number {
  let low = 0;
  let high = bucketCount(layout);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lowerEdgeMs(layout, middle) >= limitMs * (1 - sameEdge)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The bucket each bucket's requests are moved to when a slowness of `factor` is forgiven. */
export function forgivenBuckets(layout: HistogramLayout, factor: number): readonly number[] {
  const buckets = bucketCount(layout);
  return Array.from({ length: buckets }, (_, j) => {
    const forgivenMs = (lowerEdgeMs(layout, j) / factor) * (1 + sameEdge);
    let target = j;
    while (target > 0 && lowerEdgeMs(layout, target) > forgivenMs) target -= 1;
    return target;
  });
}

/** Counts after each bucket has been moved to its target. */
export function moveBuckets(
  counts: readonly number[],
  targets: readonly number[],
): readonly number[] {
  const moved = new Array<number>(counts.length).fill(0);
  for (let j = 0; j < counts.length; j += 1) {
    const target = targets[j] ?? j;
    moved[target] = (moved[target] ?? 0) + (counts[j] ?? 0);
  }
  return moved;
}

/** Requests in a bucket and all above it. */
export function countFrom(counts: readonly number[], bucket: number): number {
  let total = 0;
  for (let j = bucket; j < counts.length; j += 1) total += counts[j] ?? 0;
  return total;
}

/** The latency below which this part of requests lies, interpolated inside its bucket; `null` without requests. */
export function quantileMs(
  layout: HistogramLayout,
  counts: readonly number[],
  part: number,
): number | null {
  const total = countFrom(counts, 0);
  if (total === 0) return null;
  let below = 0;
  for (let j = 0; j < counts.length; j += 1) {
    const count = counts[j] ?? 0;
    if (count > 0 && below + count >= part * total) {
      const lower = lowerEdgeMs(layout, j);
      const upper = upperEdgeMs(layout, j);
      return Number.isFinite(upper)
        ? lower + ((upper - lower) * (part * total - below)) / count
        : lower;
    }
    below += count;
  }
  return null;
}
