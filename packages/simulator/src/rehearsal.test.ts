import { compilePlan, readRecord, writeRecord, type Rollout, type RolloutPlan } from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { rehearse } from './rehearsal.js';
import { scenarios } from './scenario.js';

const MINUTE_MS = 60_000;

function planOfADay(): RolloutPlan {
  const compiled = compilePlan({
    service: 'web',
    platform: { cloudRun: { project: 'a-project', region: 'us-central1' } },
    metrics: 'cloudMonitoring',
    stages: [
      { name: 'smoke', share: 0, hold: '10m' },
      { name: 'canary', share: 10, hold: '4h to 8h' },
      { name: 'full', share: 100, hold: '4h to 8h' },
    ],
    gates: {
      errorRate: { max: '1%', worseThanStableBy: '0.5%' },
      latencyP95: { max: '5s', worseThanStableBy: '25%' },
    },
    rollback: { errorRate: { above: '5%', for: '15m' } },
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

describe('a rehearsal', () => {
  // A process goes on from what it wrote itself without reading it again, so another one must read the very same.
  test.each(['good', 'errors', 'leak', 'blind'])(
    'of the release "%s" writes only what is the same when it is read',
    async (name) => {
      const scenario = scenarios.get(name);
      if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
      const plan = planOfADay();
      const written: Rollout[] = [];
      await rehearse({
        plan,
        scenario,
        seed: 1,
        demand: { requestsPerMinute: 60, dailySwing: 0, peakMs: 0 },
        stepMs: 5 * MINUTE_MS,
        onStep: ({ rollout, nowMs }) => {
          if (rollout.checkpointMs === nowMs) written.push(rollout);
        },
      });
      expect(written.length).toBeGreaterThanOrEqual(5);
      for (const rollout of written) {
        const record = { version: 1, plan, stable: rollout.stable, rollout } as const;
        expect(readRecord(writeRecord(record))).toStrictEqual(record);
      }
    },
  );
});
