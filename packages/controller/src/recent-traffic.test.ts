/** What a forecast rests on: a day of all revisions that served, whatever the source's sample period. */
import { compilePlan, type MetricsQuestion, type RolloutPlan } from '@ascent/core';
import { expect, test } from 'vitest';
import { recentTraffic } from './tick.js';

const HOUR = 3_600_000;
const nowMs = 1_800_000_000_000;

function planWith(samplePeriod: string): RolloutPlan {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    metrics: { prometheus: { url: 'http://127.0.0.1:9090', samplePeriod } },
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

/** Ten requests in the first hour of the day by `web-1`, thirty in the last by `web-2`. */
const points = [
  { revision: 'web-1', startMs: nowMs - 24 * HOUR, endMs: nowMs - 23 * HOUR, requests: 10 },
  { revision: 'web-2', startMs: nowMs - HOUR, endMs: nowMs, requests: 30 },
].map((point) => ({ ...point, errors: 0, latency: null }));

async function trafficAt(samplePeriod: string) {
  const asked: MetricsQuestion[] = [];
  const metrics = {
    read: (question: MetricsQuestion) => {
      asked.push(question);
      const found = points.filter(
        ({ revision, endMs }) => question.revisions.includes(revision) && endMs > question.afterMs,
      );
      return Promise.resolve({ type: 'points' as const, points: found, youngestTrustedMs: nowMs });
    },
  };
  const revisions = ['web-2', 'web-1'];
  const traffic = await recentTraffic({ metrics }, planWith(samplePeriod), { revisions, nowMs });
  return { traffic, asked };
}

test.each(['60s', '15s'])(
  'is that of a day at samples of %s, over all revisions',
  async (period) => {
    const { traffic } = await trafficAt(period);
    expect(traffic?.spanMs).toBe(24 * HOUR);
    expect(traffic?.requestsPerMinute).toBeCloseTo(40 / 1_440, 12);
  },
);

test('is that of less than a day, and says so, where the source samples every second', async () => {
  const { traffic, asked } = await trafficAt('1s');
  expect(asked[0]?.afterMs).toBe(nowMs - 8_640_000);
  expect(traffic?.spanMs).toBe(HOUR);
});
