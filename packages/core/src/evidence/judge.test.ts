import { createPrng } from '@ascent/stats';
import { describe, expect, it } from 'vitest';
import type { TrafficPoint } from '../world/traffic-point.js';
import { startEvidence } from './evidence.js';
import type { Evidence } from './evidence.js';
import { defaultStatistics } from './gate-plan.js';
import type { GatePlan } from './gate-plan.js';
import { judge } from './judge.js';
import { observe } from './observe.js';

const errorsOnly: GatePlan = {
  errorRate: { maxRatio: 0.05, worseThanStableBy: 0.1 },
  latencyP95: null,
  rules: [],
  risk: { falseRollback: 0.01, missedRegression: 0.1 },
  warmUpMs: 0,
  statistics: defaultStatistics,
};

const layout = {
  type: 'exponential',
  scaleMs: 10,
  growthFactor: 1.1,
  finiteBuckets: 66,
} as const;

type Arm = { readonly requests: number; readonly errors: number };

/** One second of both revisions. */
function second(endMs: number, candidate: Arm, stable: Arm): readonly TrafficPoint[] {
  const point = { startMs: endMs - 1000, endMs, latency: null };
  return [
    { ...point, revision: 'new', ...candidate },
    { ...point, revision: 'old', ...stable },
  ];
}

/** Seconds of traffic at 10 %, one call of observe each. */
function watch(
  gatePlan: GatePlan,
  seconds: number,
  draw: (second: number) => readonly [Arm, Arm],
): Evidence {
  let evidence = startEvidence(gatePlan, { nowMs: 0 });
  for (let s = 1; s <= seconds; s += 1) {
    const [candidate, stable] = draw(s);
    evidence = observe(gatePlan, evidence, {
      nowMs: s * 1000,
      stable: 'old',
      candidate: 'new',
      points: second(s * 1000, candidate, stable),
      youngestTrustedMs: s * 1000,
      shareChangedMs: 0,
    });
  }
  return evidence;
}

const at = (nowMs: number, sharePercent = 10): { nowMs: number; sharePercent: number } => ({
  nowMs,
  sharePercent,
});

describe('a judgement', () => {
  it('is plain data to JSON, to a copy and to a reader, whoever reads it first', () => {
    const evidence = watch(errorsOnly, 10, () => [
      { requests: 5, errors: 0 },
      { requests: 45, errors: 0 },
    ]);
    const first = judge(errorsOnly, evidence, at(10_000));
    const { gates, explanation } = first;
    expect(gates).toMatchObject([{ name: 'errorRate', verdict: 'healthy' }]);
    expect(explanation).toMatch(/90 % sure/);
    const again = (): unknown => judge(errorsOnly, evidence, at(10_000));
    expect({ ...first }).toStrictEqual({ ...first, gates, explanation });
    expect(JSON.parse(JSON.stringify(again()))).toStrictEqual({ ...first });
    expect(structuredClone(again())).toStrictEqual({ ...first });
  });
});

