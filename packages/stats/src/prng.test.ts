import { describe, expect, it } from 'vitest';
import { DomainError } from './domain.js';
import { createPrng } from './prng.js';

/** Mean and variance of many draws. */
function moments(draw: () => number, runs = 40_000): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let n = 0; n < runs; n += 1) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  return { mean: sum / runs, variance: squares / runs - (sum / runs) ** 2 };
}

describe('random numbers from a seed', () => {
  it('are the same for the same seed and others for another', () => {
    const ten = (seed: number): number[] => {
      const prng = createPrng(seed);
      return Array.from({ length: 10 }, prng.uint32);
    };
    expect(ten(42)).toEqual(ten(42));
    expect(ten(42)).not.toEqual(ten(43));
    expect(ten(42)).not.toEqual(ten(42 + 2 ** 32));
    expect(ten(42).slice(0, 3)).toMatchInlineSnapshot(`
      [
        1959603763,
        2423114712,
        2466933512,
      ]
    `);
  });

  it('lie inside (0, 1) with the moments of the uniform and the normal law', () => {
    const prng = createPrng(1);
    const uniform = moments(prng.uniform);
    expect(uniform.mean).toBeCloseTo(0.5, 1);
    expect(uniform.variance).toBeCloseTo(1 / 12, 2);
    const normal = moments(prng.normal);
    expect(Math.abs(normal.mean)).toBeLessThan(0.02);
    expect(normal.variance).toBeCloseTo(1, 1);
  });

  it.each([0.3, 5, 60, 4000])('draw Poisson counts of mean %f', (mean) => {
    const prng = createPrng(9);
    const found = moments(() => prng.poisson(mean));
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(mean / 40_000));
    expect(found.variance / mean).toBeCloseTo(1, 1);
  });

  it.each([
    [10, 0.3],
    [1000, 0.001],
    [1000, 0.5],
    [5000, 0.95],
  ])('draw binomial counts of %i trials at %f', (trials, probability) => {
    const prng = createPrng(4);
    const mean = trials * probability;
    const variance = mean * (1 - probability);
    const found = moments(() => prng.binomial(trials, probability));
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / 40_000));
    expect(found.variance / variance).toBeCloseTo(1, 1);
  });

  it('know the certain cases and refuse the impossible ones', () => {
    const prng = createPrng(0);
    expect(prng.poisson(0)).toBe(0);
    expect(prng.binomial(7, 0)).toBe(0);
    expect(prng.binomial(7, 1)).toBe(7);
    expect(() => prng.binomial(7, 1.1)).toThrow(DomainError);
    expect(() => prng.binomial(-1, 0.1)).toThrow(DomainError);
    expect(() => prng.poisson(-1)).toThrow(DomainError);
    expect(() => createPrng(0.5)).toThrow(DomainError);
  });
});
