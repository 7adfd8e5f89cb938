import { describe, expect, it } from 'vitest';
import { forecast } from './forecast.js';
import { deadLimits } from './forecast-proof.js';
import type { ForecastWorld } from './forecast-scene.js';
import { slowedCounts } from './forecast-sight.js';
import { defaultStatistics } from './gate-plan.js';
import type { GatePlan } from './gate-plan.js';

const gatePlan: GatePlan = {
  errorRate: { maxRatio: 0.01, worseThanStableBy: 0.005 },
  latencyP95: { maxMs: 5000, worseThanStableBy: 0.19 },
  rules: [],
  risk: { falseRollback: 0.01, missedRegression: 0.1 },
  warmUpMs: 0,
  statistics: defaultStatistics,
};
const hour = 3_600_000;
const canary = { name: 'canary', sharePercent: 10, holdMinMs: 4 * hour, holdMaxMs: 6 * hour };
const at = (requestsPerMinute: number) => ({ requestsPerMinute, errorRate: 0.001, latency: null });

describe('a forecast', () => {
  it('says how many requests a stage will see', () => {
    const [stage] = forecast(gatePlan, [canary], at(5));
    expect(stage?.candidateRequests).toEqual({ inHoldMin: 120, inHoldMax: 180 });
  });

  it('says what is blind at one request a minute, and what to change', () => {
    const [stage] = forecast(gatePlan, [canary], at(1));
    expect(stage?.verdict).toBe('undecidable');
    expect(stage?.advice.map(({ type }) => type)).toContain('hold-longer');
    expect(stage?.smallestRateSeen ?? 0).toBeGreaterThan(0.1);
    expect(stage?.failureRates.at(-1)?.time).not.toBeNull();
  });

  it('holds for a service that has not failed once', () => {
    const stops = [10, 100].map((sharePercent) => ({
      ...canary,
      sharePercent,
      holdMaxMs: 48 * hour,
    }));
    for (const requestsPerMinute of [1, 50, 6_000]) {
      const stages = forecast(gatePlan, stops, { requestsPerMinute, errorRate: 0, latency: null });
      expect(stages.every(({ smallestRateSeen }) => (smallestRateSeen ?? 1) > 0)).toBe(true);
    }
  });

  it('sees smaller regressions with more traffic, and sooner', () => {
    const seen = [1, 5, 60, 600].map(
      (rate) => forecast(gatePlan, [canary], at(rate))[0]?.smallestRateSeen ?? 1,
    );
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    const times = forecast(gatePlan, [canary], at(60))[0]?.failureRates ?? [];
    const medians = times.map(({ time }) => time?.medianMs ?? Infinity);
    expect(medians).toEqual(medians.toSorted((a, b) => b - a));
    expect(forecast(gatePlan, [canary], at(600))[0]?.verdict).toBe('decidable');
  });

  it('knows that at 0 % nothing is measured and that at 100 % only the limit is left', () => {
    const [smoke, full] = forecast(
      gatePlan,
      [
        { ...canary, name: 'smoke', sharePercent: 0 },
        { ...canary, name: 'full', sharePercent: 100 },
      ],
      at(60),
    );
    expect(smoke?.verdict).toBe('not-measured');
    expect(smoke?.smallestRateSeen).toBeNull();
    expect(full?.failureRates[0]?.time).toBeNull();
    expect(full?.failureRates[2]?.time).not.toBeNull();
  });

  it('forecasts slowdowns from today’s latencies, and none that the tolerance forgives', () => {
    const layout = {
      type: 'exponential',
      scaleMs: 1,
      growthFactor: 2 ** 0.25,
      finiteBuckets: 62,
    } as const;
    const counts = Array.from({ length: 64 }, (_, j) =>
      Math.round(1000 * Math.exp(-(((j - 23) / 4.6) ** 2) / 2)),
    );
    const [stage] = forecast(gatePlan, [canary], {
      ...at(60),
      latency: { layout, counts },
    });
    const medians = (stage?.slowdowns ?? []).map(({ time }) => time?.medianMs ?? Infinity);
    expect(medians[2]).toBeLessThan(medians[1] ?? 0);
    expect(medians[1]).toBeLessThan(hour);
    expect(medians[0]).toBeGreaterThan(4 * hour);
  });

  it('moves a histogram by a factor without losing a request', () => {
    const layout = { type: 'explicit', boundsMs: [100, 200, 400] } as const;
    expect(slowedCounts(layout, [10, 10, 10, 1], 2)).toEqual([5, 5, 10, 11]);
  });
});

