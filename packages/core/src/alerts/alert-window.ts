/**
 * The value of an alert's metric, minute by minute. Cloud Monitoring and Prometheus evaluate the same rules over windows
 * of one minute, so this does too; a source that samples faster (a demo of seconds) gets windows a fifth of the rule's.
 */
import { bucketCount, countFrom, quantileMs, upperEdgeMs } from '../evidence/index.js';
import type { HistogramLayout, LatencyHistogram, TrafficPoint } from '../world/traffic-point.js';
import type { UtilizationPoint } from '../world/utilization-point.js';
import type { AlertRule } from './alert-rule.js';

const WINDOW_MS_MAX = 60_000;
/** With fewer windows than this, one bad one would be most of the duration. */
const WINDOWS_WANTED = 5;
const PERCENTILE = 0.95;

/** What a rule is evaluated on. */
export type AlertMeasurements = {
  readonly points: readonly TrafficPoint[];
  readonly utilization: readonly UtilizationPoint[];
  /** Points that end later may still change. */
  readonly trustedMs: number;
  readonly samplePeriodMs: number;
};

/** One window: its end, and the metric's value in it; `null` where nothing was measured. */
export type AlertWindow = {
  readonly endMs: number;
  readonly value: number | null;
  /** False too where nothing was measured. */
  readonly beyond: boolean;
};

/** How long a rule's windows are and how many make its duration. */
export function windowGrid(
  { forMs }: AlertRule,
  samplePeriodMs: number,
): { readonly windowMs: number; readonly windows: number } {
  const wanted = Math.min(WINDOW_MS_MAX, Math.floor(forMs / WINDOWS_WANTED));
  const windowMs = Math.max(samplePeriodMs, wanted, 1);
  return { windowMs, windows: Math.max(1, Math.floor(forMs / windowMs)) };
}

/** How far back before the newest trusted point the rules look. */
export function lookBackMs(rules: readonly AlertRule[], samplePeriodMs: number): number {
  return rules.reduce((most, rule) => {
    const { windowMs, windows } = windowGrid(rule, samplePeriodMs);
    return Math.max(most, windowMs * windows);
  }, 0);
}

/** Window number `back` of `revision`, counted backwards from the newest that can be trusted, which is 0. */
export function windowAt(
  rule: AlertRule,
  measurements: AlertMeasurements,
  { revision, back }: { readonly revision: string; readonly back: number },
): AlertWindow {
  const { windowMs } = windowGrid(rule, measurements.samplePeriodMs);
  const endMs = measurements.trustedMs - back * windowMs;
  const span: Span = { revision, fromMs: endMs - windowMs, endMs };
  if (rule.metric === 'cpu' || rule.metric === 'memory') {
    return windowOf(rule, endMs, maxRatio(measurements.utilization, rule.metric, span));
  }
  const own = pointsOf(measurements.points, span);
  if (rule.metric === 'errorRate') return windowOf(rule, endMs, errorRatio(own));
  // The quantile costs much more than knowing that it is within the limit, which it nearly always is.
  return isSlow(own, rule.above)
    ? windowOf(rule, endMs, latencyP95Ms(own))
    : { endMs, value: own.length === 0 ? null : 0, beyond: false };
}

/** One revision in one window: from exclusive, end inclusive. */
type Span = { readonly revision: string; readonly fromMs: number; readonly endMs: number };

function isInside(
  point: { readonly revision: string; readonly endMs: number },
  { revision, fromMs, endMs }: Span,
): boolean {
  return point.endMs > fromMs && point.endMs <= endMs && point.revision === revision;
}

/** Those in which anything was asked. */
function pointsOf(points: readonly TrafficPoint[], span: Span): readonly TrafficPoint[] {
  const own: TrafficPoint[] = [];
  for (const point of points) if (isInside(point, span) && point.requests > 0) own.push(point);
  return own;
}

function windowOf(rule: AlertRule, endMs: number, value: number | null): AlertWindow {
  return { endMs, value, beyond: value !== null && value > rule.above };
}

/** The greatest use of a resource; `null` where none was measured. */
function maxRatio(
  points: readonly UtilizationPoint[],
  resource: UtilizationPoint['resource'],
  span: Span,
): number | null {
  let most: number | null = null;
  for (const point of points) {
    if (point.resource === resource && isInside(point, span)) {
      most = Math.max(most ?? 0, point.p99Ratio);
    }
  }
  return most;
}

function errorRatio(points: readonly TrafficPoint[]): number | null {
  const requests = points.reduce((sum, point) => sum + point.requests, 0);
  const errors = points.reduce((sum, point) => sum + point.errors, 0);
  return requests === 0 ? null : errors / requests;
}

/** Whether more than one in twenty requests may have taken longer than `limitMs`: a bucket that holds the limit counts. */
function isSlow(points: readonly TrafficPoint[], limitMs: number): boolean {
  let total = 0;
  let slow = 0;
  for (const { latency } of points) {
    if (latency === null) continue;
    total += countFrom(latency.counts, 0);
    slow += countFrom(latency.counts, bucketOf(latency.layout, limitMs));
  }
  return slow > total * (1 - PERCENTILE);
}

/** The bucket that holds `valueMs`, by bisection over the upper edges. */
function bucketOf(layout: HistogramLayout, valueMs: number): number {
  let low = 0;
  let high = bucketCount(layout) - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (upperEdgeMs(layout, middle) > valueMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** P95 of all requests together; percentiles cannot be averaged. Where layouts differ, the newest one counts. */
function latencyP95Ms(points: readonly TrafficPoint[]): number | null {
  const histograms = points.flatMap(({ latency }): readonly LatencyHistogram[] =>
    latency === null ? [] : [latency],
  );
  const layout = histograms.at(-1)?.layout;
  if (layout === undefined) return null;
  const key = JSON.stringify(layout);
  const same = histograms.filter((histogram) => JSON.stringify(histogram.layout) === key);
  const counts = Array.from({ length: bucketCount(layout) }, (_, bucket) =>
    same.reduce((sum, histogram) => sum + (histogram.counts[bucket] ?? 0), 0),
  );
  return quantileMs(layout, counts, PERCENTILE);
}
