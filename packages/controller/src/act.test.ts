/** What a person asks of a service that is not as the last look found it. */
import { compilePlan, isOpen, readRecord } from '@ascent/core';
import { expect, test } from 'vitest';
import { MemoryService, memoryWorld } from '../test/memory-service.js';
import { act, silence } from './act.js';
import { tick } from './tick.js';
import type { World } from './world.js';

const compiled = compilePlan({
  service: 'web',
  platform: { local: { url: 'http://127.0.0.1:8080' } },
  stages: [
    { name: 'smoke', share: 0, hold: '1s' },
    { name: 'full', share: 100, hold: '1h to 2h' },
  ],
});
if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
const { plan } = compiled;

const rollback = { type: 'rollback', by: 'mia', reason: 'enough of it' } as const;

/** A rollout at 100 %, paused because its stable revision is gone. */
async function withoutStable(): Promise<{ service: MemoryService; world: World }> {
  const service = new MemoryService();
  const world = memoryWorld(service);
  await tick(world, { plan, by: 'ascent' });
  await tick(world, { plan, by: 'ascent' });
  service.missing = ['web-1'];
  await tick(world, { plan, by: 'ascent' });
  return { service, world };
}

test('whoever has just deployed the stable revision again goes back to it without waiting for a look', async () => {
  const { service, world } = await withoutStable();
  expect(readRecord(service.record ?? '').rollout?.status).toMatchObject({
    cause: 'stableMissing',
  });
  await expect(act(world, rollback)).rejects.toMatchObject({ code: 'ASC_STABLE_MISSING' });
  service.missing = [];
  await act(world, rollback);
  const { rollout } = readRecord(service.record ?? '');
  expect(rollout === null || isOpen(rollout)).toBe(false);
  expect(rollout?.decisions.slice(-2)).toMatchObject([{ type: 'noticed' }, { type: 'rolledBack' }]);
  expect(service.traffic).toEqual([{ revision: 'web-1', percent: 100, tag: 'stable' }]);
});

test('a silence leaves the traffic as somebody set it after the stable revision was deployed again', async () => {
  const { service, world } = await withoutStable();
  service.missing = [];
  const byHand = [
    { revision: 'web-1', percent: 60, tag: 'stable' },
    { revision: 'web-2', percent: 40, tag: 'candidate' },
  ];
  service.traffic = byHand;
  await silence(world, { by: 'mia', rule: plan.alerts[0]?.name ?? '', forMs: 60_000 });
  expect(service.traffic).toEqual(byHand);
});
