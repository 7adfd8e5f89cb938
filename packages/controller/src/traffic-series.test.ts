import { describe, expect, test } from 'vitest';
import type { MetricsOutcome, MetricsQuestion, Rollout, TrafficPoint } from '@ascent/core';
import { BINS_MAX, seriesOf, TrafficMemory } from './traffic-series.js';

const rollout = {
  id: 'r1',
  stable: 's',
  candidate: 'c',
  startedMs: 0,
  status: { type: 'running' },
} as Rollout;
const layout = { type: 'explicit', boundsMs: [100, 200, 400] } as const;

function point(revision: string, endMs: number, fields: Partial<TrafficPoint> = {}): TrafficPoint {
  return {
    revision,
    startMs: endMs - 1_000,
    endMs,
    requests: 10,
    errors: 1,
    latency: null,
    ...fields,
  };
}

describe('the series of a rollout', () => {
  test('keeps both revisions apart and leaves out others', () => {
    const points = [point('s', 1_000), point('c', 2_000), point('x', 1_000)];
    const series = seriesOf(points, rollout, { fromMs: 0, untilMs: 2_000, periodMs: 1_000 });
    expect(series.stable.requests).toEqual([10, 0]);
    expect(series.candidate.requests).toEqual([0, 10]);
    expect(series.candidate.errors).toEqual([0, 1]);
  });

  test('takes percentiles of merged histograms, not means of percentiles', () => {
    const fast = { layout, counts: [99] };
    const slow = { layout, counts: [0, 0, 1] };
    const points = [point('c', 1_000, { latency: fast }), point('c', 2_000, { latency: slow })];
    const wide = seriesOf(points, rollout, { fromMs: 0, untilMs: 320_000, periodMs: 1_000 });
    expect(wide.binMs).toBe(2_000);
    expect(wide.candidate.p50Ms[0]).toBeLessThan(100);
    expect(wide.candidate.p99Ms[0]).toBe(100);
    expect(wide.stable.p95Ms[0]).toBeNull();
  });

  test('has room for 10,000 points a revision in a bounded number of bins, and loses none', () => {
    const points = Array.from({ length: 10_000 }, (_, index) => point('c', (index + 1) * 1_000));
    const series = seriesOf(points, rollout, { fromMs: 0, untilMs: 10_000_000, periodMs: 1_000 });
    expect(series.candidate.requests.length).toBeLessThanOrEqual(BINS_MAX);
    expect(series.candidate.requests.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  });
});

describe('the memory of the traffic', () => {
  const memoryOver = (
    answer: (question: MetricsQuestion) => MetricsOutcome,
  ): { memory: TrafficMemory; asked: number[] } => {
    const asked: number[] = [];
    const memory = new TrafficMemory({
      read: (question) => {
        asked.push(question.afterMs);
        return Promise.resolve(answer(question));
      },
    });
    return { memory, asked };
  };
  const question = (nowMs: number): Parameters<TrafficMemory['series']>[0] => ({
    service: 'api',
    rollout,
    nowMs,
    periodMs: 1_000,
  });

  test('asks for each point once, and counts it once', async () => {
    const { memory, asked } = memoryOver(({ nowMs }) => ({
      type: 'points',
      points: [point('c', 1_000), point('c', 2_000), point('c', 3_000)],
      youngestTrustedMs: nowMs - 1_000,
    }));
    await memory.series(question(3_000));
    await Promise.all([memory.series(question(3_500)), memory.series(question(4_000))]);
    const series = await memory.series(question(4_000));
    expect(asked).toEqual([0, 2_000]);
    expect(series.candidate.requests.slice(0, 3)).toEqual([10, 10, 10]);
    expect(series.knownUntilMs).toBe(3_000);
  });

  test('keeps what it knows when the metrics cannot be read, and says so', async () => {
    let fails = false;
    const { memory } = memoryOver(({ nowMs }) =>
      fails
        ? { type: 'unavailable', reason: 'HTTP 503' }
        : { type: 'points', points: [point('c', 1_000)], youngestTrustedMs: nowMs },
    );
    await memory.series(question(1_000));
    fails = true;
    const series = await memory.series(question(3_000));
    expect(series.unavailable).toBe('HTTP 503');
    expect(series.candidate.requests[0]).toBe(10);
  });

  test('starts anew with another rollout', async () => {
    const { memory } = memoryOver(({ nowMs }) => ({
      type: 'points',
      points: [point('c', 1_000)],
      youngestTrustedMs: nowMs,
    }));
    await memory.series(question(2_000));
    const other = { ...rollout, id: 'r2', candidate: 'd', startedMs: 1_000 };
    const series = await memory.series({ ...question(3_000), rollout: other });
    expect(series.rollout).toBe('r2');
    expect(series.candidate.requests.every((count) => count === 0)).toBe(true);
  });
});
