import { describe, expect, it } from 'vitest';
import type { RollbackRule } from './gate-plan.js';
import { advanceTimer, idleTimer } from './rule-timer.js';
import type { RuleTimer } from './rule-timer.js';

const rule: RollbackRule = { metric: 'errorRate', above: 0.05, forMs: 900_000 };
const minuteMs = 60_000;

/** Minutes of [requests, bad]; a gap is `null`. */
function run(
  minutes: readonly (readonly [number, number] | null)[],
  own: RollbackRule = rule,
): RuleTimer {
  return minutes.reduce<RuleTimer>((timer, minute, n) => {
    const [requests, bad] = minute ?? [0, 0];
    const sample = { startMs: n * minuteMs, endMs: (n + 1) * minuteMs, requests, bad };
    return advanceTimer(timer, own, sample);
  }, idleTimer);
}

const repeat = <T>(value: T, times: number): T[] => Array.from({ length: times }, () => value);

describe('a hard rule', () => {
  it('fires when every part of the time was above, not before', () => {
    expect(run(repeat([100, 20], 14)).firedMs).toBeNull();
    expect(run(repeat([100, 20], 15)).firedMs).toBe(15 * minuteMs);
  });

  it('starts again after a part that was not above', () => {
    const minutes = [
      ...repeat([100, 20] as const, 10),
      [100, 5] as const,
      ...repeat([100, 20] as const, 14),
    ];
    expect(run(minutes).firedMs).toBeNull();
    expect(run(minutes).aboveSinceMs).toBe(11 * minuteMs);
  });

  it('is not reset at small traffic by single minutes in which nothing failed', () => {
    const minutes = Array.from({ length: 20 }, (_, n) => [2, n % 3 === 0 ? 1 : 0] as const);
    expect(run(minutes).firedMs).not.toBeNull();
  });

  it('is not fired by a burst', () => {
    expect(run([[1000, 900], ...repeat([100, 0] as const, 20)]).firedMs).toBeNull();
  });

  it('needs data in the time: long silence starts the clock again', () => {
    const minutes = [[20, 10] as const, ...repeat(null, 13), [20, 10] as const];
    expect(run(minutes).firedMs).toBeNull();
    const gaps = Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? ([20, 10] as const) : null));
    expect(run(gaps).firedMs).not.toBeNull();
  });

  it('compares slow requests with 5 % for the 95th percentile', () => {
    const slow: RollbackRule = { metric: 'latencyP95', above: 10_000, forMs: 600_000 };
    expect(run(repeat([100, 5], 10), slow).firedMs).toBeNull();
    expect(run(repeat([100, 6], 10), slow).firedMs).toBe(10 * minuteMs);
  });

  it('stays fired', () => {
    const fired = run(repeat([100, 20], 15));
    const later = { startMs: 15 * minuteMs, endMs: 16 * minuteMs, requests: 100, bad: 0 };
    expect(advanceTimer(fired, rule, later)).toBe(fired);
  });
});
