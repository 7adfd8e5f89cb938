/**
 * Latencies of simulated requests, straight into histogram buckets: log-logistic, because it has the long tail of real
 * services and a distribution function in closed form (https://en.wikipedia.org/wiki/Log-logistic_distribution).
 */
import type { HistogramLayout } from '@ascent/core';
import type { Prng } from '@ascent/stats';

/** Cloud Run's own buckets of `request_latencies`: 10 ms · 1.1^k. */
export const cloudRunLayout: HistogramLayout = {
  type: 'exponential',
  scaleMs: 10,
  growthFactor: 1.1,
  finiteBuckets: 233,
};

/** How slow a revision is. Its P95 is `medianMs · 19^(1/steepness)`. */
export type LatencyShape = { readonly medianMs: number; readonly steepness: number };

/** A shape in one layout's buckets: the part of requests up to and including each bucket, and the bucket it starts at. */
export type LatencyTable = {
  readonly first: number;
  readonly cumulative: readonly number[];
};

/** Parts smaller than this are left out: no simulated rollout has so many requests. */
const NEGLIGIBLE = 1e-9;
/** Up to so many requests are drawn one by one; beyond, whole buckets at a time. */
const ONE_BY_ONE_MAX = 32;

/** The table of a shape. */
export function latencyTable(layout: HistogramLayout, shape: LatencyShape): LatencyTable {
  const cumulative: number[] = [];
  let first = 0;
  for (let bucket = 0; ; bucket += 1) {
    const below = partBelow(upperEdge(layout, bucket), shape);
    if (cumulative.length === 0 && below < NEGLIGIBLE) first = bucket + 1;
    else cumulative.push(below > 1 - NEGLIGIBLE ? 1 : below);
    if (below > 1 - NEGLIGIBLE) return { first, cumulative };
  }
}

/** Adds the latencies of so many requests to `counts`, which grows as needed. */
export function drawLatencies(
  prng: Prng,
  requests: number,
  { table, counts }: { readonly table: LatencyTable; readonly counts: number[] },
): void {
  if (requests <= ONE_BY_ONE_MAX) {
    for (let i = 0; i < requests; i += 1) add(counts, table.first + bucketOf(table, prng), 1);
    return;
  }
  let left = requests;
  let before = 0;
  for (let i = 0; i < table.cumulative.length && left > 0; i += 1) {
    const part = (table.cumulative[i] ?? 1) - before;
    const count = prng.binomial(left, Math.min(1, part / (1 - before)));
    if (count > 0) add(counts, table.first + i, count);
    left -= count;
    before += part;
  }
}

function bucketOf({ cumulative }: LatencyTable, prng: Prng): number {
  const drawn = prng.uniform();
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] ?? 1) >= drawn) high = middle;
    else low = middle + 1;
  }
  return low;
}

function add(counts: number[], bucket: number, count: number): void {
  while (counts.length <= bucket) counts.push(0);
  counts[bucket] = (counts[bucket] ?? 0) + count;
}

function partBelow(latencyMs: number, { medianMs, steepness }: LatencyShape): number {
  if (latencyMs === Infinity) return 1;
  return 1 / (1 + (medianMs / latencyMs) ** steepness);
}

function upperEdge(layout: HistogramLayout, bucket: number): number {
  if (layout.type === 'explicit') return layout.boundsMs[bucket] ?? Infinity;
  return bucket > layout.finiteBuckets ? Infinity : layout.scaleMs * layout.growthFactor ** bucket;
}
