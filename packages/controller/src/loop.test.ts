import { describe, expect, test } from 'vitest';
import { compilePlan, readRecord, type RolloutPlan, type SmokeOutcome } from '@ascent/core';
import { MemoryService, memoryWorld } from '../test/memory-service.js';
import { act, silence } from './act.js';
import { runLoop } from './loop.js';
import { restart, tick } from './tick.js';

function planWith(more: object = {}): RolloutPlan {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:1' } },
    stages: [
      { name: 'smoke', share: 0, hold: '1ms' },
      { name: 'full', share: 100, hold: '1h' },
    ],
    notify: { slack: '${SLACK_WEBHOOK_URL}' },
    ...more,
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

function recordIn(service: MemoryService): ReturnType<typeof readRecord> {
  return readRecord(service.record ?? '');
}

async function loopFor(turns: number, world: ReturnType<typeof memoryWorld>): Promise<void> {
  let seen = 0;
  const abort = new AbortController();
  await runLoop(world, {
    plan: planWith(),
    by: 'mia',
    intervalMs: 1,
    signal: abort.signal,
    onTurn: () => {
      seen += 1;
      if (seen === turns) abort.abort();
    },
    until: () => false,
  });
}

describe('a webhook that hangs', () => {
  test('delays neither the next look nor a rollback', async () => {
    const service = new MemoryService();
    let release = (): void => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    let delivering = 0;
    const world = memoryWorld(service, {
      deliver: ({ type }) => {
        delivering += type === 'notify' ? 1 : 0;
        return type === 'notify' ? hanging : Promise.resolve();
      },
    });
    let looks = 0;
    const abort = new AbortController();
    const loop = runLoop(world, {
      plan: planWith(),
      by: 'mia',
      intervalMs: 1,
      signal: abort.signal,
      onTurn: () => {
        looks += 1;
        if (looks < 20) return;
        abort.abort();
        // All those looks were taken while the very first message was still under way.
        expect(delivering).toBe(1);
        release();
      },
      until: () => false,
    });
    await loop;
    expect(looks).toBe(20);
  });

  test('is not asked again for what it took while the record still names it', async () => {
    const service = new MemoryService();
    const keys: string[] = [];
    const world = memoryWorld(service, {
      deliver: ({ key }) => {
        keys.push(key);
        return Promise.resolve();
      },
    });
    await loopFor(30, world);
    expect(new Set(keys).size).toBe(keys.length);
    expect(recordIn(service).rollout?.outbox).toEqual([]);
  });
});

test('a delivery that fails stays in the outbox with its next try, and the rollout goes on', async () => {
  const service = new MemoryService();
  const world = memoryWorld(service, {
    deliver: ({ type }) =>
      type === 'notify' ? Promise.reject(new Error('Slack answered HTTP 500')) : Promise.resolve(),
  });
  const report = await tick(world, { plan: planWith(), by: 'mia' });
  expect(report.undelivered).toMatchObject([{ reason: 'Slack answered HTTP 500' }]);
  expect(recordIn(service).rollout?.outbox).toMatchObject([{ type: 'notify', tries: 1 }]);
});

describe('recorded scenarios', () => {
  const checked = planWith({
    stages: [
      { name: 'smoke', share: 0, hold: '1ms', spotChecks: 1 },
      { name: 'full', share: 100, hold: '1h' },
    ],
    scenarios: { checks: [{ name: 'chat', path: '/api/chat' }] },
    notify: {},
  });

  test('run against both revisions at their own addresses, and the outcome is written down', async () => {
    const service = new MemoryService();
    const asked: string[] = [];
    const smoke = (_checks: unknown, url: string): Promise<SmokeOutcome> => {
      asked.push(url);
      return Promise.resolve({ passed: true, failures: [], checks: 1 });
    };
    const world = memoryWorld(service, { smoke });
    for (let ticks = 0; ticks < 3; ticks += 1) await tick(world, { plan: checked, by: 'mia' });
    expect(asked).toEqual(['http://candidate.localhost', 'http://stable.localhost']);
    const types = recordIn(service).rollout?.decisions.map(({ type }) => type);
    expect(types).toContain('spotChecksPassed');
  });
});

describe('a person at a laptop', () => {
  test('promotes, and the stable revision of the record is the candidate in the same write', async () => {
    const service = new MemoryService();
    const world = memoryWorld(service);
    await tick(world, { plan: planWith(), by: 'mia' });
    await tick(world, { plan: planWith(), by: 'mia' });
    await act(world, { type: 'promote', by: 'mia', reason: 'urgent' });
    expect(recordIn(service).stable).toBe('web-2');
    expect(service.traffic).toEqual([{ revision: 'web-2', percent: 100, tag: 'stable' }]);
  });

  test('restarts a candidate that was rolled back', async () => {
    const service = new MemoryService();
    const world = memoryWorld(service);
    const plan = planWith();
    await tick(world, { plan, by: 'mia' });
    await act(world, { type: 'rollback', by: 'mia', reason: 'by mistake' });
    expect((await tick(world, { plan, by: 'mia' })).idle).toContain('ascent restart');
    await restart(world, { plan, by: 'mia', reason: 'it was me' });
    expect(recordIn(service).rollout).toMatchObject({
      candidate: 'web-2',
      status: { type: 'running' },
    });
  });

  test('silences an alert in one write', async () => {
    const service = new MemoryService();
    const world = memoryWorld(service);
    await tick(world, { plan: planWith(), by: 'mia' });
    await silence(world, { by: 'mia', rule: 'high-cpu', forMs: 60_000 });
    expect(recordIn(service).rollout?.alerts.silences).toMatchObject([
      { rule: 'high-cpu', by: 'mia' },
    ]);
  });
});
