/**
 * Collects what a source says about one service into points. Keyed by revision and interval, so the order in which
 * pages and series arrive does not matter.
 */
import type { HistogramLayout, LatencyHistogram, TrafficPoint } from '@ascent/core';
import { Unreadable } from './unreadable.js';

/** A revision and the end of an interval. */
export type Cell = { readonly revision: string; readonly endMs: number };

type Sums = { cell: Cell; requests: number; errors: number; latency: LatencyHistogram | null };

/** Sums requests, errors and latencies per cell. */
export class TrafficTally {
  readonly #sums = new Map<string, Sums>();

  /** Adds requests of one kind of answer. */
  addRequests(cell: Cell, requests: number, failed: boolean): void {
    const sums = this.#at(cell);
    sums.requests += requests;
    if (failed) sums.errors += requests;
  }

  /** Adds latencies. @throws Unreadable when histograms of one cell have different buckets. */
  addLatency(cell: Cell, latency: LatencyHistogram): void {
    const sums = this.#at(cell);
    sums.latency = sums.latency === null ? latency : addHistograms(sums.latency, latency);
  }

  /**
   * The points in order of time, then revision. A cell without requests is left out: absent means zero. Latencies
   * without a count are left out too, because errors among them would be invented as none.
   */
  points(intervalMs: number): readonly TrafficPoint[] {
    return [...this.#sums.values()]
      .filter(({ requests }) => requests > 0)
      .toSorted(
        (a, b) => a.cell.endMs - b.cell.endMs || (a.cell.revision < b.cell.revision ? -1 : 1),
      )
      .map(({ cell, requests, errors, latency }) => ({
        revision: cell.revision,
        startMs: cell.endMs - intervalMs,
        endMs: cell.endMs,
        requests,
        errors,
        latency,
      }));
  }

  #at(cell: Cell): Sums {
    const key = `${cell.endMs}/${cell.revision}`;
    const present = this.#sums.get(key);
    if (present !== undefined) return present;
    const sums: Sums = { cell, requests: 0, errors: 0, latency: null };
    this.#sums.set(key, sums);
    return sums;
  }
}

function addHistograms(a: LatencyHistogram, b: LatencyHistogram): LatencyHistogram {
  if (!sameLayout(a.layout, b.layout)) {
    throw new Unreadable(
      'latency histograms of one revision have different buckets and cannot be added',
    );
  }
  const length = Math.max(a.counts.length, b.counts.length);
  const counts = Array.from({ length }, (_, i) => (a.counts[i] ?? 0) + (b.counts[i] ?? 0));
  return { layout: a.layout, counts };
}

function sameLayout(a: HistogramLayout, b: HistogramLayout): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
