/** `ascent serve` with several plans: real processes, services of cloud-run-local, everything through the HTTP API. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  startCloudRunLocal,
  type CloudRunLocal,
  // eslint-disable-next-line import-x/no-relative-packages -- the emulator's harness is a test's, so no package exports it
} from '../../platform/test/cloud-run-local.js';
import { runAscent } from './run-ascent.js';

const TOKEN = 'token-of-the-tests';
const bearer = { authorization: `Bearer ${TOKEN}`, 'x-ascent-person': 'mia' };
const bundle = join(import.meta.dirname, '../dist/ascent.js');

let cloud: CloudRunLocal;
let folder: string;
let controller: ChildProcess;
let ready: { readonly url: string; readonly services: readonly { readonly service: string }[] };
const log: string[] = [];

async function planFile(service: string, name = service): Promise<string> {
  const plan = {
    service,
    platform: { local: { url: cloud.url } },
    metrics: { cloudMonitoring: { samplePeriod: '1s', visibilityDelay: '0s' } },
    stages: [
      { name: 'smoke', share: 0, hold: '1h' },
      { name: 'full', share: 100, hold: '1h' },
    ],
  };
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, JSON.stringify(plan));
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ascent-several-'));
  cloud = await startCloudRunLocal(['--sample-period', '1s', '--visibility-delay', '0s']);
  await Promise.all([cloud.deploy('api'), cloud.deploy('web')]);
  // Nobody has deployed the third one: its every look fails.
  const plans = await Promise.all(['api', 'absent', 'web'].map((name) => planFile(name)));
  controller = spawn(
    process.execPath,
    [
      ...[bundle, 'serve', '--json', '--port', '0', '--interval', '200ms'],
      ...['--journal', join(folder, 'journal'), ...plans.flatMap((file) => ['--plan', file])],
    ],
    { env: { ...process.env, ASCENT_TOKEN: TOKEN }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const { stdout, stderr } = controller;
  if (stdout === null || stderr === null) throw new Error('no pipes');
  createInterface({ input: stderr }).on('line', (line) => log.push(line));
  for await (const line of createInterface({ input: stdout })) {
    ready = JSON.parse(line) as typeof ready;
    break;
  }
  await until(async () => (await statusOf('api')) !== undefined);
  await until(async () => (await statusOf('web')) !== undefined);
  await until(async () => (await get('/services/absent/api/snapshot')).status === 200);
});
afterAll(async () => {
  const ended = new Promise((resolve) => controller.once('exit', resolve));
  controller.kill('SIGTERM');
  await ended;
  await cloud.stop();
  await rm(folder, { recursive: true, force: true });
});

type Seen = {
  readonly service: string;
  readonly error: string | null;
  readonly record: {
    readonly rollout: { readonly status: { readonly type: string } } | null;
  } | null;
};

async function until(seen: () => Promise<boolean>): Promise<void> {
  while (!(await seen())) await delay(20);
}

async function get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${ready.url}${path}`);
  return { status: answer.status, body: await answer.json() };
}

/** The rollout's status, `null` without one, `undefined` before the service was adopted. */
async function statusOf(service: string): Promise<string | null | undefined> {
  const { body } = await get(`/services/${service}/api/snapshot`);
  const { record } = body as Partial<Seen>;
  return record ? (record.rollout?.status.type ?? null) : undefined;
}

test('the list has every service, the one that cannot be looked at too', async () => {
  expect(ready.services).toEqual(
    ['api', 'absent', 'web'].map((service) => ({
      service,
      url: `${ready.url}/services/${service}/`,
    })),
  );
  const { services } = (await get('/api/services')).body as {
    readonly services: readonly { readonly service: string; readonly snapshot: Seen }[];
  };
  expect(services.map(({ service }) => service)).toEqual(['api', 'absent', 'web']);
  for (const { service, snapshot } of services) expect(snapshot.service).toBe(service);
  const errors = services.map(({ snapshot }) => snapshot.error);
  expect(errors).toEqual([null, expect.stringContaining('absent') as string, null]);
});

