import { describe, expect, it } from 'vitest';
import { DomainError } from './domain.js';
import { errorForfeit, limitForfeit } from './warm-up-planning.js';

describe('what a warm-up costs', () => {
  it('is nothing gained and nothing lost where nothing is forgiven', () => {
    expect(limitForfeit({ rate: 0.05, limit: 0.01, toleratedOddsRatio: 1 })).toBeCloseTo(-1, 12);
    const scenario = { stableRate: 0.001, candidateRate: 0.05, share: 0.1, toleratedOddsRatio: 1 };
    expect(errorForfeit(scenario)).toBeCloseTo(-1, 12);
  });

  it('is won back for a long time by a candidate within what is forgiven, and spared by a broken one', () => {
    const within = limitForfeit({ rate: 0.02, limit: 0.01, toleratedOddsRatio: 8 });
    expect(within).toBeGreaterThan(1);
    expect(limitForfeit({ rate: 1, limit: 0.01, toleratedOddsRatio: 8 })).toBeLessThan(0);
    const scenario = { stableRate: 0.001, share: 0.1, toleratedOddsRatio: 8 };
    const small = errorForfeit({ ...scenario, candidateRate: 0.003 });
    expect(small).toBeGreaterThan(errorForfeit({ ...scenario, candidateRate: 0.05 }));
  });

  it('is endless where no bet ever wins', () => {
    expect(limitForfeit({ rate: 0.001, limit: 0.01, toleratedOddsRatio: 8 })).toBe(Infinity);
  });

  it('refuses rates that are none', () => {
    const bad = { limit: 0.01, toleratedOddsRatio: 8 };
    expect(() => limitForfeit({ ...bad, rate: 1.1 })).toThrow(DomainError);
    expect(() => limitForfeit({ ...bad, rate: 0.1, toleratedOddsRatio: 0.5 })).toThrow(DomainError);
    const worse = { stableRate: 0, candidateRate: 0.1, share: 0.1, toleratedOddsRatio: 8 };
    expect(() => errorForfeit(worse)).toThrow(DomainError);
  });
});
