import { compilePlan, type GateOutcome, type Rollout, type RolloutPlan } from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { readGates } from './gate-readings.js';
import type { World } from './world.js';

const result = compilePlan({
  service: 'web',
  platform: { local: { url: 'http://127.0.0.1:8080' } },
  gates: {
    errorRate: { max: '1%', worseThanStableBy: '1%' },
    custom: [
      { name: 'score', json: { url: 'http://127.0.0.1:1/', pointer: '' }, below: 1, window: '60s' },
      { name: 'depth', json: { url: 'http://127.0.0.1:1/', pointer: '' }, above: 18 },
    ],
  },
});
if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
const plan: RolloutPlan = result.plan;

/** As much of a rollout as reading looks at. */
const open = {
  stable: 'web-1',
  candidate: 'web-2',
  sharePercent: 10,
  stageSettledMs: 0,
} as Rollout;

function worldAt(nowMs: number, readGate: World['readGate']): World {
  return { now: () => nowMs, readGate } as World;
}

const one = (): Promise<GateOutcome> => Promise.resolve({ type: 'value', value: 1 });

describe('gates are read', () => {
  test('all at once, of the rollout’s own revisions', async () => {
    const asked: unknown[] = [];
    const readings = await readGates(
      worldAt(60_000, (gate, subject) => {
        asked.push([gate.name, subject]);
        return one();
      }),
      plan,
      open,
    );
    const subject = { service: 'web', stable: 'web-1', candidate: 'web-2' };
    expect(asked).toEqual([
      ['score', subject],
      ['depth', subject],
    ]);
    expect(readings.map(({ gate }) => gate)).toEqual(['score', 'depth']);
  });

  test('once their window lies within this share, and not at 0 %', async () => {
    const names = async (nowMs: number, rollout: Rollout): Promise<readonly string[]> =>
      (await readGates(worldAt(nowMs, one), plan, rollout)).map(({ gate }) => gate);
    expect(await names(59_999, open)).toEqual(['depth']);
    expect(await names(60_000, { ...open, stageSettledMs: null })).toEqual([]);
    expect(await names(60_000, { ...open, sharePercent: 0 })).toEqual([]);
  });

  test('and a reader that throws is an outage of that gate alone', async () => {
    const readings = await readGates(
      worldAt(60_000, ({ name }) => (name === 'score' ? Promise.reject(new Error('no')) : one())),
      plan,
      open,
    );
    expect(readings.map(({ outcome }) => outcome.type)).toEqual(['unavailable', 'value']);
  });
});
