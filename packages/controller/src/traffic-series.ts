/**
 * Requests, errors and latencies of both revisions over a rollout, for a reader's eyes: any number of points in at most
 * {@link BINS_MAX} bins. Histograms are merged before a percentile is taken; percentiles cannot be averaged.
 */
import {
  quantileMs,
  type HistogramLayout,
  type MetricsPort,
  type Rollout,
  type TrafficPoint,
} from '@ascent/core';

/** More bins than this cannot be told apart on a screen. */
export const BINS_MAX = 160;

/** One revision's figures, one entry a bin. Latencies are `null` where nothing was measured. */
export type ArmSeries = {
  readonly requests: readonly number[];
  readonly errors: readonly number[];
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
};

/** Both revisions over the rollout. Bin `i` begins at `fromMs + i * binMs`. */
export type TrafficSeries = {
  readonly rollout: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly binMs: number;
  /** Bins that end later than this are not complete yet. */
  readonly knownUntilMs: number;
  readonly stable: ArmSeries;
  readonly candidate: ArmSeries;
  /** Why there is nothing newer; `null` where the metrics can be read. */
  readonly unavailable: string | null;
};

/** The span a series covers. */
export type SeriesSpan = {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly periodMs: number;
};

/** The series of `points` over `span`. Points of other revisions and outside the span are left out. */
export function seriesOf(
  points: readonly TrafficPoint[],
  rollout: Pick<Rollout, 'id' | 'stable' | 'candidate'>,
  { fromMs, untilMs, periodMs }: SeriesSpan,
): Omit<TrafficSeries, 'unavailable' | 'knownUntilMs'> {
  const spanMs = Math.max(periodMs, untilMs - fromMs);
  const binMs = Math.ceil(spanMs / BINS_MAX / periodMs) * periodMs;
  const bins = Math.ceil(spanMs / binMs);
  const arm = (revision: string): ArmSeries =>
    armSeries(
      points.filter(
        (point) =>
          point.revision === revision &&
          point.endMs > fromMs &&
          point.endMs <= fromMs + bins * binMs,
      ),
      { fromMs, binMs, bins },
    );
  const { id, stable, candidate } = rollout;
  return { rollout: id, fromMs, untilMs, binMs, stable: arm(stable), candidate: arm(candidate) };
}

type Grid = { readonly fromMs: number; readonly binMs: number; readonly bins: number };

function armSeries(points: readonly TrafficPoint[], { fromMs, binMs, bins }: Grid): ArmSeries {
  const requests = Array.from({ length: bins }, () => 0);
  const errors = Array.from({ length: bins }, () => 0);
  const latencies = Array.from({ length: bins }, () => new MergedHistogram());
  for (const { endMs, requests: answered, errors: failed, latency } of points) {
    // An interval ends with its bin: (start, end].
    const bin = Math.ceil((endMs - fromMs) / binMs) - 1;
    requests[bin] = (requests[bin] ?? 0) + answered;
    errors[bin] = (errors[bin] ?? 0) + failed;
    if (latency !== null) latencies[bin]?.add(latency.layout, latency.counts);
  }
  return {
    requests,
    errors,
    p50Ms: latencies.map((merged) => merged.quantileMs(0.5)),
    p95Ms: latencies.map((merged) => merged.quantileMs(0.95)),
    p99Ms: latencies.map((merged) => merged.quantileMs(0.99)),
  };
}

/** Histograms of one layout added up. Where the layout changes, the newer one counts. */
class MergedHistogram {
  #layout: HistogramLayout | null = null;
  #key = '';
  #counts: number[] = [];

  add(layout: HistogramLayout, counts: readonly number[]): void {
    const key = JSON.stringify(layout);
    if (key !== this.#key) {
      this.#layout = layout;
      this.#key = key;
      this.#counts = [];
    }
    counts.forEach((count, bucket) => {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    });
  }

  quantileMs(part: number): number | null {
    return this.#layout === null ? null : quantileMs(this.#layout, this.#counts, part);
  }
}

/** What a reader's question needs to be answered. */
export type SeriesQuestion = {
  readonly service: string;
  readonly rollout: Rollout;
  readonly nowMs: number;
  readonly periodMs: number;
};

/** The series of one rollout, read once. A metrics outage is told in it and never thrown. */
export async function readTraffic(
  { metrics }: { readonly metrics: MetricsPort },
  question: SeriesQuestion,
): Promise<TrafficSeries> {
  return await new TrafficMemory(metrics).series(question);
}

/** Remembers the points of one rollout, so that each is asked for once, whoever reads the page. */
export class TrafficMemory {
  readonly #metrics: MetricsPort;
  #rollout = '';
  #points: TrafficPoint[] = [];
  #trustedMs = 0;
  #readMs = Number.NEGATIVE_INFINITY;
  #unavailable: string | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(metrics: MetricsPort) {
    this.#metrics = metrics;
  }

  /** The series so far. A metrics outage is told in it and never thrown. */
  async series(question: SeriesQuestion): Promise<TrafficSeries> {
    // One reading at a time: two would add the same points twice.
    this.#reading = this.#reading.then(() => this.#refresh(question));
    await this.#reading;
    const { rollout, nowMs, periodMs } = question;
    const endMs = 'atMs' in rollout.status ? rollout.status.atMs : nowMs;
    const fromMs = Math.floor(rollout.startedMs / periodMs) * periodMs;
    const tailMs = Math.max(periodMs, (endMs - fromMs) / 20);
    const untilMs = Math.min(nowMs, endMs + tailMs);
    const series = seriesOf(this.#points, rollout, { fromMs, untilMs, periodMs });
    return { ...series, knownUntilMs: this.#trustedMs, unavailable: this.#unavailable };
  }

  async #refresh({ service, rollout, nowMs, periodMs }: SeriesQuestion): Promise<void> {
    if (this.#rollout !== rollout.id) {
      this.#rollout = rollout.id;
      this.#points = [];
      this.#trustedMs = Math.floor(rollout.startedMs / periodMs) * periodMs;
      this.#readMs = Number.NEGATIVE_INFINITY;
    }
    if (nowMs - this.#readMs < periodMs) return;
    this.#readMs = nowMs;
    const revisions = [rollout.stable, rollout.candidate];
    const outcome = await this.#metrics.read({
      service,
      revisions,
      afterMs: this.#trustedMs,
      nowMs,
    });
    if (outcome.type === 'unavailable') {
      this.#unavailable = outcome.reason;
      return;
    }
    this.#unavailable = null;
    const trusted = outcome.points.filter(
      ({ endMs }) => endMs > this.#trustedMs && endMs <= outcome.youngestTrustedMs,
    );
    this.#points.push(...trusted);
    this.#trustedMs = Math.max(this.#trustedMs, outcome.youngestTrustedMs);
  }
}
