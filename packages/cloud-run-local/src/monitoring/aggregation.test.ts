import { describe, expect, it } from 'vitest';
import { aggregate, type AlignedSeries, type Aggregation } from './aggregation.js';
import { addValue, emptyDistribution, latencyBuckets } from './distribution.js';
import type { PointValue } from './series-store.js';

function series(revision: string, values: readonly PointValue[]): AlignedSeries {
  return {
    labels: { metric: { code: '200' }, resource: { project_id: 'p', revision_name: revision } },
    kind: 'DELTA',
    valueType: typeof values[0] === 'number' ? 'INT64' : 'DISTRIBUTION',
    points: values.map((value, index) => ({
      startMs: index * 60_000,
      endMs: (index + 1) * 60_000,
      value,
    })),
  };
}

const base: Aggregation = {
  alignmentPeriodMs: 120_000,
  aligner: 'ALIGN_DELTA',
  reducer: 'REDUCE_NONE',
  groupBy: [],
};

function run(all: readonly AlignedSeries[], change: Partial<Aggregation>, endMs = 240_000) {
  return aggregate(all, { ...base, ...change }, endMs).map(({ points, valueType, kind }) => ({
    kind,
    valueType,
    values: points.map(({ value }) => value),
  }));
}

describe('alignment', () => {
  it('adds up periods that end where the interval ends', () => {
    expect(run([series('a', [1, 2, 3, 4])], {})).toEqual([
      { kind: 'DELTA', valueType: 'INT64', values: [3, 7] },
    ]);
    const [odd] = aggregate([series('a', [1, 2, 3])], base, 180_000);
    expect(odd?.points).toEqual([
      { startMs: -60_000, endMs: 60_000, value: 1 },
      { startMs: 60_000, endMs: 180_000, value: 5 },
    ]);
  });

  it.each([
    ['ALIGN_RATE', [3 / 120, 7 / 120], 'DOUBLE'],
    ['ALIGN_MEAN', [1.5, 3.5], 'DOUBLE'],
    ['ALIGN_MAX', [2, 4], 'INT64'],
    ['ALIGN_MIN', [1, 3], 'INT64'],
    ['ALIGN_COUNT', [2, 2], 'INT64'],
    ['ALIGN_NEXT_OLDER', [2, 4], 'INT64'],
  ] as const)('%s gives %j', (aligner, values, valueType) => {
    expect(run([series('a', [1, 2, 3, 4])], { aligner })).toEqual([
      { kind: 'GAUGE', valueType, values },
    ]);
  });
});

describe('reduction', () => {
  const two = [series('a', [1, 2, 3, 4]), series('b', [10, 20, 30, 40])];

  it('sums across everything, or by label', () => {
    expect(run(two, { reducer: 'REDUCE_SUM' })[0]?.values).toEqual([33, 77]);
    const byRevision = aggregate(
      two,
      { ...base, reducer: 'REDUCE_SUM', groupBy: ['resource.labels.revision_name'] },
      240_000,
    );
    expect(byRevision.map(({ labels }) => labels.resource['revision_name'])).toEqual(['a', 'b']);
    expect(byRevision[0]?.labels.metric).toEqual({});
  });

  it.each([
    ['REDUCE_MEAN', [16.5, 38.5]],
    ['REDUCE_MAX', [30, 70]],
    ['REDUCE_COUNT', [2, 2]],
    ['REDUCE_PERCENTILE_50', [16.5, 38.5]],
  ] as const)('%s gives %j', (reducer, values) => {
    expect(run(two, { reducer })[0]?.values).toEqual(values);
  });
});

describe('a percentile', () => {
  const distribution = (values: readonly number[]) => {
    const made = emptyDistribution(latencyBuckets);
    for (const value of values) addValue(made, value);
    return made;
  };
  const fast = Array.from({ length: 98 }, () => 20);
  const all = [series('a', [distribution(fast)]), series('b', [distribution([5000, 5000])])];

  it('of merged histograms is the true one', () => {
    const [merged] = run(all, { reducer: 'REDUCE_PERCENTILE_95' }, 60_000);
    expect(merged?.values[0]).toBeLessThan(25);
  });

  it('of percentiles is not', () => {
    const [wrong] = run(
      all,
      { aligner: 'ALIGN_PERCENTILE_95', reducer: 'REDUCE_PERCENTILE_95' },
      60_000,
    );
    expect(wrong?.values[0]).toBeGreaterThan(4000);
  });
});
