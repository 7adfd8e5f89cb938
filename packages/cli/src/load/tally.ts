/**
 * What came of a load test. Latencies go into HDR histograms (three significant digits at any magnitude), so that a
 * percentile is one of what was measured and never of a mean of percentiles.
 */
import type { Histogram } from 'hdr-histogram-js';

// A file of its own beside the bundle: commands other than `load` do not read it.
const { build } = await import('hdr-histogram-js');

/** How one request ended. */
export type Outcome = {
  /** Milliseconds from the start of the test at which it was meant to be sent. */
  readonly dueMs: number;
  /** Milliseconds from then until its answer was whole, or it was given up. */
  readonly latencyMs: number;
  /** How much later than meant it was sent; this machine's own delay. */
  readonly lateMs: number;
  /** `null` where it was answered as it should be; otherwise why not, in a few words such as `HTTP 503`. */
  readonly fault: string | null;
};

/** What must hold. */
export type Thresholds = { readonly p95Ms: number; readonly errorRatio: number };

/** Percentiles in milliseconds. */
export type Percentiles = Readonly<
  Record<'p50' | 'p75' | 'p90' | 'p95' | 'p99' | 'p999' | 'max', number>
>;

/** Ten seconds of the test. */
export type Interval = {
  readonly fromMs: number;
  readonly requests: number;
  readonly errors: number;
  readonly p50: number;
  readonly p95: number;
};

/** One threshold and how it was met. */
export type Check = {
  readonly name: 'latency P95' | 'error rate';
  readonly limit: number;
  /** `null` where nothing was asked. */
  readonly value: number | null;
  readonly passed: boolean;
};

/** What was measured. Latencies in milliseconds. */
export type Measured = {
  readonly requests: number;
  readonly errors: number;
  readonly errorRatio: number;
  readonly latency: Percentiles;
  /** How much later than meant requests left this machine; large values mean that the tester was the bottleneck. */
  readonly lateness: Percentiles;
  readonly faults: Readonly<Record<string, number>>;
  readonly intervals: readonly Interval[];
  readonly checks: readonly Check[];
  readonly passed: boolean;
};

/** The whole result; an interrupted test has not passed. */
export type LoadResult = Measured & { readonly interrupted: boolean };

/** Collects outcomes. */
export type Tally = {
  readonly add: (outcome: Outcome) => void;
  readonly result: (thresholds: Thresholds) => Measured;
  readonly requests: () => number;
};

const INTERVAL_MS = 10_000;
const MICROSECONDS = 1_000;
/** Nothing waits longer than an hour; the histogram clips there. */
const HIGHEST_US = 3_600_000_000;

function histogram(): Histogram {
  return build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    useWebAssembly: false,
  });
}

function record(into: Histogram, milliseconds: number): void {
  into.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(milliseconds * MICROSECONDS))));
}

function percentile(of: Histogram, percent: number): number {
  return of.totalCount === 0 ? 0 : of.getValueAtPercentile(percent) / MICROSECONDS;
}

function percentiles(of: Histogram): Percentiles {
  return {
    p50: percentile(of, 50),
    p75: percentile(of, 75),
    p90: percentile(of, 90),
    p95: percentile(of, 95),
    p99: percentile(of, 99),
    p999: percentile(of, 99.9),
    max: percentile(of, 100),
  };
}

/** An empty tally. */
export function createTally(): Tally {
  const latency = histogram();
  const lateness = histogram();
  const faults = new Map<string, number>();
  const intervals = new Map<number, { requests: number; errors: number; latency: Histogram }>();
  let requests = 0;
  let errors = 0;
  return {
    requests: () => requests,
    add: ({ dueMs, latencyMs, lateMs, fault }) => {
      const index = Math.floor(dueMs / INTERVAL_MS);
      const interval = intervals.get(index) ?? { requests: 0, errors: 0, latency: histogram() };
      intervals.set(index, interval);
      requests += 1;
      interval.requests += 1;
      record(latency, latencyMs);
      record(interval.latency, latencyMs);
      record(lateness, lateMs);
      if (fault === null) return;
      errors += 1;
      interval.errors += 1;
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
    },
    result: (thresholds) => {
      const errorRatio = requests === 0 ? 0 : errors / requests;
      const measured = percentiles(latency);
      const checks = check(thresholds, { requests, errorRatio, p95: measured.p95 });
      return {
        requests,
        errors,
        errorRatio,
        latency: measured,
        lateness: percentiles(lateness),
        faults: Object.fromEntries([...faults].sort(([, a], [, b]) => b - a)),
        intervals: [...intervals]
          .sort(([a], [b]) => a - b)
          .map(([index, interval]) => ({
            fromMs: index * INTERVAL_MS,
            requests: interval.requests,
            errors: interval.errors,
            p50: percentile(interval.latency, 50),
            p95: percentile(interval.latency, 95),
          })),
        checks,
        passed: checks.every(({ passed }) => passed),
      };
    },
  };
}

/** A test without requests has shown nothing, so it passes nothing. */
function check(
  { p95Ms, errorRatio: limit }: Thresholds,
  seen: { readonly requests: number; readonly errorRatio: number; readonly p95: number },
): readonly Check[] {
  const checked = (name: Check['name'], value: number, below: number): Check =>
    seen.requests === 0
      ? { name, limit: below, value: null, passed: false }
      : { name, limit: below, value, passed: value < below };
  return [checked('latency P95', seen.p95, p95Ms), checked('error rate', seen.errorRatio, limit)];
}
