import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { contentDir, startTestPostgres, type TestPostgres } from './fixture.js';
import { startModelServer, type ModelServer } from './model-server.js';

const backend = join(import.meta.dirname, '..');
const bundle = join(backend, 'dist', 'test', 'server.mjs');
type Child = ChildProcessByStdio<null, Readable, Readable>;
const children: Child[] = [];

let postgres: TestPostgres;
let models: ModelServer;
let databaseUrl: string;

beforeAll(async () => {
  await build({
    entryPoints: [join(backend, 'src', 'server.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: {
      js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);",
    },
  });
  [postgres, models] = await Promise.all([startTestPostgres(), startModelServer()]);
  databaseUrl = await postgres.createDatabase();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await models.stop();
  await postgres.remove();
});

function run(environment: Readonly<Record<string, string>>): Child {
  const child = spawn(process.execPath, [bundle], {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: '0',
      CONTENT_DIR: contentDir,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

interface LogLine {
  readonly severity: string;
  readonly message: string;
  readonly address?: string;
}

/** Starts a process and waits for its own word that it listens. */
async function start(
  environment: Readonly<Record<string, string>> = {},
): Promise<{ child: Child; url: string; lines: LogLine[] }> {
  const child = run({ DATABASE_URL: databaseUrl, MIGRATE_ON_START: 'true', ...environment });
  const lines: LogLine[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      lines.push(line);
      if (line.message === 'listening') resolve(line.address ?? '');
    });
    child.once('exit', (status) => {
      reject(new Error(`the backend ended with ${String(status)}`));
    });
  });
  return { child, url, lines };
}

async function readText(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return text;
}

test('a configuration with several faults ends at once with status 2 and names them all', async () => {
  const child = run({
    DATABASE_URL: 'mysql://secret@host',
    DATABASE_POOL_MAX: 'ten',
    PORT: '99999',
    LOG_LEVEL: 'loud',
  });
  const [text, exit] = await Promise.all([readText(child.stderr), once(child, 'exit')]);
  expect(exit).toEqual([2, null]);
  for (const name of ['DATABASE_URL', 'DATABASE_POOL_MAX is "ten"', 'PORT is "99999"', 'LOG_LEVEL'])
    expect(text).toContain(name);
  expect(text).not.toContain('secret');
});

test('every line on standard output is JSON with a severity and the build', async () => {
  const { child, url, lines } = await start({ VERSION: '4.5.6', K_REVISION: 'backend-00007-abc' });
  const trace = '105445aa7843bc8bf206b12000100000';
  await fetch(`${url}/api/nothing`, {
    headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
  });
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(lines.every(({ severity }) => ['INFO', 'WARNING', 'ERROR'].includes(severity))).toBe(true);
  const line = lines.find(({ message }) => message.includes('404'));
  expect(line).toMatchObject({
    'logging.googleapis.com/labels': { version: '4.5.6', revision: 'backend-00007-abc' },
    'logging.googleapis.com/trace': trace,
    httpRequest: { status: 404 },
  });
});

test('SIGTERM: what is being streamed is ended properly, then the process ends with status 0', async () => {
  models.behave('stalls half-way', 'stalls half-way');
  const { child, url } = await start({
    GROQ_API_KEY: 'k',
    GROQ_BASE_URL: models.groqUrl,
    LLM_FIRST_TOKEN_TIMEOUT_MS: '60000',
    LLM_TIMEOUT_MS: '60000',
  });
  const response = await fetch(`${url}/api/chat/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: 'What is a safety stop?' }),
  });
  const events = response.text();
  await expect.poll(() => models.countOpenCalls()).toBe(1);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await events).toMatch(/event: token[^]*event: final\ndata: \{"response"/);
  expect(await exit).toEqual([0, null]);
});

test('SIGTERM while idle, with connections kept alive, ends the process with status 0', async () => {
  const { child, url } = await start();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
