/** What a service's traffic has been of late, for the forecast of what its gates can see. */
import { type ExpectedTraffic } from '../evidence/index.js';
import type { ServiceView } from '../world/ports.js';
import type { RolloutRecord } from '../record/rollout.js';
import type { LatencyHistogram, TrafficPoint } from '../world/traffic-point.js';

/**
 * Rate, error rate and latencies over `spanMs` of `points`, all revisions together; `null` of a span without requests:
 * a service that nobody asked for a day tells nothing about tomorrow.
 */
export function expectedTraffic(
  all: readonly TrafficPoint[],
  spanMs: number,
): ExpectedTraffic | null {
  const points = all.filter(isCredible);
  const requests = points.reduce((sum, point) => sum + point.requests, 0);
  const errors = points.reduce((sum, point) => sum + point.errors, 0);
  if (requests === 0 || spanMs <= 0) return null;
  return {
    requestsPerMinute: (requests * 60_000) / spanMs,
    errorRate: errors / requests,
    latency: mergedLatency(points),
    spanMs,
  };
}

/** Every revision that the view or the record knows to serve or to have served: after a promotion the day's traffic was mostly another's. */
export function servingRevisions(
  view: ServiceView,
  record: RolloutRecord | null,
): readonly string[] {
  const { rollout = null, stable = null } = record ?? {};
  const targets = [...view.traffic, ...view.served].filter(({ percent }) => percent > 0);
  const names = [
    stable,
    rollout?.stable,
    rollout?.candidate,
    ...targets.map(({ revision }) => revision ?? view.latestReady),
  ];
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** A point that cannot be (a counter that went back, NaN) must not keep a rollout from beginning. */
function isCredible({ requests, errors, latency }: TrafficPoint): boolean {
  const counts = [requests, errors, ...(latency?.counts ?? [])];
  return counts.every((count) => Number.isFinite(count) && count >= 0) && errors <= requests;
}

/** All latencies in one histogram. Where the layout changes, the newer one counts. */
function mergedLatency(points: readonly TrafficPoint[]): LatencyHistogram | null {
  return points.reduce<LatencyHistogram | null>(
    (merged, { latency }) => (latency === null ? merged : added(merged, latency)),
    null,
  );
}

function added(merged: LatencyHistogram | null, more: LatencyHistogram): LatencyHistogram {
  if (merged === null || JSON.stringify(merged.layout) !== JSON.stringify(more.layout)) return more;
  const buckets = Math.max(merged.counts.length, more.counts.length);
  const counts = Array.from(
    { length: buckets },
    (_, bucket) => (merged.counts[bucket] ?? 0) + (more.counts[bucket] ?? 0),
  );
  return { layout: merged.layout, counts };
}
