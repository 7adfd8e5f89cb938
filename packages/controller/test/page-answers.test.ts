/** What a person gets who acts through the page, over real HTTP. */
import { afterEach, describe, expect, test } from 'vitest';
import { compilePlan, type RolloutPlan } from '@ascent/core';
import { startServer, tick, type RunningServer, type World } from '../src/index.js';
import { MemoryService, memoryWorld } from './memory-service.js';

const token = 'a-token-for-this-test';

function plan(): RolloutPlan {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:1' } },
    notify: { slack: '${SLACK_WEBHOOK_URL}' },
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

async function serverOf(world: World): Promise<RunningServer> {
  return await startServer({
    services: [{ world, plan: plan(), journalDir: null }],
    by: 'ascent',
    intervalMs: null,
    host: '127.0.0.1',
    port: 0,
    pageDir: null,
    token,
  });
}

async function rollBack({ url }: RunningServer): Promise<Response> {
  return await fetch(`${url}/api/actions/rollback`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'x-ascent-person': 'Mia',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ reason: 'answers are empty' }),
  });
}

let server: RunningServer | null = null;
afterEach(async () => {
  await server?.close();
});

describe('while a webhook hangs', () => {
  test('a person has the answer of a rollback, and every reader sees it', async () => {
    const service = new MemoryService();
    await tick(memoryWorld(service), { plan: plan(), by: 'mia' });
    const world = memoryWorld(service, {
      deliver: ({ type }) =>
        type === 'notify' ? new Promise<void>(() => undefined) : Promise.resolve(),
    });
    server = await serverOf(world);
    const answer = await rollBack(server);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      said: expect.stringContaining('rolled back') as string,
    });
    let shown = await fetch(`${server.url}/api/snapshot`);
    while (shown.status !== 200) shown = await fetch(`${server.url}/api/snapshot`);
    expect(await shown.json()).toMatchObject({
      record: { rollout: { status: { type: 'rolledBack' } } },
    });
  });
});

test('what is being delivered is delivered before the server has ended', async () => {
  const service = new MemoryService();
  await tick(memoryWorld(service), { plan: plan(), by: 'mia' });
  const delivered: string[] = [];
  const world = memoryWorld(service, {
    deliver: async ({ type }) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      delivered.push(type);
    },
  });
  server = await serverOf(world);
  await rollBack(server);
  expect(delivered).not.toContain('journal');
  await server.close();
  expect(delivered).toContain('journal');
});
