import { createPrng } from '@ascent/stats';
import { describe, expect, test } from 'vitest';
import { compilePlan, type RolloutPlan } from '../index.js';
import { withMeasuredDispersion } from './measured-dispersion.js';

function planWith(errorRate: Readonly<Record<string, unknown>>): RolloutPlan {
  const result = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    gates: { errorRate: { max: '1%', worseThanStableBy: '0.5%', ...errorRate } },
  });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

/** A day of ten instances, of which `bad` fail twenty times as often. */
function day(bad: number): readonly (readonly { requests: number; errors: number }[])[] {
  const prng = createPrng(5);
  return Array.from({ length: 288 }, () =>
    Array.from({ length: 10 }, (_, instance) => {
      const errors = prng.binomial(300, instance < bad ? 0.1 : 0.005);
      return { requests: 300, errors };
    }),
  );
}

describe('the dispersion of a plan', () => {
  test('is what the stable revision showed on its instances', () => {
    const plan = planWith({});
    expect(withMeasuredDispersion(plan, day(0)).gates.statistics.dispersion).toBe(1);
    expect(withMeasuredDispersion(plan, day(1)).gates.statistics.dispersion).toBeGreaterThan(3);
  });

  test('stays 1 where nobody can tell instances apart', () => {
    const plan = planWith({});
    expect(withMeasuredDispersion(plan, null)).toBe(plan);
    expect(withMeasuredDispersion(plan, []).gates.statistics.dispersion).toBe(1);
  });

  test('is the plan’s own number where it names one', () => {
    const plan = planWith({ dispersion: 2.5 });
    expect(plan.gates.statistics.dispersion).toBe(2.5);
    expect(withMeasuredDispersion(plan, day(1))).toBe(plan);
  });
});
