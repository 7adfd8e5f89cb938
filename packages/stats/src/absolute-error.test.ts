import { describe, expect, it } from 'vitest';
import {
  absoluteErrorBets,
  absoluteErrorLogE,
  scaleOdds,
  startAbsoluteError,
  updateAbsoluteError,
} from './absolute-error.js';
import { DomainError } from './domain.js';
import { createPrng } from './prng.js';

const options = { limit: 0.01, logThreshold: -Math.log(0.01) };

describe('the test against a limit', () => {
  it('has bets whose weights sum to 1, and scales odds', () => {
    expect(absoluteErrorBets.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(scaleOdds(0.5, 3)).toBeCloseTo(0.75, 12);
  });

  it('sees a candidate that fails everything after two requests', () => {
    let state = startAbsoluteError();
    state = updateAbsoluteError(state, { requests: 1, errors: 1 }, options);
    expect(absoluteErrorLogE(state)).toBeLessThan(Math.log(100));
    state = updateAbsoluteError(state, { requests: 1, errors: 1 }, options);
    expect(absoluteErrorLogE(state)).toBeGreaterThan(Math.log(100));
  });

  it('has expectation 1 at the limit, boosted up to the threshold', () => {
    const requests = 40;
    let expectation = 0;
    let probability = 0.99 ** requests;
    for (let errors = 0; errors <= requests; errors += 1) {
      const after = updateAbsoluteError(startAbsoluteError(), { requests, errors }, options);
      expectation += probability * Math.min(100, Math.exp(absoluteErrorLogE(after)));
      probability *= ((requests - errors) / (errors + 1)) * (0.01 / 0.99);
    }
    expect(expectation).toBeCloseTo(1, 9);
  });

  it('crosses in at most the stated part of candidates that keep exactly to the limit', () => {
    const prng = createPrng(11);
    // 5 % allowed; three standard errors of 800 runs are 2.3 %.
    let crossed = 0;
    for (let run = 0; run < 800; run += 1) {
      let state = startAbsoluteError();
      for (let n = 0; n < 100 && absoluteErrorLogE(state) < Math.log(20); n += 1) {
        const sample = { requests: 30, errors: prng.binomial(30, 0.01) };
        state = updateAbsoluteError(state, sample, { limit: 0.01, logThreshold: Math.log(20) });
      }
      if (absoluteErrorLogE(state) >= Math.log(20) - 1e-9) crossed += 1;
    }
    expect(crossed / 800).toBeLessThanOrEqual(0.073);
  });

  it('pays back exactly what it cuts off, however many requests an interval has', () => {
    // Far beyond any limit of use an e-value underflows: what is paid back is then less, and never more.
    for (const [requests, limit, least] of [
      [3_000, 0.05, 1],
      [5_000, 0.05, 1],
      [20_000, 0.01, 1],
      [20_000, 0.3, 0],
    ] as const) {
      const logThreshold = 5.86;
      const start = startAbsoluteError();
      const options = { limit, logThreshold };
      const { logBoost } = updateAbsoluteError(start, { requests, errors: 0 }, options);
      let logNull = requests * Math.log1p(-limit);
      let total = 0;
      for (let errors = 0; errors <= requests; errors += 1) {
        const plain = { limit, logThreshold: null };
        const logE = absoluteErrorLogE(updateAbsoluteError(start, { requests, errors }, plain));
        total += Math.exp(logNull + Math.min(logE + logBoost, logThreshold));
        logNull += Math.log((requests - errors) / (errors + 1)) + Math.log(limit / (1 - limit));
      }
      expect(total).toBeLessThan(1 + 1e-6);
      expect(total).toBeGreaterThanOrEqual(least - 1e-6);
    }
  });

  it('stays finite from no request to a billion', () => {
    const nothing = updateAbsoluteError(startAbsoluteError(), { requests: 0, errors: 0 }, options);
    expect(absoluteErrorLogE(nothing)).toBeCloseTo(0, 12);
    const many = updateAbsoluteError(
      startAbsoluteError(),
      { requests: 1_000_000_000, errors: 20_000_000 },
      { limit: 0.01, logThreshold: null },
    );
    expect(absoluteErrorLogE(many)).toBeGreaterThan(1e6);
  });

  it('refuses limits outside 0 … 1 and impossible counts', () => {
    const update = (limit: number, errors: number): unknown =>
      updateAbsoluteError(
        startAbsoluteError(),
        { requests: 1, errors },
        { limit, logThreshold: null },
      );
    expect(() => update(0, 0)).toThrow('limit must be > 0 and < 1, but is 0.');
    expect(() => update(1, 0)).toThrow(DomainError);
    expect(() => update(0.5, 2)).toThrow(DomainError);
  });
});
