import { describe, expect, it } from 'vitest';
import type { TrafficPoint } from '../world/traffic-point.js';
import { startEvidence } from './evidence.js';
import type { Evidence } from './evidence.js';
import { defaultStatistics } from './gate-plan.js';
import type { GatePlan } from './gate-plan.js';
import { judge } from './judge.js';
import { observe } from './observe.js';
import type { Observation } from './observe.js';
import type { AnomalyCode } from './traffic-interval.js';

const gatePlan: GatePlan = {
  errorRate: { maxRatio: 0.01, worseThanStableBy: 0.005 },
  latencyP95: { maxMs: 5000, worseThanStableBy: 0.25 },
  rules: [{ metric: 'errorRate', above: 0.05, forMs: 900_000 }],
  risk: { falseRollback: 0.01, missedRegression: 0.1 },
  warmUpMs: 0,
  statistics: defaultStatistics,
};

const minuteMs = 60_000;
const layout = { type: 'explicit', boundsMs: [100, 200, 400, 800] } as const;

function point(revision: 'new' | 'old', minute: number, more: Partial<TrafficPoint>): TrafficPoint {
  return {
    revision,
    startMs: (minute - 1) * minuteMs,
    endMs: minute * minuteMs,
    requests: 10,
    errors: 0,
    latency: null,
    ...more,
  };
}

function look(
  evidence: Evidence,
  points: readonly TrafficPoint[],
  more: Partial<Observation> = {},
): Evidence {
  return observe(gatePlan, evidence, {
    nowMs: 100 * minuteMs,
    stable: 'old',
    candidate: 'new',
    points,
    youngestTrustedMs: 100 * minuteMs,
    shareChangedMs: 0,
    ...more,
  });
}

const fresh = (): Evidence => startEvidence(gatePlan, { nowMs: 0 });

function counts(evidence: Evidence): Partial<Record<AnomalyCode, number>> {
  return Object.fromEntries(evidence.anomalies.map(({ code, count }) => [code, count]));
}

const bothAt = (minute: number): readonly TrafficPoint[] => [
  point('new', minute, {}),
  point('old', minute, { requests: 90 }),
];

