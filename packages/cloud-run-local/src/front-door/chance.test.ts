import { expect, it } from 'vitest';
import { makeChance } from './chance.js';

const draw = (seed: number | undefined, count: number): readonly number[] =>
  Array.from({ length: count }, makeChance(seed));

it('gives the same numbers for the same seed, and others for another', () => {
  expect(draw(7, 100)).toEqual(draw(7, 100));
  expect(draw(7, 100)).not.toEqual(draw(8, 100));
  expect(draw(undefined, 100)).not.toEqual(draw(undefined, 100));
});

it('spreads them evenly over [0, 1)', () => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const number of draw(1, 100_000)) {
    const tenth = Math.floor(number * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // 4 standard deviations of a binomial count of 100,000 at 10 %.
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(380);
  expect(tenths).toHaveLength(10);
});