test('what is done to one service leaves the other alone', async () => {
  await Promise.all([cloud.deploy('api', { VERSION: '2' }), cloud.deploy('web', { VERSION: '2' })]);
  await until(async () => (await statusOf('api')) === 'running');
  await until(async () => (await statusOf('web')) === 'running');
  const answer = await fetch(`${ready.url}/services/api/api/actions/rollback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer },
    body: JSON.stringify({ reason: 'two divers saw broken answers' }),
  });
  expect(await answer.json()).toMatchObject({ said: expect.stringContaining('mia') as string });
  await until(async () => (await statusOf('api')) === 'rolledBack');
  expect(await statusOf('web')).toBe('running');

  // They share a journal, and each shows its own.
  type History = {
    readonly lines: readonly { readonly id: string; readonly candidate: string }[];
  };
  const linesOf = async (service: string): Promise<History['lines']> =>
    ((await get(`/services/${service}/api/history`)).body as History).lines;
  await until(async () => (await linesOf('api')).length === 1);
  const [line] = await linesOf('api');
  expect(line?.candidate).toMatch(/^api-/);
  expect(await linesOf('web')).toEqual([]);
  const page = `api/history/${encodeURIComponent(line?.id ?? '')}`;
  expect((await get(`/services/api/${page}`)).status).toBe(200);
  expect((await get(`/services/web/${page}`)).status).toBe(404);
});

test('who signs in on the list is signed in everywhere', async () => {
  const signedIn = await fetch(`${ready.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: TOKEN, name: 'mia' }),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  for (const path of ['/api/about', '/services/api/api/about', '/services/web/api/about']) {
    const about = await fetch(`${ready.url}${path}`, { headers: { cookie } });
    expect(await about.json()).toMatchObject({ access: 'signedIn', person: 'mia' });
  }
});

test('a name that nobody watches is said to be unknown, and which there are', async () => {
  for (const path of ['/services/nope/api/snapshot', '/services/nope/', '/services/nope']) {
    expect(await get(path)).toEqual({
      status: 404,
      body: {
        error: {
          code: 'UNKNOWN_SERVICE',
          message: 'No service "nope" is watched here. Choose one of: api, absent, web.',
        },
      },
    });
  }
  // A known service with an address that it does not have is not called unknown.
  expect(await get('/services/api/api/nope')).toMatchObject({
    status: 404,
    body: { error: 'Not Found' },
  });
  const page = await fetch(`${ready.url}/services/api`);
  expect(page.url).toBe(`${ready.url}/services/api/`);
  expect(await page.text()).toContain('<div id="page">');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
});

test('the events of the list name the services first, then tell of each', async () => {
  const abort = new AbortController();
  const { body } = await fetch(`${ready.url}/api/events`, { signal: abort.signal });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (['api', 'web'].every((name) => text.includes(`{"service":"${name}"`))) break;
  }
  abort.abort();
  const events = text.split('\n\n').filter((event) => !event.startsWith('retry'));
  expect(events[0]).toBe('event: services\ndata: ["api","absent","web"]');
});

test('one step of all says what came of each, and metrics and log lines whose they are', async () => {
  const tick = await fetch(`${ready.url}/tick`, { method: 'POST' });
  expect(tick.status).toBe(500);
  expect(await tick.json()).toMatchObject({
    services: [
      { service: 'api', rollout: { type: 'rolledBack' } },
      { service: 'absent', error: { code: 'ASC_SERVICE_NOT_FOUND' } },
      { service: 'web', rollout: { type: 'running' } },
    ],
  });
  const metrics = await (await fetch(`${ready.url}/metrics`)).text();
  expect(metrics).toMatch(/^ascent_rollout_open\{service="web"\} 1$/m);
  expect(metrics).toMatch(/^ascent_rollout_open\{service="api"\} 0$/m);
  expect(metrics.match(/^# TYPE ascent_rollout_open /gm)).toHaveLength(1);
  const named = log.map((line) => (JSON.parse(line) as { readonly service: string }).service);
  expect(new Set(named)).toEqual(new Set(['api', 'absent', 'web']));
});

test('two plans for one name are refused before anything begins', async () => {
  const twins = [await planFile('api', 'one'), await planFile('api', 'other')];
  const ran = await runAscent(['serve', ...twins.flatMap((file) => ['--plan', file])]);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('Two plans are for a service named api');
});
