/**
 * What really happened to the users: requests, failures and latencies of every revision, interval by interval.
 * Metrics are a view of this truth, often a bad one; rules and figures of a simulation are always about the truth.
 */
import { lowerEdgeMs, type HistogramLayout, type TrafficPoint } from '@ascent/core';
import type { Prng } from '@ascent/stats';
import {
  drawLatencies,
  latencyTable,
  type LatencyShape,
  type LatencyTable,
} from './latency-draw.js';

/** How a revision treats its users at one moment. */
export type Behaviour = {
  /** Part of requests that fail, 0 … 1. */
  readonly failureRate: number;
  readonly latency: LatencyShape;
};

/** What decides how users fare. */
export type UsersOptions = {
  readonly prng: Prng;
  readonly layout: HistogramLayout;
  /** Length of a metrics interval. */
  readonly periodMs: number;
  readonly startMs: number;
  readonly requestsPerMinute: (atMs: number) => number;
  readonly behaviour: (revision: string, atMs: number) => Behaviour;
  /** Answers that take longer are counted as slow. @default Infinity */
  readonly slowAboveMs?: number;
  /** Part of requests that would fail if there were no release. @default nothing is known of that */
  readonly failureRateWithout?: (atMs: number) => number;
};

/** All answers of one revision so far. */
export type Tally = {
  readonly requests: number;
  readonly errors: number;
  /** Answers that took longer than the service's users should wait. */
  readonly slow: number;
  /** How many of the failed ones are due to the release, on average over such worlds; left out where that is not known. */
  readonly hurt?: number;
};

type Cell = { requests: number; errors: number; counts: number[] };

/** The users of one service. */
export class Users {
  readonly #options: UsersOptions;
  readonly #tables = new Map<string, LatencyTable>();
  readonly #points: TrafficPoint[] = [];
  readonly #tallies = new Map<string, Tally>();
  #open = new Map<string, Cell>();
  #servedUntilMs: number;

  constructor(options: UsersOptions) {
    this.#options = options;
    this.#servedUntilMs = options.startMs;
  }

  /** Lets users come until then, split by `shares` (percent per revision). Earlier times change nothing. */
  serve(untilMs: number, shares: ReadonlyMap<string, number>): void {
    const { periodMs } = this.#options;
    while (this.#servedUntilMs < untilMs) {
      const boundaryMs = (Math.floor(this.#servedUntilMs / periodMs) + 1) * periodMs;
      const stopMs = Math.min(boundaryMs, untilMs);
      for (const [revision, percent] of shares) this.#serveRevision(revision, percent, stopMs);
      this.#servedUntilMs = stopMs;
      if (stopMs === boundaryMs) this.#close(boundaryMs);
    }
  }

  /** Finished intervals that end in (afterMs, untilMs], oldest first. */
  points(afterMs: number, untilMs: number): readonly TrafficPoint[] {
    let first = this.#points.length;
    while (first > 0 && (this.#points[first - 1]?.endMs ?? 0) > afterMs) first -= 1;
    let end = this.#points.length;
    while (end > first && (this.#points[end - 1]?.endMs ?? 0) > untilMs) end -= 1;
    return this.#points.slice(first, end);
  }

  /** Everything that happened to the users of `revision`. */
  tally(revision: string): Tally {
    return this.#tallies.get(revision) ?? { requests: 0, errors: 0, slow: 0 };
  }

  #serveRevision(revision: string, percent: number, stopMs: number): void {
    const { prng, requestsPerMinute, behaviour } = this.#options;
    const middleMs = (this.#servedUntilMs + stopMs) / 2;
    const minutes = (stopMs - this.#servedUntilMs) / 60_000;
    const requests = prng.poisson((requestsPerMinute(middleMs) * minutes * percent) / 100);
    if (requests === 0) return;
    const { failureRate, latency } = behaviour(revision, middleMs);
    const errors = failureRate === 0 ? 0 : prng.binomial(requests, failureRate);
    const cell = this.#open.get(revision) ?? { requests: 0, errors: 0, counts: [] };
    drawLatencies(prng, requests, { table: this.#table(latency), counts: cell.counts });
    cell.requests += requests;
    cell.errors += errors;
    this.#open.set(revision, cell);
    const before = this.tally(revision);
    this.#tallies.set(revision, {
      ...before,
      requests: before.requests + requests,
      errors: before.errors + errors,
      ...this.#hurt(before, { errors, failureRate, middleMs }),
    });
  }

  /** A failed answer is due to the release with the part of the failure rate that is. */
  #hurt(
    { hurt = 0 }: Tally,
    served: { readonly errors: number; readonly failureRate: number; readonly middleMs: number },
  ): Pick<Tally, 'hurt'> {
    const { failureRateWithout } = this.#options;
    if (failureRateWithout === undefined) return {};
    const { errors, failureRate, middleMs } = served;
    if (errors === 0) return { hurt };
    const part = 1 - failureRateWithout(middleMs) / failureRate;
    return { hurt: hurt + errors * Math.max(0, part) };
  }

  #slowIn(counts: readonly number[]): number {
    const { layout, slowAboveMs = Infinity } = this.#options;
    if (slowAboveMs === Infinity) return 0;
    let slow = 0;
    for (let bucket = counts.length - 1; bucket >= 0; bucket -= 1) {
      if (lowerEdgeMs(layout, bucket) < slowAboveMs) break;
      slow += counts[bucket] ?? 0;
    }
    return slow;
  }

  #table(shape: LatencyShape): LatencyTable {
    const key = `${shape.medianMs} ${shape.steepness}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table = latencyTable(this.#options.layout, shape);
    this.#tables.set(key, table);
    return table;
  }

  #close(endMs: number): void {
    const { periodMs, layout } = this.#options;
    for (const [revision, { requests, errors, counts }] of this.#open) {
      const latency = { layout, counts };
      const before = this.tally(revision);
      this.#tallies.set(revision, { ...before, slow: before.slow + this.#slowIn(counts) });
      this.#points.push({ revision, startMs: endMs - periodMs, endMs, requests, errors, latency });
    }
    this.#open = new Map();
  }
}
