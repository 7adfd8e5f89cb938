import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalPostgres, type LocalPostgres } from '@ascent/local-postgres';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { get, post, startBackend, type Reply, type TestBackend } from './fixture.js';

const dataDir = mkdtempSync(join(tmpdir(), 'backend-outage-'));
let postgres: LocalPostgres;
let backend: TestBackend | undefined;

beforeAll(async () => {
  postgres = await startLocalPostgres({ dataDir });
});
afterEach(async () => {
  await backend?.close();
});
afterAll(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(settings: Readonly<Record<string, string>>): Promise<string> {
  backend = await startBackend(postgres.url, settings);
  return backend.url;
}

const ask = (url: string, message: string): Promise<Reply> => post(`${url}/api/chat`, { message });

/** Stands between backend and database, and carries nothing, without closing anything, while it is frozen. */
async function startFreezableWire(targetPort: number): Promise<{
  readonly port: number;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly close: () => void;
}> {
  let isFrozen = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (data) => far.write(data)).on('close', () => far.destroy());
    far.on('data', (data) => near.write(data)).on('close', () => near.destroy());
    if (isFrozen) for (const socket of [near, far]) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Every accepted message must be readable; every refusal must say when to come back. */
async function checkReplies(url: string, replies: readonly Reply[]): Promise<void> {
  const refused = replies.filter(({ status }) => status !== 200);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
  expect(
    refused.filter(({ headers }) => !/^[1-9]\d*$/.test(headers.get('retry-after') ?? '')),
  ).toEqual([]);
  const accepted = replies.filter(({ status }) => status === 200);
  for (const { body } of accepted) {
    const session = await get(`${url}/api/session/${body.sessionId}`);
    expect(session.body.messages.at(-1)?.content).toBe(body.response);
  }
}

test('far more divers than can be served: 503 with Retry-After for some, and what was accepted is kept', async () => {
  const url = await start({
    CHAT_INFLIGHT_MAX: '40',
    DATABASE_POOL_MAX: '1',
    DATABASE_ACQUIRE_TIMEOUT_MS: '50',
    DATABASE_QUEUE_MAX: '10',
  });
  const many = Array.from({ length: 400 }, () => ask(url, 'What is a safety stop?'));
  const emergency = ask(url, 'my buddy is unconscious after the dive in Egypt');
  const replies = await Promise.all(many);
  // Divers in need never wait for the others.
  expect((await emergency).body.response).toContain('Egypt: 123');
  // Reading back is one at a time: the same limits hold for it.
  await checkReplies(url, replies);
  expect((await ask(url, 'What is a safety stop?')).status).toBe(200);
});

test('one request at a time is served even by a pool of one that nobody may wait for', async () => {
  const url = await start({
    DATABASE_POOL_MAX: '1',
    DATABASE_ACQUIRE_TIMEOUT_MS: '1',
    DATABASE_IDLE_TIMEOUT_MS: '1',
  });
  for (let round = 0; round < 10; round++)
    expect((await ask(url, 'What is nitrox?')).status).toBe(200);
});

test('the database goes away in the middle of load and comes back: 503 meanwhile, then answers, nothing lost', async () => {
  const url = await start({ DATABASE_CONNECT_TIMEOUT_MS: '500' });
  const replies: Reply[] = [];
  let isLoading = true;
  const load = Array.from({ length: 8 }, async () => {
    while (isLoading) replies.push(await ask(url, 'How cold is the water in Malta?'));
  });
  const answered = (): number => replies.filter(({ status }) => status === 200).length;
  const refused = (): number => replies.length - answered();
  await expect.poll(answered, { timeout: 20_000 }).toBeGreaterThan(20);
  const { port } = postgres;
  await postgres.stop();
  await expect.poll(refused, { timeout: 20_000 }).toBeGreaterThan(20);
  expect((await get(`${url}/health`)).status).toBe(200);
  expect((await get(`${url}/ready`)).status).toBe(503);

  const emergency = await ask(url, 'my buddy is unconscious after the dive in Egypt');
  expect(emergency.status).toBe(200);
  expect(emergency.body.response).toContain('Egypt: 123');
  expect(emergency.body.metadata['stored']).toBe(false);

  postgres = await startLocalPostgres({ dataDir, port });
  const before = answered();
  await expect.poll(answered, { timeout: 20_000 }).toBeGreaterThan(before + 20);
  isLoading = false;
  await Promise.all(load);
  expect((await get(`${url}/ready`)).status).toBe(200);
  await checkReplies(url, replies);
});

test('a database that is there but frozen: 503 instead of a request without end, and answers again when it wakes', async () => {
  const wire = await startFreezableWire(postgres.port);
  try {
    backend = await startBackend(
      postgres.url.replace(`:${String(postgres.port)}/`, `:${String(wire.port)}/`),
      {
        DATABASE_STATEMENT_TIMEOUT_MS: '300',
        DATABASE_CONNECT_TIMEOUT_MS: '500',
        DATABASE_POOL_MAX: '2',
      },
    );
    const { url } = backend;
    expect((await ask(url, 'What is nitrox?')).status).toBe(200);
    wire.freeze();
    const replies = await Promise.all([1, 2, 3].map(() => ask(url, 'What is nitrox?')));
    expect(replies.map(({ status }) => status)).toEqual([503, 503, 503]);
    const emergency = await ask(url, 'my buddy is unconscious after the dive in Egypt');
    expect(emergency.body.response).toContain('Egypt: 123');
    expect(emergency.body.metadata['stored']).toBe(false);
    wire.thaw();
    await expect
      .poll(async () => (await ask(url, 'What is nitrox?')).status, { timeout: 20_000 })
      .toBe(200);
  } finally {
    wire.close();
  }
});

test('a database that stays away keeps an instance from becoming ready, with the reason', async () => {
  const url = postgres.url.replace(/:\d+\/postgres$/, ':1/postgres');
  const starting = startBackend(url, { DATABASE_STARTUP_TIMEOUT_MS: '300' });
  await expect(starting).rejects.toThrow(/ECONNREFUSED/);
});

test('a database that nobody has migrated is refused with the remedy', async () => {
  const starting = startBackend(postgres.url.replace(/\/postgres$/, '/template1'), {
    MIGRATE_ON_START: 'false',
  });
  await expect(starting).rejects.toThrow(/npm run migrate/);
});
