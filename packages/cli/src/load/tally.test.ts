import { describe, expect, test } from 'vitest';
import { createTally } from './tally.js';

const thresholds = { p95Ms: 5_000, errorRatio: 0.01 };

function outcome(latencyMs: number, fault: string | null = null) {
  return { dueMs: 0, latencyMs, lateMs: 0, fault };
}

describe('percentiles', () => {
  test('are those of the values, to three digits', () => {
    const tally = createTally();
    for (let ms = 1; ms <= 1_000; ms += 1) tally.add(outcome(ms));
    const { latency } = tally.result(thresholds);
    expect(latency.p50).toBeCloseTo(500, -1);
    expect(Math.abs(latency.p95 - 950)).toBeLessThan(1);
    expect(Math.abs(latency.p999 - 999)).toBeLessThan(1.1);
    expect(Math.abs(latency.max - 1_000)).toBeLessThan(1.1);
  });
});

describe('the thresholds', () => {
  test.each([
    { what: 'P95 just below', latencyMs: 4_990, errors: 0, passed: true },
    { what: 'P95 above', latencyMs: 5_100, errors: 0, passed: false },
    { what: 'one error in a hundred', latencyMs: 10, errors: 1, passed: false },
    { what: 'no error', latencyMs: 10, errors: 0, passed: true },
  ])('$what', ({ latencyMs, errors, passed }) => {
    const tally = createTally();
    for (let index = 0; index < 100; index += 1) {
      tally.add(outcome(latencyMs, index < errors ? 'HTTP 503' : null));
    }
    expect(tally.result(thresholds).passed).toBe(passed);
  });

  test('nothing sent passes nothing', () => {
    expect(createTally().result(thresholds).passed).toBe(false);
  });
});

test('faults are counted by kind and intervals by the time a request was due', () => {
  const tally = createTally();
  tally.add({ dueMs: 9_999, latencyMs: 60_000, lateMs: 0, fault: 'no answer' });
  tally.add({ dueMs: 10_000, latencyMs: 5, lateMs: 1, fault: null });
  const { faults, intervals, errorRatio } = tally.result(thresholds);
  expect(faults).toEqual({ 'no answer': 1 });
  expect(intervals.map(({ fromMs, requests, errors }) => [fromMs, requests, errors])).toEqual([
    [0, 1, 1],
    [10_000, 1, 0],
  ]);
  expect(errorRatio).toBe(0.5);
});