/** The first stage's forecast. */
function seen(plan: GatePlan, world: Partial<ForecastWorld>, sharePercent = 10) {
  const [stage] = forecast(plan, [{ ...canary, sharePercent }], { ...at(60), ...world });
  if (stage === undefined) throw new Error('one stage has one forecast');
  return stage;
}

function medianOf(stage: ReturnType<typeof seen>, rate: number): number {
  return stage.failureRates.find((row) => row.rate === rate)?.time?.medianMs ?? Infinity;
}

const minute = 60_000;
const errorsOnly: GatePlan = { ...gatePlan, latencyP95: null };
const fineBuckets = Array.from({ length: 60 }, (_, j) => 50 * (j + 1));
/** Nine of ten within 200 ms, the p95 near 300 ms, none above 400 ms. */
const inBuckets = (boundsMs: readonly number[]): ForecastWorld['latency'] => {
  const counts = [...boundsMs, Infinity].map((upper, j) => {
    const lower = boundsMs[j - 1] ?? 0;
    const below = (ms: number): number =>
      1_000 * Math.min(1, ms < 200 ? (0.9 * ms) / 200 : 0.8 + ms / 2_000);
    return Math.round(below(upper) - below(lower));
  });
  return { layout: { type: 'explicit', boundsMs }, counts };
};

describe('a forecast of a service in trouble', () => {
  it('is made for a stable revision that fails everything, and promises nothing', () => {
    for (const sharePercent of [10, 100]) {
      const stage = seen(gatePlan, { errorRate: 1 }, sharePercent);
      expect(stage.verdict).toBe('undecidable');
      expect(stage.smallestRateSeen).toBeNull();
      expect(medianOf(stage, 1)).toBe(Infinity);
      expect(stage.proof).toBeNull();
    }
  });

  it('says that no candidate can go on where the stable revision fails more than the limit', () => {
    const stage = seen(gatePlan, { errorRate: 0.03 });
    expect(stage).toMatchObject({ verdict: 'undecidable', proof: null });
    expect(stage.obstacle).toEqual({ type: 'stable-above-limit', errorRate: 0.03, maxRatio: 0.01 });
  });

  it('never promises to send back a candidate that fails no more than the stable revision', () => {
    for (const sharePercent of [10, 100]) {
      const stage = seen(gatePlan, { errorRate: 0.05 }, sharePercent);
      expect(medianOf(stage, 0.02)).toBe(Infinity);
      expect(medianOf(stage, 0.05)).toBe(Infinity);
      expect(medianOf(stage, 0.2)).toBeLessThan(hour);
    }
  });
});

describe('what is tolerated', () => {
  const lenient = { ...gatePlan, errorRate: { maxRatio: 0.1, worseThanStableBy: 0.05 } };

  it('is not promised to be sent back', () => {
    const stage = seen(lenient, { requestsPerMinute: 6_000 });
    expect(medianOf(stage, 0.05)).toBe(Infinity);
    expect(medianOf(stage, 0.2)).toBeLessThan(hour);
    expect(stage.smallestRateSeen).toBeCloseTo(0.051, 4);
  });

  it('is still sent back above the limit', () => {
    const strict = { ...lenient, errorRate: { maxRatio: 0.01, worseThanStableBy: 0.05 } };
    expect(medianOf(seen(strict, { requestsPerMinute: 6_000 }), 0.02)).toBeLessThan(hour);
  });

  it('needs no proof where it is nothing, and leaves nothing to prove where it is everything', () => {
    const with_ = (worseThanStableBy: number): GatePlan => ({
      ...gatePlan,
      errorRate: { maxRatio: 1, worseThanStableBy },
    });
    expect(seen(with_(0), {}).verdict).toBe('decidable');
    expect(seen(with_(1), {}).obstacle?.type).toBe('boundless-tolerance');
  });
});

