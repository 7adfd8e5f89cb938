/**
 * Arithmetic on histogram buckets: edges, how slow is "too slow", and what a tolerance means in buckets.
 *
 * A tolerance of 25 % cannot be applied inside a bucket, so it is rounded in the release's favour: each
 * candidate request is taken to lie at the lower edge of its bucket before it is forgiven the factor.
 */
import { addCounts } from '@ascent/stats';
import type { HistogramLayout, LatencyHistogram } from '../world/traffic-point.js';

/** Edges closer than this (relative) are the same edge. */
const sameEdge = 1e-9;

/** How many buckets a layout has, the open ones included. */
export function bucketCount(layout: HistogramLayout): number {
  return layout.type === 'exponential' ? layout.finiteBuckets + 2 : layout.boundsMs.length + 1;
}

/** Edges of the layouts in use: powers are dear, and every block of a rollout asks for them. */
const knownEdges = new WeakMap<HistogramLayout, readonly number[]>();

/** Lower edge of a bucket the layout has, milliseconds. */
export function lowerEdgeMs(layout: HistogramLayout, bucket: number): number {
  let edges = knownEdges.get(layout);
  if (edges === undefined) {
    edges = lowerEdgesMs(layout);
    knownEdges.set(layout, edges);
  }
  return edges[bucket] ?? 0;
}

function lowerEdgesMs(layout: HistogramLayout): readonly number[] {
  if (layout.type === 'explicit') return [0, ...layout.boundsMs];
  const { scaleMs, growthFactor } = layout;
  return Array.from({ length: bucketCount(layout) }, (_, bucket) =>
    bucket === 0 ? 0 : scaleMs * growthFactor ** (bucket - 1),
  );
}

/** Upper edge of a bucket, milliseconds; ∞ for the last one. */
export function upperEdgeMs(layout: HistogramLayout, bucket: number): number {
  return bucket >= bucketCount(layout) - 1 ? Infinity : lowerEdgeMs(layout, bucket + 1);
}

/** Layouts that have been found to be none, or to be sound. */
const soundness = new WeakMap<HistogramLayout, boolean>();

/** Whether a layout has two buckets at least, and edges that rise. */
export function isSoundLayout(layout: HistogramLayout): boolean {
  let sound = soundness.get(layout);
  if (sound === undefined) {
    sound =
      layout.type === 'exponential'
        ? layout.scaleMs > 0 &&
          layout.growthFactor > 1 &&
          Number.isInteger(layout.finiteBuckets) &&
          layout.finiteBuckets >= 1 &&
          layout.scaleMs * layout.growthFactor ** layout.finiteBuckets < Infinity
        : layout.boundsMs.length >= 1 &&
          layout.boundsMs.every((bound, j) => bound > (layout.boundsMs[j - 1] ?? 0));
    soundness.set(layout, sound);
  }
  return sound;
}

/** Whether two histograms count in the same buckets. */
export function isSameLayout(a: HistogramLayout | null, b: HistogramLayout | null): boolean {
  if (a === b || a === null || b === null) return a === b;
  if (a.type === 'exponential') {
    return (
      b.type === 'exponential' &&
      a.scaleMs === b.scaleMs &&
      a.growthFactor === b.growthFactor &&
      a.finiteBuckets === b.finiteBuckets
    );
  }
  return (
    b.type === 'explicit' &&
    a.boundsMs.length === b.boundsMs.length &&
    a.boundsMs.every((bound, j) => bound === b.boundsMs[j])
  );
}

/** Whole counts up to the last bucket that is not empty; a source may deliver fractions, and empty buckets or none. */
export function wholeCounts({ layout, counts }: LatencyHistogram): readonly number[] {
  let length = Math.min(counts.length, bucketCount(layout));
  while (length > 0 && Math.round(counts[length - 1] ?? 0) === 0) length -= 1;
  if (length === counts.length && counts.every(Number.isInteger)) return counts;
  return counts.slice(0, length).map(Math.round);
}

/** {@link wholeCounts} with all empty buckets. */
export function fullCounts(histogram: LatencyHistogram): readonly number[] {
  const full = new Array<number>(bucketCount(histogram.layout)).fill(0);
  return addCounts(full, wholeCounts(histogram));
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
