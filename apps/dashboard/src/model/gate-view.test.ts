import { describe, expect, test } from 'vitest';
import type { GatePlan, GateReport, Judgement } from '@ascent/core';
import { gateViews, type GateView } from './gate-view.js';

const gatePlan = { risk: { falseRollback: 0.01, missedRegression: 0.1 } } as GatePlan;

const report: GateReport = {
  name: 'errorRate',
  unit: 'ratio',
  verdict: 'undecided',
  estimate: { candidate: 0.02, stable: 0.001 },
  bounds: { candidate: { lower: 0.005, upper: 0.9 }, stable: { lower: 0, upper: 0.002 } },
  openFromMs: null,
  limit: { max: 0.01, worseThanStableBy: 0.005 },
  sample: { candidate: { requests: 50, bad: 1 }, stable: { requests: 1_000, bad: 1 } },
  window: { fromMs: 0, toMs: 1 },
  budgetUsed: 0.1,
  logE: 2.3,
  proof: { complete: false, logE: 1.15, neededLogE: 2.3, excessBelow: null },
};

function view(fields: Partial<GateReport>): GateView {
  const [first] = gateViews(
    { gates: [{ ...report, ...fields }] } as unknown as Judgement,
    gatePlan,
  );
  if (first === undefined) throw new Error('one report has one view');
  return first;
}

describe('the road of the evidence', () => {
  test('is half walked where half of the factors of ten have been gathered', () => {
    expect(view({ budgetUsed: 0.1 }).towardsBack).toBeCloseTo(0.5, 9);
    expect(view({}).towardsOn).toBeCloseTo(0.5, 9);
  });

  test('has not begun while the evidence speaks for the candidate', () => {
    expect(view({ budgetUsed: 0.0001 }).towardsBack).toBe(0);
    expect(view({ proof: { ...report.proof, logE: -3 } }).towardsOn).toBe(0);
  });

  test('is at its end where it was crossed, whatever came later', () => {
    expect(view({ verdict: 'unhealthy', budgetUsed: 0.6 }).towardsBack).toBe(1);
  });

  test('is never shown as complete before the proof is', () => {
    expect(view({ proof: { ...report.proof, logE: 2.2999 } }).towardsOn).toBeLessThan(1);
    expect(view({ proof: { ...report.proof, complete: true, logE: 0 } }).towardsOn).toBe(1);
  });
});

describe('the scale of a gate', () => {
  test('shows the limit and both estimates, and does not let wide bounds squeeze them', () => {
    const { limit, candidate, stable } = view({});
    expect(limit.at).toBeGreaterThan(0.15);
    expect(candidate.at ?? 0).toBeGreaterThan(0.3);
    expect(candidate.to).toBe(1);
    expect(stable.text).toBe('0.1 %');
  });

  test('leaves open what is not known', () => {
    const nothing = view({
      estimate: { candidate: null, stable: null },
      bounds: { candidate: null, stable: null },
    });
    expect(nothing.candidate).toMatchObject({ at: null, from: null, to: null, text: '–' });
    expect(nothing.tolerance).toBeNull();
  });
});
