import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from './domain.js';
import { logSumExp } from './log-sum.js';
import { exactNull, marginNull } from './margin-null.js';
import { createPrng } from './prng.js';
import {
  relativeErrorBets,
  relativeErrorLogE,
  startRelativeError,
  updateRelativeError,
} from './relative-error.js';
import type { ErrorBlock, RelativeErrorOptions } from './relative-error.js';

const alpha = 0.01;
const boosted: RelativeErrorOptions = { shape: exactNull, logThreshold: -Math.log(alpha) };

function block(...counts: readonly [nc: number, nb: number, ec: number, eb: number]): ErrorBlock {
  const [nc, nb, ec, eb] = counts;
  return { candidateRequests: nc, stableRequests: nb, candidateErrors: ec, stableErrors: eb };
}

describe('the relative error test', () => {
  it('has bets whose weights sum to 1', () => {
    expect(relativeErrorBets.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it('learns nothing from a block without errors, without successes or without one revision', () => {
    const start = startRelativeError();
    expect(updateRelativeError(start, block(10, 90, 0, 0))).toEqual(start);
    expect(updateRelativeError(start, block(10, 90, 10, 90))).toEqual(start);
    expect(updateRelativeError(start, block(10, 0, 3, 0))).toEqual(start);
    expect(updateRelativeError(start, block(0, 90, 0, 3))).toEqual(start);
  });

  it.each([
    ['exact', exactNull, null],
    ['boosted', exactNull, -Math.log(alpha)],
    ['tolerant', { oddsRatio: 1.25, dispersion: 1 }, null],
    ['dispersed', { oddsRatio: 1, dispersion: 2 }, null],
  ] as const)('has expectation at most 1 under its own null (%s)', (_, shape, logThreshold) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 12 }),
        (nc, nb, errors) => {
          fc.pre(errors < nc + nb && errors <= nc && errors <= nb);
          const law = marginNull({ candidateRequests: nc, stableRequests: nb, errors }, shape);
          const terms = law.logProbabilities.map((logProbability, i) => {
            const k = law.lowest + i;
            const after = updateRelativeError(startRelativeError(), block(nc, nb, k, errors - k), {
              shape,
              logThreshold,
            });
            return logProbability + relativeErrorLogE(after);
          });
          // Boosting lets outcomes overshoot in the record; what counts is capped at the threshold.
          const capped = terms.map((term, i) =>
            logThreshold === null
              ? term
              : Math.min(term, (law.logProbabilities[i] ?? 0) + logThreshold),
          );
          expect(logSumExp(capped)).toBeLessThanOrEqual(1e-9);
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  it('gives the same answer on the fast and on the logarithmic path', () => {
    for (const errors of [5, 60, 120, 200, 900]) {
      const own = Math.ceil(errors / 4);
      const after = updateRelativeError(startRelativeError(), block(400, 4000, own, errors - own));
      const law = marginNull({ candidateRequests: 400, stableRequests: 4000, errors });
      const byHand = relativeErrorBets.map(({ oddsRatio, weight }) => {
        const normaliser = logSumExp(
          law.logProbabilities.map((logP, i) => logP + (law.lowest + i) * Math.log(oddsRatio)),
        );
        return Math.log(weight) + own * Math.log(oddsRatio) - normaliser;
      });
      expect(relativeErrorLogE(after)).toBeCloseTo(logSumExp(byHand), 9);
    }
  });

  it('stays finite and valid with millions of requests and errors in one block', () => {
    const same = updateRelativeError(
      startRelativeError(),
      block(60_000_000, 540_000_000, 30_000_000, 270_000_000),
      boosted,
    );
    expect(relativeErrorLogE(same)).toBeLessThan(0);
    const worse = updateRelativeError(
      startRelativeError(),
      block(1_000_000, 9_000_000, 20_000, 90_000),
      boosted,
    );
    expect(relativeErrorLogE(worse)).toBeGreaterThan(1000);
    expect(JSON.parse(JSON.stringify(worse))).toEqual(worse);
  });

  it('is never better for a candidate that failed more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 19 }), (ec) => {
        const less = updateRelativeError(startRelativeError(), block(20, 180, ec, 20 - ec));
        const more = updateRelativeError(startRelativeError(), block(20, 180, ec + 1, 19 - ec));
        expect(relativeErrorLogE(more)).toBeGreaterThan(relativeErrorLogE(less));
      }),
      { seed: 1 },
    );
  });

  it('rolls back at most the stated part of good releases, looking after every block', () => {
    const prng = createPrng(20_260);
    const runs = 3000;
    let crossed = 0;
    for (let run = 0; run < runs; run += 1) {
      let state = startRelativeError();
      for (let n = 0; n < 120; n += 1) {
        const nc = prng.binomial(100, 0.2);
        const next = block(nc, 100 - nc, prng.binomial(nc, 0.05), prng.binomial(100 - nc, 0.05));
        state = updateRelativeError(state, next, {
          shape: exactNull,
          logThreshold: -Math.log(0.05),
        });
        if (relativeErrorLogE(state) < -Math.log(0.05) - 1e-9) continue;
        crossed += 1;
        break;
      }
    }
    // 5 % allowed; three standard errors of 3,000 runs are 1.2 %.
    expect(crossed / runs).toBeLessThanOrEqual(0.062);
    expect(crossed / runs).toBeGreaterThan(0.01);
  });

  it('refuses what is no block', () => {
    expect(() => updateRelativeError(startRelativeError(), block(3, 5, 4, 0))).toThrow(DomainError);
    expect(() => updateRelativeError(startRelativeError(), block(-1, 5, 0, 0))).toThrow(
      'candidate requests must be a whole number ≥ 0, but is -1.',
    );
    expect(() => updateRelativeError(startRelativeError(), block(1.5, 5, 0, 0))).toThrow(
      DomainError,
    );
    expect(() => updateRelativeError(startRelativeError(), block(NaN, 5, 0, 0))).toThrow(
      DomainError,
    );
    expect(() =>
      updateRelativeError(startRelativeError(), block(3, 5, 1, 0), {
        shape: { oddsRatio: 0.5, dispersion: 1 },
        logThreshold: null,
      }),
    ).toThrow('oddsRatio must be a finite number ≥ 1, but is 0.5.');
  });
});
