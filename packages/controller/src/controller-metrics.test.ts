import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { compilePlan } from '@ascent/core';
import { MemoryService, memoryWorld } from '../test/memory-service.js';
import { act } from './act.js';
import { ControllerMetrics } from './controller-metrics.js';
import { takeStep } from './tick.js';

const NOW_MS = 1_800_000_000_000;

async function afterARollback(): Promise<{
  readonly metrics: ControllerMetrics;
  readonly text: string;
}> {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1' } },
  });
  if (compiled.type === 'faults') throw new Error('faults');
  const { plan } = compiled;
  const world = memoryWorld(new MemoryService(), { now: () => NOW_MS });
  const metrics = new ControllerMetrics('web', world.now);
  const look = async (): Promise<void> => {
    metrics.observe({ type: 'stepped', report: await takeStep(world, { plan, by: 'mia' }) });
  };
  await look();
  const before = await metrics.text();
  expect(before).toContain('ascent_rollout_open{service="web"} 1');
  expect(before).toContain('ascent_stage{stage="smoke",service="web"} 1');
  await act(world, { type: 'rollback', by: 'mia', reason: '' });
  await look();
  metrics.observe({ type: 'failed', error: new Error('away') });
  return { metrics, text: await metrics.text() };
}

test('say whether it looks, what it sees, and what was decided since it started', async () => {
  const { text } = await afterARollback();
  expect(text).toContain('ascent_looks_total{outcome="stepped",service="web"} 2');
  expect(text).toContain('ascent_looks_total{outcome="failed",service="web"} 1');
  expect(text).toContain(`ascent_last_look_timestamp_seconds{service="web"} ${NOW_MS / 1_000}`);
  expect(text).toContain('ascent_rollout_open{service="web"} 0');
  expect(text).toContain('ascent_share_percent{revision="web-2",service="web"} 0');
  expect(text).toContain('ascent_decisions_total{type="rolledBack",service="web"} 1');
  expect(text).not.toContain('type="started"');
});

test.skipIf(spawnSync('promtool', ['--version']).status !== 0)(
  'pass Prometheus’ own linter',
  async () => {
    const { text } = await afterARollback();
    const own = text
      .split('\n')
      .filter((line) => / ascent_|^ascent_/.test(line))
      .join('\n');
    expect(
      execFileSync('promtool', ['check', 'metrics'], { input: `${own}\n`, encoding: 'utf8' }),
    ).toBe('');
  },
);
