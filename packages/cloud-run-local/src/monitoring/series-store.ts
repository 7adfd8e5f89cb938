/**
 * Points as Cloud Monitoring keeps them: one per series and sample period, none where nothing happened, and
 * readable only after the visibility delay. A point is closed by the first event (or read) after its period:
 * no timer is needed, and recording costs a comparison and an addition.
 */
import {
  addValue,
  emptyDistribution,
  mergeDistributions,
  type Distribution,
} from './distribution.js';
import type { MetricDescriptor } from './metric-descriptors.js';

/** A number, or a distribution, as the metric's value type says. */
export type PointValue = number | Distribution;

/** What happened in (startMs, endMs]. A gauge's point has both ends equal. */
export interface Point {
  readonly startMs: number;
  readonly endMs: number;
  readonly value: PointValue;
}

/** What tells a series from the others of its metric. */
export interface SeriesLabels {
  readonly metric: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
}

/** Points older than this are forgotten; Cloud Monitoring keeps them six weeks, a demo does not run that long. */
const retentionMs = 86_400_000;

/** One series of a metric; the handle that recorders keep. */
export class Series {
  readonly descriptor: MetricDescriptor;
  readonly labels: SeriesLabels;
  readonly #periodMs: number;
  readonly #points: Point[] = [];
  #period = -1;
  #sum = 0;
  #distribution: Distribution | undefined;

  constructor(descriptor: MetricDescriptor, labels: SeriesLabels, periodMs: number) {
    this.descriptor = descriptor;
    this.labels = labels;
    this.#periodMs = periodMs;
  }

  /** Adds to the running period of a DELTA metric: an amount, or a value of a distribution. */
  record(value: number, nowMs: number): void {
    const period = Math.floor(nowMs / this.#periodMs);
    if (period !== this.#period) {
      this.#close();
      this.#period = period;
    }
    const { bucketing } = this.descriptor;
    if (bucketing === undefined) {
      this.#sum += value;
    } else {
      this.#distribution ??= emptyDistribution(bucketing);
      addValue(this.#distribution, value);
    }
  }

  /** Sets the value of a GAUGE metric for the period `nowMs` is in; the last one of a period counts. */
  gauge(value: number, nowMs: number): void {
    const endMs = (Math.floor(nowMs / this.#periodMs) + 1) * this.#periodMs;
    if (this.#points.at(-1)?.endMs === endMs) this.#points.pop();
    this.#push({ startMs: endMs, endMs, value });
  }

  /** The closed points, oldest first. */
  points(nowMs: number): readonly Point[] {
    if (this.#period >= 0 && Math.floor(nowMs / this.#periodMs) > this.#period) this.#close();
    return this.#points;
  }

  #close(): void {
    if (this.#period < 0) return;
    const endMs = (this.#period + 1) * this.#periodMs;
    const value = this.#distribution ?? this.#sum;
    this.#push({ startMs: endMs - this.#periodMs, endMs, value });
    this.#period = -1;
    this.#sum = 0;
    this.#distribution = undefined;
  }

  #push(point: Point): void {
    this.#points.push(point);
    const oldest = this.#points[0];
    if (oldest !== undefined && oldest.endMs < point.endMs - retentionMs) this.#points.shift();
  }
}

/** All series of the emulator. */
export class SeriesStore {
  readonly periodMs: number;
  readonly visibilityDelayMs: number;
  readonly #series = new Map<string, Series>();

  constructor(settings: { samplePeriodMs: number; visibilityDelayMs: number }) {
    this.periodMs = settings.samplePeriodMs;
    this.visibilityDelayMs = settings.visibilityDelayMs;
  }

  /** The series of these labels, made when it is first asked for. Keep it: finding it costs more than recording. */
  series(descriptor: MetricDescriptor, labels: SeriesLabels): Series {
    const key = JSON.stringify([descriptor.type, labels.metric, labels.resource]);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const series = new Series(descriptor, labels, this.periodMs);
    this.#series.set(key, series);
    return series;
  }

  /** The series of a metric. */
  ofType(type: string): readonly Series[] {
    return [...this.#series.values()].filter((series) => series.descriptor.type === type);
  }
}

/** The sum of point values of one metric. */
export function addValues(a: PointValue, b: PointValue): PointValue {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a !== 'number' && typeof b !== 'number') return mergeDistributions(a, b);
  throw new Error('a metric has numbers or distributions, never both');
}
