/** `ascent load` as a user runs it, against a small real server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bundles, root } from '@ascent/demo';
import { runNode, type Ran } from '../deploy/house.js';

type Asked = { message: string; sessionId?: string };

let server: Server;
let url: string;
let dir: string;
let asked: Asked[];
/** Which of a hundred requests fail. */
let failing: number;
/** The request with which the server begins to stand still; nobody gets an answer until `STALL_MS` later. */
let stallsAt: number;
let stalled: (() => void)[];
/** How many requests came while it stood still. */
let cameMeanwhile: number;
const STALL_MS = 1_500;

beforeEach(async () => {
  asked = [];
  failing = 0;
  stallsAt = Infinity;
  stalled = [];
  cameMeanwhile = 0;
  dir = await mkdtemp(join(tmpdir(), 'ascent-load-'));
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Asked;
      asked.push(body);
      const fails = asked.length % 100 < failing;
      const sessionId = body.sessionId ?? `s${asked.length}`;
      whenAnswering(() => {
        response.writeHead(fails ? 503 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ response: 'Yes.', sessionId }));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true, force: true });
});

/** Answers now, or once the server moves again. */
function whenAnswering(answer: () => void): void {
  if (asked.length < stallsAt) {
    answer();
    return;
  }
  if (asked.length === stallsAt) {
    setTimeout(() => {
      cameMeanwhile = stalled.length;
      stallsAt = Infinity;
      for (const waiting of stalled) waiting();
    }, STALL_MS);
  }
  stalled.push(answer);
}

/** A hundred requests within three seconds. */
function loadArguments(...more: string[]): readonly string[] {
  const questions = join(root, 'content/eval/conversations.yaml');
  const stages = ['--stages', '1s:10,1s:10,1s:0', '--think', '200ms'];
  return [bundles.ascent, 'load', '--url', url, '--questions', questions, ...stages, ...more];
}

async function load(...more: string[]): Promise<Ran> {
  return await runNode(root, loadArguments(...more));
}

describe('ascent load', () => {
  test('asks as often as the stages say, in conversations, and ends with 0 where the thresholds hold', async () => {
    const ran = await load('--json', '--result', dir);
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(asked).toHaveLength(100);
    expect(asked.filter(({ sessionId }) => sessionId !== undefined).length).toBeGreaterThan(20);
    expect(new Set(asked.map(({ message }) => message)).size).toBeGreaterThan(20);
    const result = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ requests: 100, errors: 0, passed: true });
    const written = JSON.parse(await readFile(join(dir, 'result.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(written['result']).toEqual(result);
    const page = await readFile(join(dir, 'result.html'), 'utf8');
    expect(page).toContain('Load test: passed');
    expect(page).toContain('P99.9');
    expect(page).not.toMatch(/<script|src=|href=/);
  });

  test('ends with 4 where too many requests fail, and says which threshold and why', async () => {
    failing = 5;
    const ran = await load();
    expect(ran.status).toBe(4);
    expect(ran.stdout).toContain('FAILED  error rate is 5.00 %');
    expect(ran.stdout).toContain('5 × HTTP 503');
    expect(ran.stdout).toContain('passed  latency P95');
  });

  test('goes on asking a server that stands still, and counts what everybody waited', async () => {
    stallsAt = 20;
    const ran = await load('--json', '--p95', '500ms');
    const { requests, errors, latency } = JSON.parse(ran.stdout) as {
      requests: number;
      errors: number;
      latency: { p90: number; max: number };
    };
    expect({ requests, errors, status: ran.status }).toEqual({
      requests: 100,
      errors: 0,
      status: 4,
    });
    // Ten users who wait for their answers would have sent ten, and their P90 would know nothing of the stall.
    expect(cameMeanwhile).toBeGreaterThan(20);
    expect(latency.p90).toBeGreaterThan(STALL_MS / 2);
    expect(latency.max).toBeGreaterThan(STALL_MS - 100);
  });

  test('ends with 4 where nothing listens', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const ran = await load();
    expect(ran.status).toBe(4);
    expect(ran.stdout).toContain('no connection (ECONNREFUSED)');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  test('that is interrupted keeps what was measured, and has not passed', async () => {
    const child = spawn(process.execPath, loadArguments('--result', dir), { cwd: root });
    let said = '';
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const ended = once(child, 'close');
    await vi.waitUntil(() => asked.length >= 5, { timeout: 20_000 });
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(said).toContain('INTERRUPTED');
    expect(told).toContain('Once more ends at once');
    const { result } = JSON.parse(await readFile(join(dir, 'result.json'), 'utf8')) as {
      result: object;
    };
    expect(result).toMatchObject({ interrupted: true, passed: false, errors: 0 });
    expect(await readFile(join(dir, 'result.html'), 'utf8')).toContain('Load test: interrupted');
  });

  test('whose result cannot be written is shown all the same, and ends with 5', async () => {
    await mkdir(join(dir, 'result.json'));
    const ran = await load('--stages', '1s:5', '--result', dir);
    expect(ran.status).toBe(5);
    expect(ran.stdout).toContain('passed  latency P95');
    expect(ran.stderr).toContain('ASC_OUTPUT_UNWRITTEN');
  });

  test('without anything to ask has not passed, and does not claim a latency', async () => {
    const ran = await load('--stages', '1s:0');
    expect(ran.status).toBe(4);
    expect(ran.stdout).toContain('latency P95 is not known, for nothing was asked');
  });

  test('does not take the page that a redirect leads to for an answer', async () => {
    const elsewhere = createServer((_request, response) => {
      response.writeHead(301, { location: url }).end();
    });
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
    const { port } = elsewhere.address() as AddressInfo;
    const ran = await load('--url', `http://127.0.0.1:${port}`, '--stages', '1s:3');
    elsewhere.closeAllConnections();
    elsewhere.close();
    expect(ran.status).toBe(4);
    expect(ran.stdout).toContain('× HTTP 301');
  });

  test.each([
    [['--stages', '2m'], "'2m' is no stage"],
    [['--p95', '5'], 'Write a duration'],
    [['--error-rate', '1'], 'Write a percentage'],
    [['--url', 'staging'], 'http://'],
    [['--url', 'http://exa mple'], 'http://'],
    [['--url', 'http://127.0.0.1:99999'], 'http://'],
    [['--stages', '2s:99999999999999999999'], '100000 users'],
    [['--stages', '40d:5'], 'up to 1h'],
    [['--timeout', '2h'], 'up to 1h'],
    [['--result', join(root, 'package.json')], '--result'],
    [['--questions', '/nowhere.yaml'], '/nowhere.yaml'],
    [['--questions', join(root, 'package.json')], 'turns'],
  ])('refuses %s with status 2 and the remedy, before anything is asked', async (args, said) => {
    const ran = await load(...args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(said);
    expect(asked).toHaveLength(0);
  });
});
