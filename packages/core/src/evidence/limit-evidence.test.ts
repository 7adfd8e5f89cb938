import { createPrng } from '@ascent/stats';
import { describe, expect, it } from 'vitest';
import { absorbLimit, limitLogE, startLimitEvidence } from './limit-evidence.js';
import type { LimitEvidence, LimitOptions } from './limit-evidence.js';

const options: LimitOptions = {
  limit: 0.01,
  toleratedOddsRatio: 1,
  logThreshold: Math.log(500),
  dispersion: 1,
};

type World = {
  readonly candidateRate: number;
  readonly stableRate: number;
  readonly candidate: number;
  readonly stable: number;
};

/** Minutes of traffic; ends where the test alone would roll back. */
function pass(
  { candidateRate, stableRate, candidate, stable }: World,
  {
    seed,
    minutes,
    from = startLimitEvidence(),
  }: { seed: number; minutes: number; from?: LimitEvidence },
): { readonly evidence: LimitEvidence; readonly failed: number; readonly crossed: boolean } {
  const prng = createPrng(seed);
  let evidence = from;
  let failed = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    const own = { requests: candidate, errors: prng.binomial(candidate, candidateRate) };
    const old = { requests: stable, errors: prng.binomial(stable, stableRate) };
    failed += own.errors;
    evidence = absorbLimit(evidence, { candidate: own, stable: old }, options);
    if (limitLogE(evidence) >= options.logThreshold) return { evidence, failed, crossed: true };
  }
  return { evidence, failed, crossed: false };
}

describe('the limit', () => {
  it.each([
    { rate: 0.015, candidate: 30, stable: 30 },
    { rate: 0.02, candidate: 30, stable: 30 },
    { rate: 0.05, candidate: 30, stable: 30 },
    { rate: 0.02, candidate: 57, stable: 3 },
    { rate: 0.015, candidate: 60, stable: 540 },
  ])('is no reason to go back where both revisions are above it alike: %j', (world) => {
    const { rate, candidate, stable } = world;
    const both = { candidateRate: rate, stableRate: rate, candidate, stable };
    const runs = Array.from({ length: 40 }, (_, seed) => pass(both, { seed, minutes: 720 }));
    expect(runs.filter(({ crossed }) => crossed).length).toBeLessThanOrEqual(1);
  });

  it('sends a broken release back after a few failures', () => {
    const broken = { candidateRate: 1, stableRate: 0.001, candidate: 1, stable: 9 };
    const runs = Array.from({ length: 40 }, (_, seed) => pass(broken, { seed, minutes: 60 }));
    expect(runs.every(({ crossed, failed }) => crossed && failed <= 4)).toBe(true);
  });

  it('still holds where nothing serves beside the candidate', () => {
    const alone = { candidateRate: 0.03, stableRate: 0, candidate: 60, stable: 0 };
    expect(pass(alone, { seed: 1, minutes: 120 }).crossed).toBe(true);
    const keeping = { ...alone, candidateRate: 0.008 };
    expect(pass(keeping, { seed: 1, minutes: 1440 }).crossed).toBe(false);
  });

  it('is not switched off for good by an incident in the last minute of the stable revision', () => {
    const well = { candidateRate: 0.001, stableRate: 0.001, candidate: 30, stable: 30 };
    const calm = pass(well, { seed: 2, minutes: 59 }).evidence;
    const incident = { ...well, candidateRate: 0.2, stableRate: 0.2 };
    const from = pass(incident, { seed: 3, minutes: 1, from: calm }).evidence;
    const broken = { candidateRate: 1, stableRate: 0, candidate: 60, stable: 0 };
    expect(pass(broken, { seed: 4, minutes: 10, from }).crossed).toBe(true);
  });
});
