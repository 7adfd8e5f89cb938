/**
 * Latencies for a forecast of traffic that nobody has measured yet. How soon a slower release is seen depends on how
 * widely latencies spread, not on where they lie, so a typical spread says more than nothing.
 */
import type { LatencyHistogram } from '@ascent/core';

/** Cloud Run's buckets of `request_latencies`. */
const LAYOUT = {
  type: 'exponential',
  scaleMs: 10,
  growthFactor: 1.1,
  finiteBuckets: 233,
} as const;
/** The 95th percentile is 4.4 times the median. */
const STEEPNESS = 2;
const REQUESTS = 1_000_000;

/**
 * A log-logistic law (the long tail of real services, in closed form) with this median, milliseconds > 0.
 * Reference: https://en.wikipedia.org/wiki/Log-logistic_distribution
 */
export function assumedLatency(medianMs: number): LatencyHistogram {
  const below = (ms: number): number => 1 / (1 + (ms / medianMs) ** -STEEPNESS);
  const edges = Array.from(
    { length: LAYOUT.finiteBuckets + 1 },
    (_, edge) => LAYOUT.scaleMs * LAYOUT.growthFactor ** edge,
  );
  const upTo = [...edges.map((edge) => Math.round(REQUESTS * below(edge))), REQUESTS];
  const counts = upTo.map((count, bucket) => count - (upTo[bucket - 1] ?? 0));
  return { layout: LAYOUT, counts };
}
