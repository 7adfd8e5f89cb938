import { describe, expect, it } from 'vitest';
import { DomainError } from './domain.js';
import { createPrng } from './prng.js';
import { nearestUnsafe, startSafety, updateSafety, updateSafetyAlone } from './safety.js';

describe('the promotion test', () => {
  it('proves a good candidate safe, the larger difference sooner', () => {
    const block = {
      candidateRequests: 60,
      stableRequests: 540,
      candidateErrors: 0,
      stableErrors: 1,
    };
    let narrow = startSafety();
    let wide = startSafety();
    for (let n = 0; n < 10; n += 1) {
      narrow = updateSafety(narrow, block, 0.01);
      wide = updateSafety(wide, block, 0.05);
    }
    expect(narrow.logE).toBeGreaterThan(Math.log(20));
    expect(wide.logE).toBeGreaterThan(narrow.logE);
  });

  it('calls a candidate that is worse by the difference safe in at most the stated part of runs', () => {
    const prng = createPrng(77);
    let wrong = 0;
    for (let run = 0; run < 1500; run += 1) {
      let state = startSafety();
      for (let n = 0; n < 100 && state.logE < Math.log(20); n += 1) {
        const candidateRequests = prng.binomial(200, 0.3);
        const stableRequests = 200 - candidateRequests;
        state = updateSafety(
          state,
          {
            candidateRequests,
            stableRequests,
            candidateErrors: prng.binomial(candidateRequests, 0.03),
            stableErrors: prng.binomial(stableRequests, 0.01),
          },
          0.02,
        );
      }
      if (state.logE >= Math.log(20)) wrong += 1;
    }
    // 5 % allowed; three standard errors of 1,500 runs are 1.7 %.
    expect(wrong / 1500).toBeLessThanOrEqual(0.067);
  });

  it('finds the nearest unsafe point where the derivative vanishes', () => {
    for (const rate of [1e-4, 0.005, 0.3, 0.9]) {
      const bet = { rate, difference: 0.05 };
      const t = nearestUnsafe({ candidateRequests: 7, stableRequests: 40 }, bet);
      const u = t + bet.difference;
      const slope = (7 * (u - rate)) / (u * (1 - u)) + (40 * (t - rate)) / (t * (1 - t));
      expect(Math.abs(slope)).toBeLessThan(1e-7);
    }
  });

  it('proves alone that a candidate keeps below a limit, and bets nothing where stable does not', () => {
    const sample = { requests: 1000, errors: 1 };
    const past = startSafety({ requests: 10_000, errors: 10 });
    expect(updateSafetyAlone(0, sample, { past, limit: 0.015 })).toBeGreaterThan(Math.log(20));
    const unwell = startSafety({ requests: 10_000, errors: 900 });
    expect(updateSafetyAlone(1.5, sample, { past: unwell, limit: 0.015 })).toBe(1.5);
  });

  it('refuses a difference of nothing and blocks of one revision', () => {
    const block = { candidateRequests: 1, stableRequests: 1, candidateErrors: 0, stableErrors: 0 };
    expect(() => updateSafety(startSafety(), block, 0)).toThrow(
      'difference must be > 0 and < 1, but is 0.',
    );
    expect(() => updateSafety(startSafety(), { ...block, stableRequests: 0 }, 0.1)).toThrow(
      DomainError,
    );
    expect(() => startSafety({ requests: 1, errors: 2 })).toThrow(DomainError);
  });
});
