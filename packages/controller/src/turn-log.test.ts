import { expect, test } from 'vitest';
import { compilePlan } from '@ascent/core';
import { MemoryService, memoryWorld } from '../test/memory-service.js';
import { act } from './act.js';
import { takeStep } from './tick.js';
import { createTurnLog } from './turn-log.js';

test('each decision is one line with its severity, trouble is said once, and quiet looks say nothing', async () => {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1' } },
  });
  if (compiled.type === 'faults') throw new Error('faults');
  const { plan } = compiled;
  const world = memoryWorld(new MemoryService());
  const lines: Record<string, unknown>[] = [];
  const log = createTurnLog('web', {
    write: (text) => {
      lines.push(JSON.parse(text) as Record<string, unknown>);
    },
  });
  const look = async (): Promise<void> => {
    log({ type: 'stepped', report: await takeStep(world, { plan, by: 'mia' }) });
  };
  await look();
  await look();
  const away = { type: 'failed', error: new Error('the platform is away') } as const;
  log(away);
  log(away);
  await act(world, { type: 'rollback', by: 'mia', reason: '' });
  await look();
  await look();
  expect(lines.map(({ severity, decision, message }) => [severity, decision ?? message])).toEqual([
    ['INFO', 'started'],
    ['INFO', 'noticed'],
    ['WARNING', 'the platform is away'],
    ['WARNING', 'rolledBack'],
  ]);
  expect(lines[0]).toMatchObject({ service: 'web', seq: 1, stage: 'smoke' });
  expect(String(lines[0]?.['time'])).toMatch(/^\d{4}-.*Z$/);
});
