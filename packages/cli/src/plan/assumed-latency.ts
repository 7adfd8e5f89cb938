/**
 * Latencies for a forecast of traffic that nobody has measured yet. How soon a slower release is seen depends on how
 * widely latencies spread, not on where they lie, so a typical spread says more than nothing.
 */
import type { LatencyHistogram } from '@ascent/core';
import { cloudRunLayout, latencyTable } from '@ascent/simulator';

/** The 95th percentile is 4.4 times the median. */
const STEEPNESS = 2;
const REQUESTS = 1_000_000;

/** The simulator's law of latencies with this median, milliseconds > 0, in Cloud Run's buckets. */
export function assumedLatency(medianMs: number): LatencyHistogram {
  const { first, cumulative } = latencyTable(cloudRunLayout, { medianMs, steepness: STEEPNESS });
  const upTo = cumulative.map((part) => Math.round(REQUESTS * part));
  const counts = upTo.map((count, i) => count - (upTo[i - 1] ?? 0));
  return { layout: cloudRunLayout, counts: [...new Array<number>(first).fill(0), ...counts] };
}