describe('the verdict', () => {
  it('says that a release is surely worse where the whole budget speaks against it, but not by more than the plan allows', () => {
    const gatePlan: GatePlan = {
      ...errorsOnly,
      errorRate: { maxRatio: 0.5, worseThanStableBy: 0.05 },
    };
    const evidence = watch(gatePlan, 60, (s) => [
      { requests: 5, errors: s % 8 === 0 ? 1 : 0 },
      { requests: 45, errors: 0 },
    ]);
    const judgement = judge(gatePlan, evidence, at(60_000));
    expect(judgement).toMatchObject({ verdict: 'undecided', budgetUsed: 1 });
    expect(judgement.explanation).toMatch(/worse/);
    expect(judgement.explanation).not.toMatch(/not enough to roll back/);
  });

  it('is healthy within a demo of ten seconds when nothing fails', () => {
    const evidence = watch(errorsOnly, 10, () => [
      { requests: 5, errors: 0 },
      { requests: 45, errors: 0 },
    ]);
    const judgement = judge(errorsOnly, evidence, at(10_000));
    expect(judgement.verdict).toBe('healthy');
    expect(judgement.sharePercentServed).toBeCloseTo(10);
    expect(judgement.explanation).toBe(
      'The new revision fails 0 % of requests (0 of 50), the old one 0 % (0 of 450): 90 % sure that it fails at most 10 percentage points more than the old one.',
    );
  });

  it('is unhealthy soon after the candidate begins to fail, and says how sure it is', () => {
    const prng = createPrng(7);
    const evidence = watch(errorsOnly, 20, () => [
      { requests: 5, errors: prng.binomial(5, 0.3) },
      { requests: 45, errors: prng.binomial(45, 0.002) },
    ]);
    const judgement = judge(errorsOnly, evidence, at(20_000));
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason.code).toBe('worse-than-stable');
    expect(evidence.crossing?.atMs).toBeLessThanOrEqual(6000);
    expect(judgement.explanation).toMatch(
      /^The new revision fails \d+ % of requests \(\d+ of 100\), the old one 0\.\d+ % \(\d of 900\); there is less than 1 chance in [\d,]+ that this is luck\.$/,
    );
  });

  it('does not blame the release for an outage that hits both revisions', () => {
    const evidence = watch(errorsOnly, 60, () => [
      { requests: 10, errors: 5 },
      { requests: 90, errors: 45 },
    ]);
    const judgement = judge(errorsOnly, evidence, at(60_000));
    expect(judgement.verdict).toBe('undecided');
    expect(judgement.reason).toEqual({ code: 'limit-exceeded', gate: 'errorRate' });
    expect(judgement.explanation).toContain('as the old one is: this is not blamed on the release');
  });

  it('does not take requests beside which no stable one was served for a comparison with it', () => {
    const evidence = watch(errorsOnly, 60, () => [none(20), none(0)]);
    expect(judge(errorsOnly, evidence, at(60_000, 95))).toMatchObject({
      verdict: 'undecided',
      reason: { code: 'not-enough-requests' },
    });
    expect(judge(errorsOnly, evidence, at(60_000, 100)).verdict).toBe('healthy');
  });

  it('compares at a share of 100 % too while users stick to the stable revision', () => {
    const evidence = watch(errorsOnly, 30, () => [none(20), none(5)]);
    expect(judge(errorsOnly, evidence, at(30_000, 100))).toMatchObject({
      verdict: 'healthy',
      gates: [{ proof: { complete: true } }],
    });
  });

  it('says nothing against a release before its first block', () => {
    const evidence = watch(errorsOnly, 1, () => [none(1), none(4)]);
    expect(judge(errorsOnly, evidence, at(1000)).reason.code).toBe('not-enough-requests');
  });

  it('needs no proof of a difference of nothing, only that nothing speaks against', () => {
    const gatePlan: GatePlan = {
      ...errorsOnly,
      errorRate: { maxRatio: 0.05, worseThanStableBy: 0 },
    };
    const evidence = watch(gatePlan, 30, () => [none(5), none(45)]);
    expect(judge(gatePlan, evidence, at(30_000)).verdict).toBe('healthy');
  });

  it('is not healthy while nothing of the old revision is measured, and says that it may be the metrics', () => {
    for (const worseThanStableBy of [0, 0.1]) {
      const gatePlan: GatePlan = {
        ...errorsOnly,
        errorRate: { maxRatio: 0.05, worseThanStableBy },
      };
      const evidence = watch(gatePlan, 60, () => [none(50), none(0)]);
      const judgement = judge(gatePlan, evidence, at(60_000));
      expect(judgement).toMatchObject({ verdict: 'undecided', guarantee: 'compared' });
      expect(judgement.explanation).toContain('its metrics are missing');
      expect(judgement.explanation).not.toMatch(/serves beside|more requests are needed/);
    }
  });

  it('never says 0 % of what happened, nor 100 % of what did not always', () => {
    const rare = watch(errorsOnly, 60, (s) => [
      { requests: 5000, errors: s === 1 ? 1 : 0 },
      none(0),
    ]);
    expect(judge(errorsOnly, rare, at(60_000, 100)).explanation).toContain(
      '0.0003 % of requests (1',
    );
    const often = watch(errorsOnly, 20, (s) => [
      { requests: 50, errors: s === 1 ? 49 : 50 },
      none(450),
    ]);
    expect(judge(errorsOnly, often, at(20_000)).explanation).toContain('99.9 % of requests (999');
    const sure: GatePlan = {
      ...errorsOnly,
      risk: { falseRollback: 0.01, missedRegression: 0.004 },
    };
    const good = watch(sure, 60, () => [none(5), none(45)]);
    expect(judge(sure, good, at(60_000)).explanation).toContain('99.6 % sure');
  });

  it('survives JSON at every step and goes on as if nothing had happened', () => {
    const draw = (s: number): readonly [Arm, Arm] => [
      { requests: 5, errors: s % 4 === 0 ? 1 : 0 },
      { requests: 45, errors: s % 9 === 0 ? 1 : 0 },
    ];
    const whole = watch(errorsOnly, 40, draw);
    let revived = startEvidence(errorsOnly, { nowMs: 0 });
    for (let s = 1; s <= 40; s += 1) {
      const [candidate, stable] = draw(s);
      revived = JSON.parse(
        JSON.stringify(
          observe(errorsOnly, revived, {
            nowMs: s * 1000,
            stable: 'old',
            candidate: 'new',
            points: second(s * 1000, candidate, stable),
            youngestTrustedMs: s * 1000,
            shareChangedMs: 0,
          }),
        ),
      ) as Evidence;
    }
    expect(revived).toEqual(whole);
  });

  it('judges latency against the stable revision, beyond the tolerance', () => {
    const gatePlan: GatePlan = {
      ...errorsOnly,
      latencyP95: { maxMs: 5000, worseThanStableBy: 0.25 },
    };
    const judged = (slowBuckets: number): ReturnType<typeof judge> => {
      const prng = createPrng(11);
      const histogram = (requests: number, shift: number): readonly number[] => {
        const counts = Array.from({ length: 68 }, () => 0);
        for (let n = 0; n < requests; n += 1) {
          const bucket = Math.round(25 + shift + 5 * prng.normal());
          counts[bucket] = (counts[bucket] ?? 0) + 1;
        }
        return counts;
      };
      let evidence = startEvidence(gatePlan, { nowMs: 0 });
      const points = Array.from({ length: 30 }, (_, s) => {
        const [candidate, stable] = second((s + 1) * 1000, none(6), none(54));
        return [
          { ...candidate, latency: { layout, counts: histogram(6, slowBuckets) } },
          { ...stable, latency: { layout, counts: histogram(54, 0) } },
        ] as readonly TrafficPoint[];
      }).flat();
      evidence = observe(gatePlan, evidence, {
        nowMs: 30_000,
        stable: 'old',
        candidate: 'new',
        points,
        youngestTrustedMs: 30_000,
        shareChangedMs: 0,
      });
      return judge(gatePlan, evidence, at(30_000));
    };
    expect(judged(0).verdict).toBe('healthy');
    expect(judged(15).verdict).toBe('unhealthy');
    expect(judged(15).reason.code).toBe('slower-than-stable');
  });
});

function none(requests: number): Arm {
  return { requests, errors: 0 };
}
