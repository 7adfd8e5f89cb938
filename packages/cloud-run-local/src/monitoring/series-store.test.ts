import { expect, it } from 'vitest';
import { metrics } from './metric-descriptors.js';
import { SeriesStore } from './series-store.js';

const store = (): SeriesStore => new SeriesStore({ samplePeriodMs: 1000, visibilityDelayMs: 0 });
const labels = { metric: {}, resource: {} };

it('makes one point of a period, and none where nothing happened', () => {
  const series = store().series(metrics.requestCount, labels);
  series.record(1, 100);
  series.record(2, 900);
  series.record(5, 3100);
  expect(series.points(3999)).toEqual([{ startMs: 0, endMs: 1000, value: 3 }]);
  expect(series.points(4000)).toEqual([
    { startMs: 0, endMs: 1000, value: 3 },
    { startMs: 3000, endMs: 4000, value: 5 },
  ]);
});

it('keeps the last value of a gauge in a period', () => {
  const series = store().series(metrics.instanceCount, labels);
  series.gauge(1, 100);
  series.gauge(4, 900);
  series.gauge(2, 1500);
  expect(series.points(5000).map(({ endMs, value }) => [endMs, value])).toEqual([
    [1000, 4],
    [2000, 2],
  ]);
});

it('finds the same series for the same labels', () => {
  const all = store();
  const one = all.series(metrics.requestCount, { metric: { a: 'b' }, resource: {} });
  expect(all.series(metrics.requestCount, { metric: { a: 'b' }, resource: {} })).toBe(one);
  expect(all.series(metrics.requestCount, { metric: { a: 'c' }, resource: {} })).not.toBe(one);
});
