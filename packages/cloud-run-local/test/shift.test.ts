/**
 * What a rollout depends on: shares are what was asked for, and a shift of traffic loses nothing.
 * The emulator runs as a program of its own, so that the load does not share its event loop.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '@ascent/knative';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildImage } from '../src/index.js';
import {
  call,
  deploy,
  echoImage,
  echoService,
  fixtures,
  servicePath,
  type Body,
} from './harness.js';
import { killPrograms, startProgram, stopProgram, type Program } from './program.js';

let dataDir = '';
let running: Program;
let service: Body;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  await buildImage(join(fixtures, 'echo'), { tag: echoImage, dataDir });
  // The counts below are then the same in every run: an interval that 0.1 % of runs miss would fail one day.
  running = await startProgram(dataDir, '--seed', '1');
  await deploy(running, named('shift-one', 'one'));
  service = await deploy(running, named('shift-two', 'two'));
});
afterAll(async () => {
  agent.destroy();
  await stopProgram(running);
  killPrograms();
  await rm(dataDir, { recursive: true, force: true });
});

function named(revision: string, greeting: string): Service {
  const made = echoService('shift', { env: { GREETING: greeting } });
  const template = { ...made.spec.template, metadata: { name: revision } };
  return { ...made, spec: { template } };
}

/** Sends `share` percent to the second revision and the rest to the first. */
async function shift(share: number): Promise<void> {
  const traffic = [
    { revisionName: 'shift-one', percent: 100 - share },
    { revisionName: 'shift-two', percent: share },
  ];
  const body = named('shift-two', 'two');
  const reply = await call(running, `PUT ${servicePath('shift')}`, {
    ...body,
    spec: { ...body.spec, traffic },
  });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
}

/** One answer: who gave it, or why there was none; and when the question was sent. */
interface Visit {
  readonly sentMs: number;
  readonly revision: string;
}

function ask(): Promise<Visit> {
  const { host, port } = new URL(service.status.url);
  const sentMs = performance.now();
  return new Promise((resolve) => {
    const fail = (reason: string): void => {
      resolve({ sentMs, revision: reason });
    };
    const outgoing = request({ host: '127.0.0.1', port, agent, headers: { host } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.once('end', () => {
        if (response.statusCode !== 200) fail(`status ${response.statusCode ?? 0}: ${text}`);
        else {
          const { revision } = JSON.parse(text) as { revision: string };
          resolve({ sentMs, revision });
        }
      });
      response.once('error', (error) => {
        fail(error.message);
      });
    });
    outgoing.once('error', (error) => {
      fail(error.message);
    });
    outgoing.end();
  });
}

/** Most questions that wait for an answer: on a busy machine the crowd asks less, instead of piling up. */
const waitingMax = 100;

interface Crowd {
  /** Who has been answered so far. */
  readonly answered: readonly Visit[];
  /** Asks no more; resolves when everybody has been answered. */
  readonly stop: () => Promise<readonly Visit[]>;
}

/** Asks at a steady rate, whether answers come or not, until told to stop. */
function crowd(perSecond: number): Crowd {
  const answered: Visit[] = [];
  const waiting = new Set<Promise<unknown>>();
  const startedMs = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedMs;
    for (; due < (elapsedMs / 1000) * perSecond; due += 1) {
      if (waiting.size >= waitingMax) continue;
      const visit = ask().then((answer) => {
        answered.push(answer);
        waiting.delete(visit);
      });
      waiting.add(visit);
    }
  }, 2);
  const stop = async (): Promise<readonly Visit[]> => {
    clearInterval(timer);
    await Promise.all(waiting);
    return answered;
  };
  return { answered, stop };
}

const revisions = new Set(['shift-one', 'shift-two']);

describe('shares', { timeout: 300_000 }, () => {
  // 3.29 standard deviations are the two-sided 99.9 % interval of a binomial count.
  it.each([0, 1, 10, 50, 99, 100])('of %i percent hold over 10,000 requests', async (share) => {
    await shift(share);
    let second = 0;
    for (let sent = 0; sent < 10_000; sent += 50) {
      const visits = await Promise.all(Array.from({ length: 50 }, ask));
      second += visits.filter(({ revision }) => revision === 'shift-two').length;
    }
    const deviation = Math.sqrt(10_000 * (share / 100) * (1 - share / 100));
    expect(Math.abs(second - share * 100)).toBeLessThanOrEqual(3.29 * deviation);
  });
});

describe('a thousand shifts under 500 requests a second', { timeout: 600_000 }, () => {
  it('lose no request', async () => {
    const visitors = crowd(500);
    for (let count = 0; count < 1000; count += 1) await shift(count % 2 === 0 ? 0 : 100);
    const visits = await visitors.stop();
    expect(visits.filter(({ revision }) => !revisions.has(revision))).toEqual([]);
    expect(visits.length).toBeGreaterThan(500);
  });

  it('send nothing to a revision at 0 % later than 50 ms after the write returned', async () => {
    const visitors = crowd(500);
    const strays: Visit[] = [];
    for (let count = 0; count < 20; count += 1) {
      const share = count % 2 === 0 ? 0 : 100;
      await shift(share);
      const fromMs = performance.now() + 50;
      // Asked later than 50 ms after the write returned, and answered before the next one is sent.
      const settled = (): readonly Visit[] =>
        visitors.answered.filter(({ sentMs }) => sentMs > fromMs);
      await vi.waitUntil(() => settled().length >= 20, { timeout: 60_000, interval: 5 });
      const wanted = share === 0 ? 'shift-one' : 'shift-two';
      strays.push(...settled().filter(({ revision }) => revision !== wanted));
    }
    await visitors.stop();
    expect(strays).toEqual([]);
  });
});
