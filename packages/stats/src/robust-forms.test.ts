import { describe, expect, it } from 'vitest';
import { combineEvidence, logThresholdOf, reachesRisk } from './combination.js';
import { countFirstFailures, emptyLedger } from './conversation.js';
import { estimateDispersion } from './dispersion.js';
import { DomainError } from './domain.js';
import { marginNull } from './margin-null.js';
import { createPrng } from './prng.js';
import { isStableAlarmed, startStableWatch, updateStableWatch } from './stable-watch.js';

/** A day of ten instances whose failures come in clusters of this mean size. */
function clusteredDay(cluster: number, seed: number) {
  const prng = createPrng(seed);
  return Array.from({ length: 1440 }, () =>
    Array.from({ length: 10 }, () => {
      const requests = prng.poisson(30);
      let retries = 0;
      const failed = prng.binomial(requests, 0.01);
      for (let n = 0; n < failed; n += 1) while (prng.uniform() < 1 - 1 / cluster) retries += 1;
      return { requests: requests + retries, errors: failed + retries };
    }),
  );
}

describe('the dispersion factor', () => {
  it('is 1 for independent errors and near 2m − 1 for retries of mean cluster m', () => {
    expect(estimateDispersion(clusteredDay(1, 1))).toBeLessThan(1.4);
    const factor = estimateDispersion(clusteredDay(1.5, 2));
    expect(factor).toBeGreaterThan(2);
    expect(factor).toBeLessThan(3.2);
    expect(estimateDispersion(clusteredDay(3, 3))).toBeGreaterThan(4.5);
  });

  it('is 1 where there is too little history to say', () => {
    expect(estimateDispersion([])).toBe(1);
    expect(estimateDispersion([[{ requests: 5, errors: 1 }]])).toBe(1);
    expect(() => estimateDispersion([[{ requests: 1, errors: 2 }]])).toThrow(DomainError);
  });
});

describe('conversations', () => {
  it('are counted until their first failure and never again', () => {
    const first = countFirstFailures(
      emptyLedger,
      new Map([
        ['a', true],
        ['b', false],
      ]),
    );
    expect([first.requests, first.errors]).toEqual([2, 1]);
    const second = countFirstFailures(
      first.ledger,
      new Map([
        ['a', true],
        ['b', true],
        ['c', false],
      ]),
    );
    expect([second.requests, second.errors]).toEqual([2, 1]);
    expect(second.ledger.failed).toEqual(['a', 'b']);
  });
});

describe('the watch on the stable revision', () => {
  it('alarms within a few requests of an outage and forgets it soon after', () => {
    let watch = startStableWatch();
    watch = updateStableWatch(watch, { requests: 540, errors: 3 }, 0.01);
    expect(isStableAlarmed(watch)).toBe(false);
    watch = updateStableWatch(watch, { requests: 9, errors: 4 }, 0.01);
    expect(isStableAlarmed(watch)).toBe(true);
    watch = updateStableWatch(watch, { requests: 5000, errors: 2500 }, 0.01);
    watch = updateStableWatch(watch, { requests: 400, errors: 1 }, 0.01);
    expect(isStableAlarmed(watch)).toBe(false);
  });

  it('is not moved by a single failure', () => {
    const watch = updateStableWatch(startStableWatch(), { requests: 9, errors: 1 }, 0.01);
    expect(isStableAlarmed(watch)).toBe(false);
  });
});

describe('the combined evidence', () => {
  it('is the weighted mean of the e-values', () => {
    const logE = combineEvidence([
      { weight: 1, logE: Math.log(10) },
      { weight: 3, logE: Math.log(2) },
    ]);
    expect(Math.exp(logE)).toBeCloseTo(4, 12);
  });

  it('reaches a risk at its reciprocal', () => {
    expect(logThresholdOf(0.01)).toBeCloseTo(Math.log(100), 12);
    expect(reachesRisk(Math.log(100) - 1e-10, 0.01)).toBe(true);
    expect(reachesRisk(Math.log(99), 0.01)).toBe(false);
    expect(() => combineEvidence([])).toThrow(DomainError);
    expect(() => combineEvidence([{ weight: 0, logE: 0 }])).toThrow(DomainError);
    expect(() => logThresholdOf(0)).toThrow(DomainError);
  });
});

describe('the null law', () => {
  it('refuses more errors than requests', () => {
    expect(() => marginNull({ candidateRequests: 1, stableRequests: 1, errors: 3 })).toThrow(
      "errors (3) must not exceed the block's requests (2).",
    );
  });

  it('has the same mean and the stated spread when errors cluster', () => {
    const margins = { candidateRequests: 100, stableRequests: 900, errors: 20 };
    const spread = (dispersion: number): { mean: number; variance: number } => {
      const { lowest, logProbabilities } = marginNull(margins, { oddsRatio: 1, dispersion });
      const weights = logProbabilities.map(Math.exp);
      const mean = weights.reduce((sum, weight, i) => sum + weight * (lowest + i), 0);
      const square = weights.reduce((sum, weight, i) => sum + weight * (lowest + i) ** 2, 0);
      return { mean, variance: square - mean * mean };
    };
    expect(spread(1).mean).toBeCloseTo(2, 9);
    expect(spread(3).mean).toBeCloseTo(2, 9);
    expect(spread(3).variance).toBeCloseTo(3 * 20 * 0.1 * 0.9, 9);
  });
});