describe('the proof that latency is good', () => {
  const latencyOnly: GatePlan = { ...gatePlan, errorRate: null };

  it('is asked for beside that of errors: the slower of both counts', () => {
    const latency = inBuckets(fineBuckets);
    const errors = seen(errorsOnly, { latency }).proof?.medianMs ?? 0;
    const both = seen(gatePlan, { latency }).proof?.medianMs ?? 0;
    const alone = seen(latencyOnly, { latency }).proof?.medianMs ?? 0;
    expect(alone).toBeGreaterThan(0);
    expect(both).toBe(Math.max(errors, alone));
  });

  it('cannot be had in coarse buckets, and then says what would help', () => {
    const stage = seen(latencyOnly, { latency: inBuckets([180, 4_000, 10_000]) });
    expect(stage).toMatchObject({ verdict: 'undecidable', proof: null });
    expect(stage.obstacle).toMatchObject({ type: 'coarse-buckets', bucketFromMs: 180 });
    expect(stage.advice.map(({ type }) => type)).toContain('finer-buckets');
  });

  it('is the whole forecast of a plan without an error gate', () => {
    const stage = seen(latencyOnly, { latency: inBuckets(fineBuckets) });
    expect(stage).toMatchObject({ verdict: 'decidable', failureRates: [], smallestRateSeen: null });
    expect(stage.slowdowns.find(({ factor }) => factor === 5)?.time?.medianMs).toBeLessThan(hour);
  });

  it('is impossible where the stable revision is slower than the limit', () => {
    const slow = { ...latencyOnly, latencyP95: { maxMs: 200, worseThanStableBy: 0.25 } };
    const stage = seen(slow, { latency: inBuckets(fineBuckets) });
    expect(stage.obstacle?.type).toBe('stable-too-slow');
  });

  it('sees at 100 % what is above the limit', () => {
    const stage = seen(
      { ...latencyOnly, latencyP95: { maxMs: 400, worseThanStableBy: 0.25 } },
      { latency: inBuckets(fineBuckets) },
      100,
    );
    expect(stage.slowdowns.find(({ factor }) => factor === 5)?.time?.medianMs).toBeLessThan(hour);
  });
});

describe('a limit beyond the last bucket', () => {
  it('is found, for gates and for rules', () => {
    const rule = { metric: 'latencyP95', above: 20_000, forMs: minute } as const;
    const dead = {
      ...gatePlan,
      latencyP95: { maxMs: 12_000, worseThanStableBy: 0.25 },
      rules: [rule],
    };
    const world = { ...at(60), latency: inBuckets([100, 10_000]) };
    expect(deadLimits(dead, world).map(({ setting }) => setting)).toEqual([
      'gates.latencyP95.max',
      'rollback.latencyP95',
    ]);
    expect(deadLimits({ ...dead, rules: [{ ...rule, above: 10_000 }] }, world)).toHaveLength(1);
  });
});

describe('times of a forecast', () => {
  const timing = { samplePeriodMs: minute, visibilityDelayMs: 3 * minute };

  it('are never shorter than one sample and the delay until it is visible', () => {
    const stage = seen(gatePlan, {
      requestsPerMinute: 60_000,
      latency: inBuckets(fineBuckets),
      timing,
    });
    const times = [...stage.failureRates, ...stage.slowdowns].map(({ time }) => time);
    for (const time of [...times, stage.proof]) {
      expect(time?.medianMs ?? Infinity).toBeGreaterThanOrEqual(4 * minute);
    }
  });

  it('are past the warm-up for all but a broken candidate', () => {
    const warm = { ...gatePlan, warmUpMs: 10 * minute };
    const stage = seen(warm, { requestsPerMinute: 6_000, latency: inBuckets(fineBuckets) });
    expect(medianOf(stage, 0.05)).toBeGreaterThan(10 * minute);
    expect(medianOf(stage, 1)).toBeLessThan(minute);
    const fiveTimes = stage.slowdowns.find(({ factor }) => factor === 5)?.time;
    expect(fiveTimes?.medianMs).toBeGreaterThan(10 * minute);
  });
});
