import { describe, expect, test } from 'vitest';
import { defaultSize, moneyOf, moneyText } from './money.js';

const tally = (requests: number) => ({ requests, errors: 0, slow: 0 });
const HOUR = 3_600_000;

describe('the money of a rollout', () => {
  test('is that of its answers: a busy revision pays for the seconds it works', () => {
    // 36,000 requests of 1 s in ten hours: one at work on average, so an instance is busy 1 - 1/e of the time.
    const run = { tookMs: 10 * HOUR, candidate: tally(0), stable: tally(36_000) };
    const medianMs = 1_000 / (Math.PI / 3 / Math.sin(Math.PI / 3));
    const busySeconds = 36_000 * (1 - Math.exp(-1));
    const expected = busySeconds * (0.000024 + 0.5 * 0.0000025) + 36_000 * 0.0000004;
    const { answers, candidate, waiting } = moneyOf(run, { size: defaultSize, medianMs });
    expect(answers).toBeCloseTo(expected, 6);
    expect([candidate, waiting]).toEqual([0, 0]);
  });

  test('grows by the instances that the second revision keeps waiting', () => {
    const size = { ...defaultSize, minInstances: 2 };
    const run = { tookMs: 10 * HOUR, candidate: tally(10), stable: tally(10) };
    const money = moneyOf(run, { size, medianMs: 500 });
    expect(money.waiting).toBeCloseTo(36_000 * 2 * (0.0000025 + 0.5 * 0.0000025), 9);
    expect(moneyText(money, size)).toContain('$0.27 for instances that wait');
  });
});
