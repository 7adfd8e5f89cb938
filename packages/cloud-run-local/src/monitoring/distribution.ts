/**
 * Distributions with Cloud Monitoring's buckets.
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/TypedValue#distribution
 *
 * `request_latencies` has exponential buckets with growth 1.1 and scale 10 ms: every bound Prometheus
 * exporters were seen to show is 10·1.1^k. Everything under 10 ms is one bucket, and a P95 near 10 s carries
 * up to 10 % of error. Utilizations have linear buckets 0.01 wide.
 */

/** How values are put into buckets. */
export type Bucketing =
  | {
      readonly kind: 'exponential';
      readonly numFiniteBuckets: number;
      readonly growthFactor: number;
      readonly scale: number;
    }
  | {
      readonly kind: 'linear';
      readonly numFiniteBuckets: number;
      readonly width: number;
      readonly offset: number;
    };

/** Latencies in milliseconds. 233 finite buckets are those of the probe latencies; a higher count is harmless. */
export const latencyBuckets: Bucketing = {
  kind: 'exponential',
  // divergence: bucket-count
  numFiniteBuckets: 233,
  growthFactor: 1.1,
  scale: 10,
};

/** Utilizations between 0 and 1. */
export const utilizationBuckets: Bucketing = {
  kind: 'linear',
  numFiniteBuckets: 100,
  width: 0.01,
  offset: 0,
};

/** A summary of many values; `counts[i]` is the number in bucket i, trailing zeros absent. */
export interface Distribution {
  readonly bucketing: Bucketing;
  count: number;
  mean: number;
  /** The sum of squared deviations from the mean. */
  squaredDeviation: number;
  readonly counts: number[];
}

/** A distribution of nothing. */
export function emptyDistribution(bucketing: Bucketing): Distribution {
  return { bucketing, count: 0, mean: 0, squaredDeviation: 0, counts: [] };
}

/** The lower bound of bucket `index` (1 …); bucket 0 begins at minus infinity. */
export function lowerBound(bucketing: Bucketing, index: number): number {
  return bucketing.kind === 'exponential'
    ? bucketing.scale * bucketing.growthFactor ** (index - 1)
    : bucketing.offset + bucketing.width * (index - 1);
}

/** The bucket a value falls into: lower bounds belong to the bucket, upper ones to the next. */
export function bucketOf(bucketing: Bucketing, value: number): number {
  if (value < lowerBound(bucketing, 1)) return 0;
  const estimate =
    bucketing.kind === 'exponential'
      ? Math.floor(Math.log(value / bucketing.scale) / Math.log(bucketing.growthFactor)) + 1
      : Math.floor((value - bucketing.offset) / bucketing.width) + 1;
  // Logarithms round: a value exactly on a bound may be estimated one bucket off.
  let index = Math.max(1, estimate);
  while (value >= lowerBound(bucketing, index + 1)) index += 1;
  while (value < lowerBound(bucketing, index)) index -= 1;
  return Math.min(index, bucketing.numFiniteBuckets + 1);
}

/** Adds one value (Welford's recurrence keeps mean and deviation exact enough). */
export function addValue(distribution: Distribution, value: number): void {
  const index = bucketOf(distribution.bucketing, value);
  while (distribution.counts.length <= index) distribution.counts.push(0);
  distribution.counts[index] = (distribution.counts[index] ?? 0) + 1;
  distribution.count += 1;
  const before = value - distribution.mean;
  distribution.mean += before / distribution.count;
  distribution.squaredDeviation += before * (value - distribution.mean);
}

/** Both together, as if all values had been added to one (Chan's formula). */
export function mergeDistributions(a: Distribution, b: Distribution): Distribution {
  const count = a.count + b.count;
  if (count === 0) return emptyDistribution(a.bucketing);
  const delta = b.mean - a.mean;
  const length = Math.max(a.counts.length, b.counts.length);
  return {
    bucketing: a.bucketing,
    count,
    mean: a.mean + (delta * b.count) / count,
    squaredDeviation:
      a.squaredDeviation + b.squaredDeviation + (delta * delta * a.count * b.count) / count,
    counts: Array.from({ length }, (_, index) => (a.counts[index] ?? 0) + (b.counts[index] ?? 0)),
  };
}

/**
 * The value below which `percent` of the values lie, interpolated linearly inside its bucket; 0 for none.
 * The underflow bucket is taken to begin at 0, as all our quantities do.
 */
export function percentileOf(distribution: Distribution, percent: number): number {
  const { bucketing, counts, count } = distribution;
  if (count === 0) return 0;
  const rank = (percent / 100) * count;
  let below = 0;
  for (const [index, inBucket] of counts.entries()) {
    if (inBucket > 0 && below + inBucket >= rank) {
      const from = index === 0 ? 0 : lowerBound(bucketing, index);
      const to = lowerBound(bucketing, index + 1);
      return from + ((to - from) * (rank - below)) / inBucket;
    }
    below += inBucket;
  }
  return lowerBound(bucketing, counts.length);
}
