/** Adds the increases of counters and buckets to a tally. Pure. */
import type { TrafficTally } from '../traffic-tally.js';
import { Unreadable } from '../unreadable.js';
import { toHistogram } from './bucket-histogram.js';
import { counterIncreases, type StepTimes } from './counter-increase.js';
import type { PrometheusNames } from '@ascent/core';
import type { RangeSeries } from './range-answer.js';
import type { TargetHistory } from './target-history.js';

/** The two kinds of series of one range. */
export type RangeData = {
  readonly requests: readonly RangeSeries[];
  readonly buckets: readonly RangeSeries[];
};

/** How they are to be read. */
export type RangeContext = {
  readonly names: PrometheusNames;
  /** Every step that was read, those before the range included: they tell what a counter had before. */
  readonly times: StepTimes;
  /** Only increases that end after this time are added. */
  readonly afterMs: number;
  readonly history: TargetHistory;
};

/** Adds everything in `data`. @throws Unreadable for a series without revision, and for buckets that cannot be added. */
export function addIncreases(tally: TrafficTally, data: RangeData, context: RangeContext): void {
  const { names } = context;
  for (const series of data.requests) {
    const revision = revisionOf(series, names);
    const failed = (series.labels[names.codeLabel] ?? '').startsWith('5');
    for (const [endMs, requests] of increasesOf(series, context)) {
      tally.addRequests({ revision, endMs }, Math.round(requests), failed);
    }
  }
  for (const group of bucketGroups(data.buckets)) addBuckets(tally, group, context);
}

/** Adds one histogram: all its buckets, step by step. */
function addBuckets(
  tally: TrafficTally,
  group: readonly RangeSeries[],
  context: RangeContext,
): void {
  const [first] = group;
  if (first === undefined) return;
  const revision = revisionOf(first, context.names);
  const byLe = group.map((series) => ({
    le: series.labels['le'] ?? '',
    increases: increasesOf(series, context),
  }));
  for (const endMs of context.times.filter((timeMs) => timeMs > context.afterMs)) {
    const cumulative = new Map(
      byLe.map(({ le, increases }) => [le, Math.round(increases.get(endMs) ?? 0)]),
    );
    const latency = toHistogram(cumulative, context.names.latencyUnit);
    if (latency !== null) tally.addLatency({ revision, endMs }, latency);
  }
}

/** Series that differ only in `le` are one histogram. */
function bucketGroups(buckets: readonly RangeSeries[]): readonly (readonly RangeSeries[])[] {
  const groups = new Map<string, RangeSeries[]>();
  for (const series of buckets) {
    const rest = Object.entries(series.labels).filter(([label]) => label !== 'le');
    const key = JSON.stringify(rest.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [series]);
    else group.push(series);
  }
  return [...groups.values()];
}

function increasesOf(
  { labels, values }: RangeSeries,
  { times, afterMs, history }: RangeContext,
): ReadonlyMap<number, number> {
  const increases = counterIncreases(values, times, (timeMs) => history.birthAt(labels, timeMs));
  return new Map([...increases].filter(([endMs]) => endMs > afterMs));
}

function revisionOf({ labels }: RangeSeries, { revisionLabel }: PrometheusNames): string {
  const revision = labels[revisionLabel];
  if (revision !== undefined) return revision;
  throw new Unreadable(`Prometheus sent a series without the label ${revisionLabel}`);
}
