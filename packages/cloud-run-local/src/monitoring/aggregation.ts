/**
 * Aggregation: first every series alone is aligned to a regular grid of periods, then series are reduced
 * across. https://cloud.google.com/monitoring/api/v3/aggregation
 *
 * Periods are anchored at the end of the interval: the last one ends there. A point belongs to the period
 * its end lies in; periods without a point give none. Distributions stay distributions under ALIGN_DELTA, so
 * that REDUCE_PERCENTILE_95 then gives the percentile of all values, while ALIGN_PERCENTILE_95 before it
 * gives a percentile of percentiles.
 */
import { percentileOf } from './distribution.js';
import { addValues, type Point, type PointValue, type SeriesLabels } from './series-store.js';

/** A series on its way to the answer. */
export interface AlignedSeries {
  readonly labels: SeriesLabels;
  readonly points: readonly Point[];
  readonly kind: 'DELTA' | 'GAUGE';
  readonly valueType: 'INT64' | 'DOUBLE' | 'DISTRIBUTION';
}

/** The aligners that are understood, by the number clients may send instead of the name. */
export const aligners = {
  ALIGN_NONE: 0,
  ALIGN_DELTA: 1,
  ALIGN_RATE: 2,
  ALIGN_NEXT_OLDER: 4,
  ALIGN_MIN: 10,
  ALIGN_MAX: 11,
  ALIGN_MEAN: 12,
  ALIGN_COUNT: 13,
  ALIGN_SUM: 14,
  ALIGN_PERCENTILE_99: 18,
  ALIGN_PERCENTILE_95: 19,
  ALIGN_PERCENTILE_50: 20,
  ALIGN_PERCENTILE_05: 21,
} as const;

/** The name of an aligner. */
export type Aligner = keyof typeof aligners;

/** The reducers that are understood, likewise. */
export const reducers = {
  REDUCE_NONE: 0,
  REDUCE_MEAN: 1,
  REDUCE_MIN: 2,
  REDUCE_MAX: 3,
  REDUCE_SUM: 4,
  REDUCE_COUNT: 6,
  REDUCE_PERCENTILE_99: 9,
  REDUCE_PERCENTILE_95: 10,
  REDUCE_PERCENTILE_50: 11,
  REDUCE_PERCENTILE_05: 12,
} as const;

/** The name of a reducer. */
export type Reducer = keyof typeof reducers;

/** One aggregation, every field decided. */
export interface Aggregation {
  readonly alignmentPeriodMs: number;
  readonly aligner: Aligner;
  readonly reducer: Reducer;
  readonly groupBy: readonly string[];
}

type Statistic = (values: readonly number[]) => number;

const sum: Statistic = (values) => values.reduce((total, value) => total + value, 0);
const mean: Statistic = (values) => sum(values) / values.length;

/** Linear interpolation between the closest ranks. */
function percentileAmong(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? 0;
  const high = sorted[Math.ceil(rank)] ?? low;
  return low + (high - low) * (rank - Math.floor(rank));
}

function percentileOfAll(values: readonly PointValue[], percent: number): number {
  const merged = values.reduce(addValues);
  return typeof merged === 'number'
    ? percentileAmong(values as readonly number[], percent)
    : percentileOf(merged, percent);
}

/** For a mean, a minimum and so on a distribution stands for its mean. */
const toNumber = (value: PointValue): number => (typeof value === 'number' ? value : value.mean);

const numeric =
  (statistic: Statistic) =>
  (values: readonly PointValue[]): number =>
    statistic(values.map(toNumber));

const percentile =
  (percent: number) =>
  (values: readonly PointValue[]): number =>
    percentileOfAll(values, percent);

const amountOf = (value: PointValue): number => (typeof value === 'number' ? value : value.count);

type Combine = (values: readonly PointValue[], periodMs: number) => PointValue;

const addUp: Combine = (values) => values.reduce(addValues);

const combineByAligner: Readonly<Record<Exclude<Aligner, 'ALIGN_NONE'>, Combine>> = {
  ALIGN_DELTA: addUp,
  ALIGN_SUM: addUp,
  ALIGN_RATE: (values, periodMs) => sum(values.map(amountOf)) / (periodMs / 1000),
  ALIGN_NEXT_OLDER: (values) => values.at(-1) ?? 0,
  ALIGN_MIN: numeric((values) => Math.min(...values)),
  ALIGN_MAX: numeric((values) => Math.max(...values)),
  ALIGN_MEAN: numeric(mean),
  ALIGN_COUNT: (values) =>
    sum(values.map((value) => (typeof value === 'number' ? 1 : value.count))),
  ALIGN_PERCENTILE_99: percentile(99),
  ALIGN_PERCENTILE_95: percentile(95),
  ALIGN_PERCENTILE_50: percentile(50),
  ALIGN_PERCENTILE_05: percentile(5),
};

