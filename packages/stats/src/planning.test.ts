import { describe, expect, it } from 'vitest';
import { DomainError } from './domain.js';
import { latencyWalk } from './latency-planning.js';
import { logNormalTail } from './normal-tail.js';
import {
  errorWalk,
  limitWalk,
  passageMean,
  passageProbability,
  passageQuantile,
  safetyWalk,
  steppedPassageQuantile,
} from './planning.js';

const scenario = { stableRate: 0.001, candidateRate: 0.01, share: 0.1, risk: 0.01, weight: 0.5 };

describe('planning', () => {
  it('needs fewer requests for a worse candidate', () => {
    const rates = [0.005, 0.01, 0.02, 0.05, 0.2, 1];
    const means = rates.map((candidateRate) =>
      passageMean(errorWalk({ ...scenario, candidateRate })),
    );
    expect(means).toEqual(means.toSorted((a, b) => b - a));
  });

  it('has quantiles and probabilities that are each other’s inverse', () => {
    const walk = errorWalk(scenario);
    for (const probability of [0.01, 0.5, 0.9, 0.999]) {
      const requests = passageQuantile(walk, probability);
      expect(passageProbability(walk, requests)).toBeCloseTo(probability, 9);
    }
    expect(passageProbability(walk, 0)).toBe(0);
  });

  it('plans the proof of safety near the clean bound ln(1 / risk) / −ln(1 − difference)', () => {
    const walk = safetyWalk({ rate: 1e-5, difference: 0.01, share: 0.01, risk: 0.05 });
    expect(passageMean(walk)).toBeGreaterThan(298);
    expect(passageMean(walk)).toBeLessThan(330);
  });

  it('plans for one revision alone against a limit, from above and from below', () => {
    expect(passageMean(limitWalk({ rate: 1, limit: 0.01, height: Math.log(100) }))).toBeCloseTo(1);
    expect(limitWalk({ rate: 0, limit: 0.01, height: 1 }).drift).toBeCloseTo(-Math.log(0.99));
    expect(() => limitWalk({ rate: 0.01, limit: 0.01, height: 1 })).toThrow(DomainError);
  });

  it('plans for slower histograms, and says when they are not slower', () => {
    const stable = [10, 50, 200, 400, 200, 80, 40, 15, 4, 1];
    const base = { stable, share: 0.1, risk: 0.01, weight: 0.3 };
    const slower = latencyWalk({ ...base, candidate: [0, ...stable.slice(0, 9)] });
    const slowest = latencyWalk({ ...base, candidate: [0, 0, 0, ...stable.slice(0, 7)] });
    expect(slower).not.toBeNull();
    expect(slowest).not.toBeNull();
    if (slower === null || slowest === null) return;
    expect(passageMean(slowest)).toBeLessThan(passageMean(slower));
    expect(latencyWalk({ ...base, candidate: stable })).toBeNull();
    expect(() => latencyWalk({ ...base, candidate: [1] })).toThrow(DomainError);
  });

  it('has the quantiles of a gamma law for a walk of a few large steps', () => {
    // Four steps of one failure each, one failure in ten requests: Γ(4) has its median at 3.672, nine of ten at 6.681.
    const walk = { drift: 0.1, variance: 0.1, height: 4 };
    expect(steppedPassageQuantile(walk, 0.5)).toBeCloseTo(36.72, 0);
    expect(steppedPassageQuantile(walk, 0.9)).toBeCloseTo(66.81, 0);
    expect(steppedPassageQuantile({ ...walk, variance: 0 }, 0.9)).toBe(40);
  });

  it('refuses a candidate that is not worse, and rates outside 0 … 1', () => {
    expect(() => errorWalk({ ...scenario, candidateRate: 0.001 })).toThrow(
      'candidateRate must be above stableRate (0.001) and at most 1, but is 0.001.',
    );
    expect(() => errorWalk({ ...scenario, stableRate: 0 })).toThrow(DomainError);
    expect(() => errorWalk({ ...scenario, share: 1 })).toThrow(DomainError);
    expect(() => passageQuantile(errorWalk(scenario), 1)).toThrow(DomainError);
    expect(() => safetyWalk({ rate: 0.1, difference: 1, share: 0.1, risk: 0.1 })).toThrow(
      DomainError,
    );
  });

  it.each([
    [0, -0.6931471805599453],
    [1, -1.8410216450092634],
    [-1, -0.1727537790234499],
    [3, -6.607726221510348],
    [10, -53.23128515051246],
    [35, -616.9751012619224],
  ])('has ln P(Z > %f) right', (z, expected) => {
    // Expected values: C's erfc.
    expect(Math.abs(logNormalTail(z) - expected)).toBeLessThan(1e-12 * Math.abs(expected));
  });
});
