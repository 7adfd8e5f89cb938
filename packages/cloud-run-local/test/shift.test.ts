/**
 * What a rollout depends on: shares are what was asked for, and a shift of traffic loses nothing.
 * The emulator runs as a program of its own, so that the load does not share its event loop.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '@ascent/knative';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { startProgram, stopProgram, type Program } from './program.js';

let dataDir = '';
let running: Program;
let service: Body;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  await buildImage(join(fixtures, 'echo'), { tag: echoImage, dataDir });
  running = await startProgram(dataDir);
  await deploy(running, named('shift-one', 'one'));
  service = await deploy(running, named('shift-two', 'two'));
});
afterAll(async () => {
  agent.destroy();
  await stopProgram(running);
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
        else resolve({ sentMs, revision: (JSON.parse(text) as { revision: string }).revision });
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

/** Asks at a steady rate, whether answers come or not, until told to stop. */
function crowd(perSecond: number): { stop: () => Promise<readonly Visit[]> } {
  const visits: Promise<Visit>[] = [];
  const startedMs = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * perSecond;
    while (visits.length < due) visits.push(ask());
  }, 2);
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.all(visits);
    },
  };
}

const revisions = new Set(['shift-one', 'shift-two']);

describe('shares', () => {
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

describe('a thousand shifts under 500 requests a second', () => {
  it('lose no request', async () => {
    const visitors = crowd(500);
    for (let count = 0; count < 1000; count += 1) await shift(count % 2 === 0 ? 0 : 100);
    const visits = await visitors.stop();
    expect(visits.filter(({ revision }) => !revisions.has(revision))).toEqual([]);
    expect(visits.length).toBeGreaterThan(500);
  });

  it('send nothing to a revision at 0 % later than 50 ms after the write returned', async () => {
    const visitors = crowd(500);
    const writes: {
      readonly fromMs: number;
      readonly untilMs: number;
      readonly revision: string;
    }[] = [];
    for (let count = 0; count < 20; count += 1) {
      const share = count % 2 === 0 ? 0 : 100;
      await shift(share);
      const fromMs = performance.now() + 50;
      await new Promise((resolve) => setTimeout(resolve, 150));
      const revision = share === 0 ? 'shift-one' : 'shift-two';
      writes.push({ fromMs, untilMs: performance.now(), revision });
    }
    const visits = await visitors.stop();
    const inWindow = writes.map(({ fromMs, untilMs, revision }) => ({
      revision,
      visits: visits.filter(({ sentMs }) => sentMs > fromMs && sentMs < untilMs),
    }));
    expect(inWindow.every((window) => window.visits.length > 10)).toBe(true);
    const strays = inWindow.flatMap((window) =>
      window.visits.filter((visit) => visit.revision !== window.revision),
    );
    // A question asked just before the next shift may be answered after it.
    expect(strays.filter(({ sentMs }) => !nearTheEnd(sentMs, writes))).toEqual([]);
  });
});

function nearTheEnd(sentMs: number, writes: readonly { readonly untilMs: number }[]): boolean {
  return writes.some(({ untilMs }) => sentMs < untilMs && sentMs > untilMs - 25);
}
