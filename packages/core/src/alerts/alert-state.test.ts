import { describe, expect, test } from 'vitest';
import type { LatencyHistogram, TrafficPoint } from '../world/traffic-point.js';
import type { UtilizationPoint } from '../world/utilization-point.js';
import { defaultAlerts, type AlertRule } from './alert-rule.js';
import { calm, evaluateAlerts, type AlertNews, type AlertState } from './alert-state.js';

const MINUTE = 60_000;
const START = 1_800_000_000_000;

function rule(name: string): AlertRule {
  const found = defaultAlerts.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** Minutes of one revision; `null` is a minute in which nothing was measured. */
type Minutes = readonly (number | null)[];

const layout = { type: 'explicit', boundsMs: [1_000, 10_000, 20_000] } as const;

function latency(p95Ms: number): LatencyHistogram {
  return { layout, counts: p95Ms > 10_000 ? [80, 0, 20] : [100] };
}

/** Looks once a minute and returns what was said, with the minute it was said in. */
function run(
  one: AlertRule,
  minutes: Minutes,
  start: AlertState = calm,
): {
  readonly said: readonly (readonly [number, AlertNews['type']])[];
  readonly news: readonly AlertNews[];
  readonly state: AlertState;
} {
  const points: TrafficPoint[] = [];
  const utilization: UtilizationPoint[] = [];
  const said: (readonly [number, AlertNews['type']])[] = [];
  const all: AlertNews[] = [];
  let state = start;
  minutes.forEach((value, minute) => {
    const endMs = START + (minute + 1) * MINUTE;
    const shared = { revision: 'web-2', startMs: endMs - MINUTE, endMs };
    if (value !== null && (one.metric === 'cpu' || one.metric === 'memory')) {
      utilization.push({ ...shared, resource: one.metric, p99Ratio: value });
    } else if (value !== null) {
      const errors = one.metric === 'errorRate' ? Math.round(value * 100) : 0;
      const histogram = one.metric === 'latencyP95' ? latency(value) : null;
      points.push({ ...shared, requests: 100, errors, latency: histogram });
    }
    const outcome = evaluateAlerts([one], state, {
      nowMs: endMs,
      revisions: ['web-2', 'web-1'],
      measurements: { points, utilization, trustedMs: endMs, samplePeriodMs: MINUTE },
    });
    state = outcome.state;
    for (const news of outcome.news) {
      said.push([minute, news.type]);
      all.push(news);
    }
  });
  return { said, news: all, state };
}

const bad = (count: number): Minutes => Array.from({ length: count }, () => 0.2);
const good = (count: number): Minutes => Array.from({ length: count }, () => 0);
const silent = (count: number): Minutes => Array.from({ length: count }, () => null);

describe('the four alerts of the requirements', () => {
  test.each([
    ['high-error-rate', 0.06, 0.05, 5],
    ['high-latency', 15_000, 9_000, 5],
    ['high-cpu', 0.85, 0.8, 10],
    ['high-memory', 0.95, 0.9, 10],
  ] as const)(
    '%s fires above its limit for its duration and not at the limit',
    (...[name, above, at, minutes]) => {
      const one = rule(name);
      const before = Array.from({ length: minutes }, () => at);
      const during = Array.from({ length: minutes }, () => above);
      expect(run(one, [...before, ...before]).said).toEqual([]);
      expect(run(one, [...before, ...during]).said).toEqual([[2 * minutes - 1, 'alertFired']]);
    },
  );

  test('say metric, revision, value, limit and window in one sentence', () => {
    const [fired] = run(rule('high-error-rate'), bad(5)).news;
    expect(fired?.sentence).toBe(
      'Alert high-error-rate (critical): the error rate of web-2 is 20 % and has been above 5 % for 5m.',
    );
    const [slow] = run(
      rule('high-latency'),
      Array.from({ length: 5 }, () => 15_000),
    ).news;
    expect(slow?.sentence).toMatch(
      /the P95 latency of web-2 is [\d.]+ s and has been above 10 s for 5m/,
    );
  });
});

describe('an alert that fires', () => {
  const one = rule('high-error-rate');

  test('resolves once its metric was within the limit for the whole duration', () => {
    expect(run(one, [...bad(5), ...good(10)]).said).toEqual([
      [4, 'alertFired'],
      [9, 'alertResolved'],
    ]);
  });

  test('does not flap where the metric dances around the limit', () => {
    const dance = Array.from({ length: 60 }, (_, minute) => (minute % 3 === 0 ? 0.2 : 0));
    expect(run(one, [...bad(5), ...dance]).said).toEqual([[4, 'alertFired']]);
    expect(run(one, dance).said).toEqual([]);
  });

  test('is said again after its time, and not before', () => {
    const { said } = run({ ...one, repeatMs: 30 * MINUTE }, bad(70));
    expect(said).toEqual([
      [4, 'alertFired'],
      [34, 'alertRepeated'],
      [64, 'alertRepeated'],
    ]);
  });

  test('ends when nothing is measured any more, and says so', () => {
    const { said, news } = run(one, [...bad(5), ...silent(8)]);
    expect(said).toEqual([
      [4, 'alertFired'],
      [9, 'alertResolved'],
    ]);
    expect(news.at(-1)?.sentence).toContain('has not been measured for 5m');
  });
});

describe('minutes without requests', () => {
  const one = rule('high-error-rate');

  test('neither fire nor break a run of bad ones', () => {
    expect(run(one, silent(20)).said).toEqual([]);
    expect(run(one, [...good(5), 0.2, null, 0.2, null, 0.2]).said).toEqual([[9, 'alertFired']]);
  });

  test('leave one bad minute among them as what it is', () => {
    expect(run(one, [...silent(10), 0.2]).said).toEqual([]);
  });
});

test('a silenced alert is written down and not repeated, and is told again once the silence is over', () => {
  const one = { ...rule('high-error-rate'), repeatMs: 10 * MINUTE };
  const silenced = {
    firing: [],
    silences: [{ rule: one.name, by: 'mia', untilMs: START + 30 * MINUTE }],
  };
  const { news, state } = run(one, bad(38), silenced);
  expect(news.map(({ type, silenced: quiet }) => [type, quiet])).toEqual([
    ['alertFired', true],
    ['alertRepeated', false],
  ]);
  expect(state.silences).toEqual([]);
});

test('nothing changes where nothing happens: the state is the same object', () => {
  expect(run(rule('high-error-rate'), good(10)).state).toBe(calm);
});

test('a source that samples every second fires a rule of seconds', () => {
  const one = { ...rule('high-error-rate'), forMs: 5_000 };
  const points = Array.from({ length: 5 }, (_, second) => ({
    revision: 'web-2',
    startMs: START + second * 1_000,
    endMs: START + (second + 1) * 1_000,
    requests: 10,
    errors: 5,
    latency: null,
  }));
  const { news } = evaluateAlerts([one], calm, {
    nowMs: START + 6_000,
    revisions: ['web-2'],
    measurements: { points, utilization: [], trustedMs: START + 5_000, samplePeriodMs: 1_000 },
  });
  expect(news).toHaveLength(1);
});
