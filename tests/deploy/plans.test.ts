/** The plans of this repository compile, and say what the requirements say. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compilePlan, type RolloutPlan } from '@ascent/core';
import { root } from '@ascent/demo';
import { parse } from 'yaml';

const HOUR_MS = 3_600_000;

async function readYaml(name: string): Promise<Record<string, unknown>> {
  return parse(await readFile(join(root, 'deploy', name), 'utf8')) as Record<string, unknown>;
}

async function compiled(name: string): Promise<RolloutPlan> {
  const plan = await readYaml(name);
  const smoke = await readYaml('smoke.yaml');
  const stages = (plan['stages'] as { smoke?: string }[]).map((stage) =>
    stage.smoke === 'smoke.yaml' ? { ...stage, smoke } : stage,
  );
  const scenarios = 'scenarios' in plan ? { scenarios: await readYaml('scenarios.yaml') } : {};
  const result = compilePlan({ ...plan, stages, ...scenarios });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

describe('the plan of production', () => {
  test('goes 0 → 10 → 50 → 100 % and holds as long as the checklist says', async () => {
    const { stages, retireAfterMs } = await compiled('ascent.yaml');
    expect(
      stages.map(({ sharePercent, holdMinMs, holdMaxMs }) => [
        sharePercent,
        holdMinMs / HOUR_MS,
        holdMaxMs / HOUR_MS,
      ]),
    ).toEqual([
      [0, 1, 1],
      [10, 4, 6],
      [50, 12, 24],
      [100, 24, 48],
    ]);
    expect(retireAfterMs).toBe(7 * 24 * HOUR_MS);
  });

  test('goes on below 1 % errors and 5 s, goes back above 5 % or 10 s for 15 minutes', async () => {
    const { gates } = await compiled('ascent.yaml');
    expect(gates).toMatchObject({ errorRate: { maxRatio: 0.01 }, latencyP95: { maxMs: 5_000 } });
    const plan = await readYaml('ascent.yaml');
    expect(plan['rollback']).toEqual({
      errorRate: { above: '5%', for: '15m' },
      latencyP95: { above: '10s', for: '15m' },
    });
  });

  test('needs a person’s approval before half and before all of the traffic', async () => {
    const { stages } = await compiled('ascent.yaml');
    expect(stages.map(({ approvalsRequired }) => approvalsRequired)).toEqual([0, 0, 1, 1]);
  });

  test('runs the smoke checks before any user: health, chat, session and an emergency', async () => {
    const [first] = (await compiled('ascent.yaml')).stages;
    expect(first?.smoke.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /health',
      'POST /api/chat',
      'POST /api/chat',
      'GET /api/session/${session}',
      'POST /api/chat',
    ]);
  });
});

test('the four alerts of the requirements, with their channels', async () => {
  const { alerts } = (await readYaml('ascent.yaml')) as { alerts: Record<string, unknown>[] };
  expect(
    alerts.map(({ metric, above, for: lasting, severity, channels }) => [
      metric,
      above,
      lasting,
      severity,
      channels,
    ]),
  ).toEqual([
    ['errorRate', '5%', '5m', 'critical', ['email', 'slack']],
    ['latencyP95', '10s', '5m', 'warning', ['email', 'slack']],
    ['cpu', '80%', '10m', 'warning', ['email']],
    ['memory', '90%', '10m', 'critical', ['email']],
  ]);
});

test('every question of a smoke or spot check is one text, commas and all', async () => {
  const { stages, scenarios } = await compiled('ascent.yaml');
  const questions = [...stages.flatMap(({ smoke }) => smoke), ...scenarios].filter(
    ({ path }) => path === '/api/chat',
  );
  expect(questions.length).toBe(23);
  for (const { body } of questions) {
    const { message, sessionId, ...rest } = body as Record<string, unknown>;
    expect([typeof message, rest]).toEqual(['string', {}]);
    if (sessionId !== undefined) expect(sessionId).toBe('${session}');
  }
});

test('ten spot checks at 10 %, twenty at 50 %, all of them recorded', async () => {
  const { stages, scenarios } = await compiled('ascent.yaml');
  expect(stages.map(({ spotChecks }) => spotChecks)).toEqual([0, 10, 20, 0]);
  expect(scenarios).toHaveLength(20);
});

test('the plan of staging checks with the same smoke file and needs nobody', async () => {
  const { stages, whenUndecidable } = await compiled('ascent.staging.yaml');
  expect(stages.map(({ sharePercent }) => sharePercent)).toEqual([0, 100]);
  expect(stages.some(({ approvalsRequired }) => approvalsRequired > 0)).toBe(false);
  expect(stages[0]?.smoke.length).toBe(5);
  expect(whenUndecidable).toBe('promote');
});

test('each plan names the service of its manifest', async () => {
  for (const [plan, manifest] of [
    ['ascent.yaml', 'cloud-run-production.yaml'],
    ['ascent.staging.yaml', 'cloud-run-staging.yaml'],
  ] as const) {
    const { metadata } = (await readYaml(manifest)) as { metadata: { name: string } };
    expect((await readYaml(plan))['service']).toBe(metadata.name);
  }
});
