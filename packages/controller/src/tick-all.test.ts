import { AscentError, compilePlan, readRecord, type RolloutPlan } from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { MemoryService, memoryWorld } from '../test/memory-service.js';
import { tickAll, type ManagedService, type ServiceTurn } from './tick-all.js';
import { tick } from './tick.js';

function plan(service: string): RolloutPlan {
  const result = compilePlan({ service, platform: { local: { url: 'http://127.0.0.1:8080' } } });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

/** A service whose record has its plan, as after a first `ascent up`. */
async function begun(service: string): Promise<MemoryService> {
  const memory = new MemoryService();
  await tick(memoryWorld(memory), { plan: plan(service), by: 'mia' });
  return memory;
}

function managed(name: string, port: ManagedService['port']): ManagedService {
  return { name, port, plan: null };
}

async function step(services: readonly ManagedService[]): Promise<readonly ServiceTurn[]> {
  return await tickAll(services, {
    by: 'ascent',
    worldOf: (_, port) => memoryWorld(port),
    atOnce: 3,
  });
}

describe('a step of all services', () => {
  test('goes by each one’s own plan, and in the order they were named', async () => {
    const names = ['chat', 'mail', 'search', 'maps', 'tides'];
    const services = await Promise.all(names.map(begun));
    const turns = await step(names.map((name, i) => managed(name, services[i] ?? fail())));
    expect(turns.map(({ service, type }) => [service, type])).toEqual(
      names.map((name) => [name, 'stepped']),
    );
    expect(services.map(({ record }) => readRecord(record ?? '').plan.service)).toEqual(names);
  });

  test('is stopped by no service that fails', async () => {
    const down = new AscentError('ASC_PLATFORM_UNAVAILABLE', 'no answer');
    const broken = new MemoryService();
    broken.record = '{"version":1}';
    const good = await begun('good');
    const reads = good.reads;
    const turns = await step([
      managed('down', { read: () => Promise.reject(down), replace: () => fail() }),
      managed('damaged', broken),
      managed('good', good),
    ]);
    expect(turns.map(({ type }) => type)).toEqual(['failed', 'failed', 'stepped']);
    expect(turns[0]).toMatchObject({ error: down });
    expect(turns[1]).toMatchObject({ error: { code: 'ASC_RECORD_UNREADABLE' } });
    expect(good.reads).toBeGreaterThan(reads);
    expect(broken.writes).toBe(0);
  });

  test('takes no service whose plan nobody has told', async () => {
    const fresh = new MemoryService();
    expect(await step([managed('fresh', fresh)])).toMatchObject([
      { type: 'planless', reason: expect.stringContaining('ascent up') as string },
    ]);
    expect(fresh.writes).toBe(0);
    const told = { ...managed('fresh', fresh), plan: plan('fresh') };
    expect(await step([told])).toMatchObject([{ type: 'stepped' }]);
    expect(readRecord(fresh.record ?? '').rollout?.candidate).toBe('web-2');
  });
});

function fail(): never {
  throw new Error('must not be called');
}
