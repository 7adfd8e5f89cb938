import { describe, expect, test } from 'vitest';
import {
  compilePlan,
  forecast,
  undecidableNotices,
  type ExpectedTraffic,
  type RolloutPlan,
} from '@ascent/core';
import { assumedLatency } from './assumed-latency.js';
import { forecastText } from './forecast-text.js';

function plan(): RolloutPlan {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1' } },
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

function textAt(requestsPerMinute: number | null): string {
  const one = plan();
  const traffic: ExpectedTraffic | null =
    requestsPerMinute === null
      ? null
      : { requestsPerMinute, errorRate: 0.001, latency: assumedLatency(200) };
  const stages =
    traffic === null ? [] : forecast(one.gates, one.stages, { ...traffic, timing: one.metrics });
  const notices = undecidableNotices(one, traffic);
  return forecastText(one, { traffic, source: 'as you said', stages, notices });
}

describe('what a plan can see', () => {
  test('names each stage that cannot be decided, and what would change that', () => {
    const text = textAt(1);
    expect(text).toContain('At 1 request a minute, 0.1 % of which fail (as you said).');
    expect(text).toContain('Stage canary (10 %) cannot be decided at 1 request a minute');
    expect(text).toContain('The plan says to ask a person then.');
  });

  test('has nothing to warn of at plenty of traffic', () => {
    const text = textAt(100_000);
    expect(text).not.toContain('cannot be decided');
    expect(text).toMatch(/a good one is proven +\d/);
  });

  test('is a table of all stages and a chart of the first, the same for the same traffic', () => {
    expect(textAt(60)).toMatchInlineSnapshot(`
      "web: the plan is valid.

        smoke        0 %  hold 1h to 1h
        canary      10 %  hold 4h to 6h
        half        50 %  hold 12h to 1d  approvals 1
        full       100 %  hold 1d to 2d  approvals 1

      At 60 requests a minute, 0.1 % of which fail (as you said). How long until it is seen, in half / in nine of ten rollouts:

                                            canary 10 %      half 50 %          full 100 %
        candidate requests in the hold      1,440 to 2,160   21,600 to 43,200   86,400 to 172,800
        smallest failure rate surely seen   0.69 %           0.6 %              1.4 %
        fails 1 %                           1.6h / 3.3h      55m / 1.5h         never
        fails 2 %                           39m / 1.3h       26m / 40m          1.3h / 1.8h
        fails 5 %                           16m / 28m        13m / 17m          14m / 17m
        fails 20 %                          7.1m / 9.6m      6.3m / 6.5m        4.9m / 6.3m
        fails everything                    4m / 4.4m        4m                 4m
        1.2 times slower                    never            never              never
        2 times slower                      18m / 29m        11m / 15m          never
        5 times slower                      8m / 9.2m        7.1m / 7.5m        never
        a good one is proven                1.7h / 3.8h      24m / 51m          6.9m / 9.2m

      The times count the warm-up of 3m, in which only a broken release is seen, samples of 1m, and 3m until one can be trusted.

      Stage canary, 10 %: ━ half of the rollouts, ╌ nine of ten
                              1m         10m      1h       6h     1d      5d
        fails 1 %             ━━━━━━━━━━━━━━━━━━━━━━━╌╌╌╌  │
        fails 2 %             ━━━━━━━━━━━━━━━━━━━╌╌╌       │
        fails 5 %             ━━━━━━━━━━━━━━╌╌╌            │
        fails 20 %            ━━━━━━━━━━━╌                 │
        fails everything      ━━━━━━━━                     │
        1.2 times slower                                   │
        2 times slower        ━━━━━━━━━━━━━━━╌╌            │
        5 times slower        ━━━━━━━━━━━╌                 │
        a good one is proven  ━━━━━━━━━━━━━━━━━━━━━━━━╌╌╌╌ │
                                                           ╵ the longest hold, 6h

      At 100 % nothing serves beside the candidate: only the limits are left. A holdback (docs/plan.md) keeps the comparison."
    `);
  });

  test('takes clustered failures for fewer', () => {
    const one = plan();
    const { statistics } = one.gates;
    const judged = { ...one.gates, warmUpMs: 0 };
    const gates = { ...judged, statistics: { ...statistics, dispersion: 3 } };
    const traffic = { requestsPerMinute: 60, errorRate: 0.001, latency: assumedLatency(200) };
    const timesOf = (of: RolloutPlan['gates']): readonly (number | undefined)[] =>
      forecast(of, one.stages, traffic)[1]?.failureRates.map(({ time }) => time?.medianMs) ?? [];
    const alone = timesOf(judged);
    timesOf(gates).forEach((ms, i) => {
      expect(ms).toBeGreaterThan(2 * (alone[i] ?? Infinity));
      expect(ms).toBeLessThan(3.01 * (alone[i] ?? 0));
    });
    const stages = forecast(gates, one.stages, traffic);
    const view = { traffic, source: 'as you said', stages, notices: [] };
    expect(forecastText({ ...one, gates }, view)).toContain('about 3 count as one');
  });

  test('of a plan that asks for latency alone promises nothing about failures', () => {
    const one = plan();
    const gates = { ...one.gates, errorRate: null };
    const traffic = { requestsPerMinute: 60, errorRate: 0.001, latency: assumedLatency(200) };
    const stages = forecast(gates, one.stages, { ...traffic, timing: one.metrics });
    const text = forecastText(
      { ...one, gates },
      { traffic, source: 'as you said', stages, notices: [] },
    );
    expect(text).not.toMatch(/^ +(fails|smallest failure)/m);
    expect(text).toMatch(/5 times slower +\d/);
    expect(text).toMatch(/a good one is proven +\d/);
  });

  test('says no time beyond a year', () => {
    expect(textAt(0.000_001)).toMatch(/fails everything +more than a year/);
  });

  test('is not known without traffic, and says how to ask', () => {
    expect(textAt(null)).toContain('--rate <requests a minute>');
  });

  test('shows every stage with its hold and its approvals', () => {
    expect(textAt(10)).toMatch(/half\s+50 %\s+hold 12h to 1d\s+approvals 1/);
  });
});
