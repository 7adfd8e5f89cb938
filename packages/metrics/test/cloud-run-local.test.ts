/** The Cloud Monitoring port against cloud-run-local: real instances answer, its front door counts. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MetricsOutcome, TrafficPoint } from '@ascent/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCloudMonitoringPort } from '../src/index.js';
import { readable, totals } from './metrics-contract.js';

const PROGRAM = fileURLToPath(
  new URL('../../cloud-run-local/dist/cloud-run-local.js', import.meta.url),
);
const FIXTURE = fileURLToPath(new URL('./fixtures/answerer', import.meta.url));
const IMAGE = 'us-central1-docker.pkg.dev/p/r/answerer:1';
const SERVICE = 'answerer';
const REVISIONS = ['answerer-00001-one', 'answerer-00002-two'] as const;
const STEP_MS = 200;
const HIDDEN_MS = 400;
/** As in production, a little more than the platform's own delay. */
const DELAY_MS = 600;

let url: string;
let stop: () => Promise<void>;
const read = (afterMs: number): Promise<MetricsOutcome> =>
  createCloudMonitoringPort({
    project: 'local',
    location: null,
    endpoint: url,
    samplePeriodMs: STEP_MS,
    visibilityDelayMs: DELAY_MS,
  }).read({ service: SERVICE, revisions: REVISIONS, afterMs, nowMs: Date.now() });

beforeAll(async () => {
  const data = await mkdtemp(join(tmpdir(), 'ascent-metrics-'));
  const image = ['image', 'build', FIXTURE, '--tag', IMAGE, '--data', data];
  const built = spawnSync(process.execPath, [PROGRAM, ...image], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`cannot build the image: ${built.stderr}`);
  const times = ['--sample-period', `${STEP_MS}ms`, '--visibility-delay', `${HIDDEN_MS}ms`];
  const child = spawn(
    process.execPath,
    [PROGRAM, 'start', '--port', '0', '--data', data, ...times],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  stop = async () => {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await rm(data, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    ({ url } = JSON.parse(line) as { url: string });
    break;
  }
  for (const revision of REVISIONS) await deploy(revision);
});
afterAll(() => stop());

async function deploy(revision: string): Promise<void> {
  const path = `${url}/apis/serving.knative.dev/v1/namespaces/local/services`;
  const exists = (await fetch(`${path}/${SERVICE}`)).status === 200;
  const spec = { containers: [{ image: IMAGE, env: [{ name: 'REVISION', value: revision }] }] };
  const body = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: SERVICE },
    spec: { template: { metadata: { name: revision }, spec } },
  };
  const answer = await fetch(exists ? `${path}/${SERVICE}` : path, {
    method: exists ? 'PUT' : 'POST',
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the deploy was answered ${answer.status}`);
  await until(async () => (await visit(revision, 200)) === 200);
}

/** One request to a revision, whatever the split. */
async function visit(revision: string, status: number): Promise<number> {
  const answer = await fetch(`${url}/run/${SERVICE}@${revision}/?status=${status}`);
  await answer.text();
  return answer.status;
}

async function until(asked: () => Promise<boolean>): Promise<void> {
  while (!(await asked())) await delay(20);
}

/** Reads on until everything that was counted before now must have been told. */
async function readOn(afterMs: number): Promise<readonly TrafficPoint[]> {
  const points: TrafficPoint[] = [];
  const servedMs = Date.now();
  let watermarkMs = afterMs;
  await until(async () => {
    const outcome = readable(await read(watermarkMs));
    points.push(...outcome.points);
    watermarkMs = Math.max(watermarkMs, outcome.youngestTrustedMs);
    return watermarkMs > servedMs;
  });
  return points;
}

/** A time after everything that was served before it: the end of the current interval. */
async function nextInterval(): Promise<number> {
  const startMs = (Math.floor(Date.now() / STEP_MS) + 1) * STEP_MS;
  await until(() => Promise.resolve(Date.now() >= startMs));
  return startMs;
}

describe('what the front door counted', () => {
  test('nothing, where nothing happened', async () => {
    expect(await readOn(await nextInterval())).toEqual([]);
  });

  test('every request of each revision once, read while they come in', async () => {
    const [stable, candidate] = REVISIONS;
    const afterMs = await nextInterval();
    const load = (async () => {
      for (let i = 0; i < 60; i += 1) {
        expect(await visit(stable, i % 20 === 0 ? 500 : 200)).toBe(i % 20 === 0 ? 500 : 200);
        if (i % 3 === 0) await visit(candidate, i % 2 === 0 ? 503 : 404);
      }
    })();
    const early = await readOn(afterMs);
    await load;
    const lastEarlyMs = Math.max(afterMs, ...early.map(({ endMs }) => endMs));
    const points = [...early, ...(await readOn(lastEarlyMs))];
    expect(totals(points)).toEqual({
      [stable]: { requests: 60, errors: 3, latencies: 60 },
      [candidate]: { requests: 20, errors: 10, latencies: 20 },
    });
    expect(points[0]?.latency?.layout).toMatchObject({ type: 'exponential', growthFactor: 1.1 });
  });

  test('is an outage once the emulator has gone', async () => {
    await stop();
    expect(await read(Date.now() - 10_000)).toEqual({
      type: 'unavailable',
      reason: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});
