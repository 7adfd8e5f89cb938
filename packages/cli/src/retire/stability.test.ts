import { describe, expect, test } from 'vitest';
import type { MetricsOutcome, RolloutRecord, TrafficPoint } from '@ascent/core';
import { objections, worstWindow, type StabilityQuestion } from './stability.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const promotedMs = Date.UTC(2026, 0, 1);

/** Only what the judgement reads; the rest of a record says nothing about the week. */
function record(status: object = { type: 'promoted', atMs: promotedMs }): RolloutRecord {
  return {
    plan: {
      retireAfterMs: 7 * DAY_MS,
      gates: {
        errorRate: { maxRatio: 0.01 },
        rules: [{ metric: 'errorRate', above: 0.05, forMs: 15 * MINUTE_MS }],
      },
    },
    rollout: { candidate: 'svc-2', status },
  } as unknown as RolloutRecord;
}

function point(minute: number, requests: number, errors: number): TrafficPoint {
  const startMs = promotedMs + minute * MINUTE_MS;
  return {
    revision: 'svc-2',
    startMs,
    endMs: startMs + MINUTE_MS,
    requests,
    errors,
    latency: null,
  };
}

function metrics(points: readonly TrafficPoint[]): MetricsOutcome {
  return { type: 'points', points, youngestTrustedMs: promotedMs + 8 * DAY_MS };
}

const healthy = Array.from({ length: 1_000 }, (_, minute) => point(minute, 100, 0));

function question(changes: Partial<StabilityQuestion> = {}): StabilityQuestion {
  return {
    record: record(),
    metrics: metrics(healthy),
    serving: 'svc-2',
    nowMs: promotedMs + 8 * DAY_MS,
    ...changes,
  };
}

describe('no critical errors for one week', () => {
  test('is a week without objections', () => {
    expect(objections(question())).toEqual([]);
  });

  const fifteenBad = healthy.map((each, minute) =>
    minute >= 200 && minute < 215 ? point(minute, 100, 6) : each,
  );
  const threeBad = healthy.map((each, minute) =>
    minute >= 200 && minute < 203 ? point(minute, 100, 6) : each,
  );
  const steadilyBad = healthy.map((_, minute) => point(minute, 100, minute % 50 === 0 ? 100 : 0));

  test.each<[string, Partial<StabilityQuestion>, string]>([
    ['a week that is not over', { nowMs: promotedMs + 5 * DAY_MS }, '2d of 7d are missing'],
    ['another revision that serves', { serving: 'svc-3' }, 'svc-3 serves now'],
    ['a split', { serving: null }, 'a split of revisions'],
    [
      'metrics that cannot be read',
      { metrics: { type: 'unavailable', reason: 'HTTP 503' } },
      'HTTP 503',
    ],
    ['a service that nobody asked', { metrics: metrics([]) }, 'not one request'],
    [
      'a quarter of an hour above the rule',
      { metrics: metrics(fifteenBad) },
      '6.00 % had failed for 15m',
    ],
    [
      'too many errors over the week',
      { metrics: metrics(steadilyBad) },
      '2.00 % of its requests failed',
    ],
    [
      'a rollout that was sent back',
      { record: record({ type: 'rolledBack', atMs: 0, reason: 'x' }) },
      'was not promoted',
    ],
    ['a rollout that is still open', { record: record({ type: 'running' }) }, 'still open'],
    ['no rollout at all', { record: null }, 'no rollout'],
  ])('is not shown by %s', (_what, changes, said) => {
    expect(objections(question(changes)).join('; ')).toContain(said);
  });

  test('is shown although three bad minutes were in it: the rule says fifteen', () => {
    expect(objections(question({ metrics: metrics(threeBad) }))).toEqual([]);
  });
});

test('the worst window is found wherever it is, and points may come in any order', () => {
  const points = [point(2, 10, 1), point(0, 10, 0), point(1, 10, 5), point(9, 10, 0)];
  expect(worstWindow(points, 2 * MINUTE_MS)).toEqual({
    ratio: 0.3,
    endMs: promotedMs + 3 * MINUTE_MS,
  });
  expect(worstWindow([], MINUTE_MS)).toBeNull();
});
