import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counterIncreases } from './counter-increase.js';

const TIMES = [0, 10, 20, 30, 40];

function increases(
  values: readonly (number | null)[],
  birth: 'counted' | 'unknown' = 'counted',
): Record<string, number> {
  const present = values.flatMap((value, i) => (value === null ? [] : [[i * 10, value] as const]));
  return Object.fromEntries(counterIncreases(new Map(present), TIMES, () => birth));
}

describe('how much a counter grew in each step', () => {
  test.each([
    ['it grows', [5, 7, 7, 8, 12], { 10: 2, 30: 1, 40: 4 }],
    ['it stays', [5, 5, 5, 5, 5], {}],
    ['it is restarted', [5, 7, 3, 4, 4], { 10: 2, 20: 3, 30: 1 }],
    ['it is out of sight for a while', [5, null, null, 9, 9], { 30: 4 }],
    ['it is restarted out of sight', [5, null, null, 2, 2], { 30: 2 }],
    ['it is born', [null, null, 1, 1, 3], { 20: 1, 40: 2 }],
    ['it dies', [5, 6, null, null, null], { 10: 1 }],
  ])('when %s', (_, values, expected) => {
    expect(increases(values)).toEqual(expected);
  });

  test('what a counter had when its target came into sight is not counted', () => {
    expect(increases([null, null, 1_000_000, 1_000_002, 1_000_002], 'unknown')).toEqual({ 30: 2 });
  });

  test('nothing is lost or counted twice, whatever the restarts', () => {
    const step = fc.record({ grows: fc.nat(50), restarts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 4 }), (steps) => {
        let value = 10;
        let total = 0;
        const values = [value];
        for (const { grows, restarts } of steps) {
          // A restart that is hidden by more growth than there was before cannot be seen by anyone.
          value = restarts && grows < value ? grows : value + grows;
          total += grows;
          values.push(value);
        }
        const sum = Object.values(increases(values)).reduce((a, b) => a + b, 0);
        expect(sum).toBe(total);
      }),
      { seed: 20_261_122 },
    );
  });
});
