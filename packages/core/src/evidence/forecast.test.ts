import { describe, expect, it } from 'vitest';
import { forecast, slowedCounts } from './forecast.js';
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