describe('a look at the metrics', () => {
  it('uses each interval once, however often it is sent', () => {
    const once = look(fresh(), [...bothAt(1), ...bothAt(2)]);
    expect(once.watermarkMs).toBe(2 * minuteMs);
    expect(once.total.candidateRequests).toBe(20);
    expect(look(once, [...bothAt(1), ...bothAt(2)])).toEqual(once);
    expect(look(once, [...bothAt(2), ...bothAt(3)]).total.candidateRequests).toBe(30);
  });

  it('names and leaves out an interval that overlaps one it has used', () => {
    const sliding = Array.from({ length: 60 }, (_, s) => {
      const interval = { startMs: s * 1000, endMs: s * 1000 + minuteMs };
      return [
        point('new', 1, { ...interval, errors: 1 }),
        point('old', 1, { ...interval, requests: 90 }),
      ];
    }).flat();
    const after = look(fresh(), sliding);
    expect(after.total.candidateRequests).toBe(10);
    expect(counts(after)).toEqual({ 'overlapping-interval': 59 });
  });

  it('names what comes too late once, also a whole interval', () => {
    const gap = look(fresh(), [...bothAt(1), ...bothAt(3)]);
    const late = look(gap, [...bothAt(1), ...bothAt(2), ...bothAt(3)]);
    expect(counts(late)).toEqual({ 'late-point': 1 });
    expect(late.total).toEqual(gap.total);
    const again = look(late, [...bothAt(1), ...bothAt(2), ...bothAt(3)]);
    expect(counts(again)).toEqual({ 'late-point': 1 });
  });

  it('names a wrong point once, however often it is sent', () => {
    const wrong = [point('new', 1, { requests: NaN }), point('old', 1, { requests: 90 })];
    const often = [1, 2, 3].reduce((state) => look(state, [...wrong, ...bothAt(2)]), fresh());
    expect(counts(often)).toEqual({ 'not-a-number': 1, 'candidate-silent': 1 });
  });

  it.each([1e16, 2 ** 64])('takes %d requests in a minute for no count', (requests) => {
    const after = look(fresh(), [point('new', 1, { requests }), point('old', 1, {})]);
    expect(counts(after)).toMatchObject({ 'impossible-count': 1 });
    const latency = { layout, counts: [requests, 0, 0, 0, 0] };
    const slow = look(fresh(), [point('new', 1, { latency }), point('old', 1, {})]);
    expect(counts(slow)).toMatchObject({ 'impossible-count': 1 });
  });

  it.each([[[]], [[500, 100]], [[100, NaN]]])('takes bounds %j for no buckets', (boundsMs) => {
    const latency = { layout: { type: 'explicit', boundsMs }, counts: [1] } as const;
    const after = look(fresh(), [point('new', 1, { latency }), point('old', 1, {})]);
    expect(counts(after)).toMatchObject({ 'impossible-buckets': 1 });
    expect(after.latency).toBeNull();
  });

  it('comes to the same evidence whether points arrive at once, one by one or out of order', () => {
    const points = [1, 2, 3, 4, 5].flatMap((minute) => bothAt(minute));
    const atOnce = look(fresh(), points);
    const reversed = look(fresh(), points.toReversed());
    const oneByOne = [1, 2, 3, 4, 5].reduce((state, n) => look(state, bothAt(n)), fresh());
    expect(reversed).toEqual(atOnce);
    expect(oneByOne).toEqual(atOnce);
  });

  it('leaves points that may still change for the next look', () => {
    const early = look(fresh(), [...bothAt(1), ...bothAt(2)], { youngestTrustedMs: minuteMs });
    expect(early.watermarkMs).toBe(minuteMs);
    const later = look(early, bothAt(2));
    expect(later.total.candidateRequests).toBe(20);
    expect(counts(later)).toEqual({});
  });

  it('ignores what happened before the rollout and what other revisions do', () => {
    const before = startEvidence(gatePlan, { nowMs: 10 * minuteMs });
    const after = look(before, [
      ...bothAt(3),
      point('new', 11, { revision: 'older-still', errors: 10 }),
    ]);
    expect(after.total.candidateRequests + after.total.stableRequests).toBe(0);
    expect(after.anomalies).toEqual([]);
  });

  it.each([
    ['counter-went-back', { requests: -3 }],
    ['counter-went-back', { errors: -1 }],
    ['not-a-number', { requests: NaN }],
    ['not-a-number', { errors: Infinity }],
    ['not-a-number', { latency: { layout, counts: [1, NaN] } }],
    ['counter-went-back', { latency: { layout, counts: [1, -1] } }],
    ['errors-exceed-requests', { requests: 2, errors: 3 }],
    ['bad-interval', { startMs: 2 * minuteMs }],
    ['bad-interval', { startMs: NaN }],
  ] as const)('counts %s and leaves the point out: %j', (code, fault) => {
    const after = look(fresh(), [point('old', 1, {}), point('new', 1, fault)]);
    expect(counts(after)[code]).toBe(1);
    expect(after.total.candidateRequests).toBe(0);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
  });

  it('names a point sent twice in one answer, and one that came too late', () => {
    const twice = look(fresh(), [...bothAt(1), point('new', 1, { requests: 99 })]);
    expect(counts(twice)).toEqual({ 'duplicate-point': 1 });
    expect(twice.total.candidateRequests).toBe(10);
    const alone = look(fresh(), [point('old', 1, {}), ...bothAt(2)]);
    const late = look(alone, [point('new', 1, { errors: 10 })]);
    expect(counts(late)['late-point']).toBe(1);
    expect(late.total.candidateErrors).toBe(0);
  });

  it('tells a silent candidate from a silent service', () => {
    const after = look(fresh(), [
      point('old', 1, {}),
      point('old', 2, { requests: 0 }),
      point('new', 2, { requests: 0 }),
    ]);
    expect(counts(after)).toEqual({ 'candidate-silent': 1, 'zero-requests': 1 });
    const judged = judge(gatePlan, after, { nowMs: 3 * minuteMs, sharePercent: 10 });
    expect(judged.verdict).toBe('undecided');
    expect(judged.reason).toEqual({ code: 'no-requests' });
  });

  it('says that nothing was measured when no point came at all', () => {
    const judged = judge(gatePlan, fresh(), { nowMs: 20 * minuteMs, sharePercent: 10 });
    expect(judged.reason).toEqual({ code: 'no-points' });
    expect(judged.dataAgeMs).toBe(20 * minuteMs);
  });

  it('leaves an interval out that spans a change of share, and never pools across it', () => {
    const before = look(fresh(), [
      point('new', 1, { requests: 1 }),
      point('old', 1, { requests: 9 }),
    ]);
    expect(before.errors.open.candidateRequests).toBe(1);
    const changed = look(before, [...bothAt(2), ...bothAt(3)], { shareChangedMs: 1.5 * minuteMs });
    expect(counts(changed)['spans-share-change']).toBe(1);
    expect(changed.total.candidateRequests).toBe(11);
    expect(changed.stage.candidateRequests).toBe(10);
    expect(changed.shareChangedMs).toBe(1.5 * minuteMs);
  });

  it('uses points of the old share that become trusted only after the change', () => {
    const early = look(fresh(), bothAt(1), {
      shareChangedMs: 3 * minuteMs,
      youngestTrustedMs: minuteMs,
    });
    const later = look(early, [...bothAt(2), ...bothAt(3), ...bothAt(4)], {
      shareChangedMs: 3 * minuteMs,
    });
    expect(later.total.candidateRequests).toBe(40);
    expect(later.stage.candidateRequests).toBe(10);
    expect(counts(later)).toEqual({});
  });

  it('proves safety anew at each share and keeps the budget of the whole rollout', () => {
    const failing = [1, 2, 3].flatMap((n) => [
      point('new', n, { requests: 60, errors: 2 }),
      point('old', n, { requests: 540, errors: 2 }),
    ]);
    const before = look(fresh(), failing);
    const after = look(before, bothAt(5), { shareChangedMs: 4 * minuteMs });
    expect(after.errors.relative.logBets.length).toBe(before.errors.relative.logBets.length);
    expect(after.peakLogE).toBe(before.peakLogE);
    expect(before.peakLogE).toBeGreaterThan(0);
    const own = after.errors.safety.find(({ difference }) => difference === 0.005);
    expect(own?.test.pastStableRequests).toBeGreaterThan(1600);
    expect(own?.test.logE).toBeLessThan(1);
  });

  it('goes on from a record that holds empty buckets at the end, as older ones do, to the same evidence', () => {
    const filled = (histogram: readonly number[]): readonly number[] =>
      layout.boundsMs.map((_, bucket) => histogram[bucket] ?? 0).concat(0);
    const slower = (minutes: readonly number[]): readonly TrafficPoint[] =>
      minutes.flatMap((n) => [
        point('new', n, { latency: { layout, counts: [0, 4, 6] } }),
        point('old', n, { requests: 90, latency: { layout, counts: [60, 30] } }),
      ]);
    const before = look(fresh(), slower([1, 2, 3]));
    const { latency, recent } = before;
    if (latency === null) throw new Error('there is no latency');
    expect(latency.relative.stableHistory).toEqual([180, 90]);
    const own = filled(recent.young.candidate.latency ?? []);
    const rest = filled(recent.young.stable.latency ?? []);
    const older: Evidence = {
      ...before,
      latency: {
        ...latency,
        relative: { ...latency.relative, stableHistory: filled(latency.relative.stableHistory) },
        open: { candidate: filled([]), stable: filled([]), warm: false },
      },
      recent: {
        ...recent,
        young: {
          ...recent.young,
          candidate: { ...recent.young.candidate, latency: own },
          stable: { ...recent.young.stable, latency: rest },
        },
      },
    };
    const next = look(before, slower([4, 5]));
    const same = look(older, slower([4, 5]));
    expect(same.latency?.relative.logBets).toEqual(next.latency?.relative.logBets);
    expect(same.latency?.safetyLogE).toBe(next.latency?.safetyLogE);
    expect(same.latency?.relative.stableHistory).toEqual(
      filled(next.latency?.relative.stableHistory ?? []),
    );
  });

  it('notices when the histogram gets other buckets, and carries the evidence on', () => {
    const slow = (minute: number, bounds: readonly number[]): readonly TrafficPoint[] => {
      const other = { type: 'explicit', boundsMs: bounds } as const;
      return [
        point('new', minute, { latency: { layout: other, counts: [0, 2, 8] } }),
        point('old', minute, { requests: 90, latency: { layout: other, counts: [80, 10] } }),
      ];
    };
    const before = look(
      fresh(),
      [1, 2, 3].flatMap((n) => slow(n, [100, 200, 400, 800])),
    );
    const after = look(before, slow(4, [100, 300, 900]));
    expect(counts(after)['histogram-layout-changed']).toBe(1);
    expect(after.latency?.relative.logBets).toEqual(before.latency?.relative.logBets);
    expect(after.latency?.relative.stableHistory).toEqual([80, 10]);
  });

  it('leaves latency out where the revisions count in different buckets, and keeps the errors', () => {
    const after = look(fresh(), [
      point('new', 1, { latency: { layout, counts: [10] } }),
      point('old', 1, {
        latency: { layout: { type: 'explicit', boundsMs: [50, 500] }, counts: [10] },
      }),
    ]);
    expect(counts(after)).toEqual({ 'histogram-layout-changed': 1 });
    expect(after.latency).toBeNull();
    expect(after.total.candidateRequests).toBe(10);
  });

  it('forgives cold starts after the first request and after each change of share', () => {
    const patient: GatePlan = { ...gatePlan, warmUpMs: 3 * minuteMs };
    const cold = [1, 2, 3].flatMap((n) => [
      point('new', n, { requests: 60, errors: 4 }),
      point('old', n, { requests: 540, errors: 6 }),
    ]);
    const observation = {
      nowMs: 0,
      stable: 'old',
      candidate: 'new',
      points: cold,
      youngestTrustedMs: 100 * minuteMs,
      shareChangedMs: 0,
    };
    expect(observe(patient, startEvidence(patient, { nowMs: 0 }), observation).crossing).toBeNull();
    expect(observe(gatePlan, fresh(), observation).crossing).not.toBeNull();
  });

  it('catches a broken candidate during warm-up all the same', () => {
    const patient: GatePlan = { ...gatePlan, warmUpMs: 3 * minuteMs };
    const after = observe(patient, startEvidence(patient, { nowMs: 0 }), {
      nowMs: 0,
      stable: 'old',
      candidate: 'new',
      points: [point('new', 1, { errors: 10 }), point('old', 1, { requests: 90 })],
      youngestTrustedMs: 100 * minuteMs,
      shareChangedMs: 0,
    });
    expect(after.crossing?.atMs).toBe(minuteMs);
  });

  it('judges by limits alone at a share of 100 %, and says so', () => {
    const good = Array.from({ length: 30 }, (_, n) => point('new', n + 1, { requests: 30 }));
    const healthyPlan: GatePlan = { ...gatePlan, latencyP95: null };
    const evidence = observe(healthyPlan, startEvidence(healthyPlan, { nowMs: 0 }), {
      nowMs: 0,
      stable: 'old',
      candidate: 'new',
      points: good,
      youngestTrustedMs: 100 * minuteMs,
      shareChangedMs: 0,
    });
    const judged = judge(healthyPlan, evidence, { nowMs: 0, sharePercent: 100 });
    expect(judged.verdict).toBe('healthy');
    expect(judged.guarantee).toBe('limits-only');
    expect(judged.explanation).toContain('no old revision serves beside it to compare with');
    const bad = look(fresh(), [point('new', 1, { requests: 30, errors: 12 })]);
    const worse = judge(gatePlan, bad, { nowMs: 0, sharePercent: 100 });
    expect(worse.reason.code).toBe('above-limit');
  });
});
