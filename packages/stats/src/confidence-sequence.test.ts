import { describe, expect, it } from 'vitest';
import { placeOfRate, rateBounds } from './confidence-sequence.js';
import { DomainError } from './domain.js';
import { createPrng } from './prng.js';

describe('bounds of a rate', () => {
  it('know nothing without requests, and close in with them', () => {
    expect(rateBounds(0, 0, 0.05)).toEqual({ lower: 0, upper: 1 });
    const few = rateBounds(100, 1, 0.05);
    const many = rateBounds(10_000, 100, 0.05);
    expect(few.lower).toBeLessThan(many.lower);
    expect(few.upper).toBeGreaterThan(many.upper);
  });

  it('hold the true rate at every look in at least the stated part of runs', () => {
    const prng = createPrng(3);
    let missed = 0;
    for (let run = 0; run < 1000; run += 1) {
      let errors = 0;
      for (let requests = 20; requests <= 1000; requests += 20) {
        errors += prng.binomial(20, 0.1);
        const { lower, upper } = rateBounds(requests, errors, 0.05);
        if (lower <= 0.1 && 0.1 <= upper) continue;
        missed += 1;
        break;
      }
    }
    expect(missed / 1000).toBeLessThanOrEqual(0.05);
  });

  it('keep their digits at a billion requests', () => {
    const { lower, upper } = rateBounds(1_000_000_000, 1_000_000, 0.05);
    expect(lower).toBeGreaterThan(0.000_99);
    expect(upper).toBeLessThan(0.001_01);
    expect(rateBounds(1_000_000_000, 0, 0.05).lower).toBe(0);
    expect(rateBounds(50, 50, 0.05).upper).toBe(1);
  });

  it('say where a rate lies as the bounds themselves would', () => {
    const prng = createPrng(4);
    for (let n = 0; n < 2000; n += 1) {
      const requests = 1 + prng.poisson(300);
      const errors = prng.binomial(requests, prng.uniform() * 0.2);
      const rate = 0.001 + 0.3 * prng.uniform();
      const { lower, upper } = rateBounds(requests, errors, 0.05);
      const expected = rate < lower ? 'below' : rate > upper ? 'above' : 'within';
      expect(placeOfRate(rate, { requests, errors }, 0.05)).toBe(expected);
    }
    expect(placeOfRate(0.05, { requests: 0, errors: 0 }, 0.05)).toBe('within');
    expect(() => placeOfRate(0, { requests: 1, errors: 0 }, 0.05)).toThrow(DomainError);
  });

  it('are rates even where next to nothing is risked', () => {
    const { lower, upper } = rateBounds(1e9, 1, 1e-305);
    expect(lower).toBeGreaterThanOrEqual(0);
    expect(upper).toBeLessThan(1e-5);
    expect(lower).toBeLessThan(upper);
  });

  it('refuse more errors than requests', () => {
    expect(() => rateBounds(1, 2, 0.05)).toThrow(DomainError);
    expect(() => rateBounds(1, 0, 0)).toThrow(DomainError);
  });
});