const combineByReducer: Readonly<Record<Exclude<Reducer, 'REDUCE_NONE'>, Combine>> = {
  REDUCE_MEAN: numeric(mean),
  REDUCE_MIN: numeric((values) => Math.min(...values)),
  REDUCE_MAX: numeric((values) => Math.max(...values)),
  REDUCE_SUM: addUp,
  REDUCE_COUNT: (values) => values.length,
  REDUCE_PERCENTILE_99: percentile(99),
  REDUCE_PERCENTILE_95: percentile(95),
  REDUCE_PERCENTILE_50: percentile(50),
  REDUCE_PERCENTILE_05: percentile(5),
};

const integerCombiners: ReadonlySet<string> = new Set(['ALIGN_COUNT', 'REDUCE_COUNT']);
const typeKeepers: ReadonlySet<string> = new Set([
  'ALIGN_DELTA',
  'ALIGN_SUM',
  'ALIGN_NEXT_OLDER',
  'ALIGN_MIN',
  'ALIGN_MAX',
  'REDUCE_SUM',
  'REDUCE_MIN',
  'REDUCE_MAX',
]);

function valueTypeAfter(combiner: string, before: AlignedSeries['valueType'], sample: PointValue) {
  if (typeof sample !== 'number') return 'DISTRIBUTION';
  if (integerCombiners.has(combiner)) return 'INT64';
  return typeKeepers.has(combiner) && before === 'INT64' ? 'INT64' : 'DOUBLE';
}

/** Puts the points of one series on the grid that ends at `endMs`. */
export function alignSeries(
  series: AlignedSeries,
  { aligner, alignmentPeriodMs: periodMs }: Aggregation,
  endMs: number,
): AlignedSeries {
  if (aligner === 'ALIGN_NONE') return series;
  const byPeriod = new Map<number, PointValue[]>();
  for (const { endMs: pointEndMs, value } of series.points) {
    // divergence: alignment
    const back = Math.floor((endMs - pointEndMs) / periodMs);
    const values = byPeriod.get(back);
    if (values === undefined) byPeriod.set(back, [value]);
    else values.push(value);
  }
  const combine = combineByAligner[aligner];
  const delta = aligner === 'ALIGN_DELTA' && series.kind === 'DELTA';
  const points = [...byPeriod]
    .sort(([a], [b]) => b - a)
    .map(([back, values]) => {
      const periodEndMs = endMs - back * periodMs;
      const startMs = delta ? periodEndMs - periodMs : periodEndMs;
      return { startMs, endMs: periodEndMs, value: combine(values, periodMs) };
    });
  const valueType = valueTypeAfter(aligner, series.valueType, points[0]?.value ?? 0);
  return { ...series, kind: delta ? 'DELTA' : 'GAUGE', valueType, points };
}

function labelsKept(labels: SeriesLabels, groupBy: readonly string[]): SeriesLabels {
  const keep = (side: 'metric' | 'resource'): Record<string, string> =>
    Object.fromEntries(
      Object.entries(labels[side]).filter(
        ([name]) =>
          groupBy.includes(`${side}.labels.${name}`) ||
          groupBy.includes(`${side}.label.${name}`) ||
          groupBy.includes(`${side}.label."${name}"`),
      ),
    );
  const project = labels.resource['project_id'];
  return {
    metric: keep('metric'),
    resource: { ...(project !== undefined && { project_id: project }), ...keep('resource') },
  };
}

function reduceGroup(
  group: readonly AlignedSeries[],
  { reducer, alignmentPeriodMs }: Aggregation,
  labels: SeriesLabels,
): AlignedSeries {
  const byEnd = new Map<number, { startMs: number; values: PointValue[] }>();
  for (const { startMs, endMs, value } of group.flatMap(({ points }) => points)) {
    const slot = byEnd.get(endMs);
    if (slot === undefined) byEnd.set(endMs, { startMs, values: [value] });
    else slot.values.push(value);
  }
  const combine: Combine = reducer === 'REDUCE_NONE' ? addUp : combineByReducer[reducer];
  const points = [...byEnd]
    .sort(([a], [b]) => a - b)
    .map(([endMs, { startMs, values }]) => ({
      startMs,
      endMs,
      value: combine(values, alignmentPeriodMs),
    }));
  const first = group[0];
  return {
    labels,
    points,
    kind: reducer === 'REDUCE_SUM' ? (first?.kind ?? 'GAUGE') : 'GAUGE',
    valueType: valueTypeAfter(reducer, first?.valueType ?? 'DOUBLE', points[0]?.value ?? 0),
  };
}

/** Aligns every series and reduces them by group. */
export function aggregate(
  series: readonly AlignedSeries[],
  aggregation: Aggregation,
  endMs: number,
): readonly AlignedSeries[] {
  const aligned = series.map((one) => alignSeries(one, aggregation, endMs));
  if (aggregation.reducer === 'REDUCE_NONE') return aligned;
  const groups = new Map<string, AlignedSeries[]>();
  for (const one of aligned) {
    const key = JSON.stringify(labelsKept(one.labels, aggregation.groupBy));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups].map(([key, group]) =>
    reduceGroup(group, aggregation, JSON.parse(key) as SeriesLabels),
  );
}
