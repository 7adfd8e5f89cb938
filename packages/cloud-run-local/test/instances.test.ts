/** Instances under stress: they crash, hang, eat memory, sicken, are killed; what Cloud Run documents happens. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  deploy,
  echoImage,
  echoService,
  isAlive,
  patient,
  startWorld,
  visit,
  type Body,
  type World,
} from './harness.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ killDelayMs: 300, idleTimeoutMs: 100 });
});
afterAll(async () => {
  await world.stop();
});

const pidOf = async (url: string): Promise<number> =>
  (JSON.parse((await visit(url)).text) as { pid: number }).pid;
const ready = ({ status }: Body) => status.conditions.find(({ type }) => type === 'Ready');
const keepOne = { 'autoscaling.knative.dev/minScale': '1' };

describe('scaling', () => {
  it('stops an idle instance, and starts one again for the next request', async () => {
    const service = await deploy(world, echoService('idle'));
    const first = await pidOf(service.status.url);
    await expect.poll(() => isAlive(first), patient).toBe(false);
    expect(await pidOf(service.status.url)).not.toBe(first);
  });

  it('keeps the minimum, and none of a revision that nobody can reach', async () => {
    const service = await deploy(world, echoService('kept', { annotations: keepOne }));
    const pid = await pidOf(service.status.url);
    await deploy(world, echoService('kept', { annotations: keepOne, env: { A: 'b' } }));
    const newer = await pidOf(service.status.url);
    await expect.poll(() => isAlive(pid), patient).toBe(false);
    expect(isAlive(newer)).toBe(true);
  });

  it('starts as many as the concurrency asks for, at most the maximum', async () => {
    const service = await deploy(
      world,
      echoService('wide', {
        spec: { containerConcurrency: 1 },
        annotations: { 'autoscaling.knative.dev/maxScale': '3' },
      }),
    );
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => visit(service.status.url, { path: '/?wait=1500' })),
    );
    const pids = answers.map(({ text }) => (JSON.parse(text) as { pid: number }).pid);
    expect(new Set(pids).size).toBe(3);
  });
});

describe('an instance that ends', () => {
  it('by kill -9 loses its own requests only; the next is served by a new one', async () => {
    const service = await deploy(world, echoService('killed', { annotations: keepOne }));
    const pid = await pidOf(service.status.url);
    const lost = visit(service.status.url, { path: '/log?line=begun&wait=5000' });
    await expect.poll(() => hasBegun('killed'), patient).toBe(true);
    process.kill(pid, 'SIGKILL');
    expect((await lost).status).toBe(503);
    expect(await pidOf(service.status.url)).not.toBe(pid);
  });

  it('in a crash loop answers 503, and says so in the log', async () => {
    const service = await deploy(world, echoService('looping', { annotations: keepOne }));
    for (let count = 0; count < 3; count += 1) {
      expect((await visit(service.status.url, { path: '/exit?code=7' })).status).toBe(503);
    }
    expect(world.logs.map(({ message }) => message)).toContain('Container called exit(7).');
    // A visit in the moment between the exit and its being noticed is lost with it; the one after it is not.
    await expect.poll(async () => (await visit(service.status.url)).status, patient).toBe(200);
  });

  it('that ignores SIGTERM is killed when its time is over', async () => {
    const service = await deploy(world, echoService('stubborn', { env: { IGNORE_SIGTERM: '1' } }));
    const pid = await pidOf(service.status.url);
    await call(world, 'DELETE /apis/serving.knative.dev/v1/namespaces/local/services/stubborn');
    await expect.poll(() => isAlive(pid), patient).toBe(false);
  });

  it('finishes the request it has before it is told to end', async () => {
    const service = await deploy(world, echoService('draining'));
    const pid = await pidOf(service.status.url);
    const long = visit(service.status.url, { path: '/log?line=begun&wait=1000' });
    await expect.poll(() => hasBegun('draining'), patient).toBe(true);
    await call(world, 'DELETE /apis/serving.knative.dev/v1/namespaces/local/services/draining');
    expect((await long).status).toBe(200);
    await expect.poll(() => isAlive(pid), patient).toBe(false);
  });
});

describe('an instance that eats memory', () => {
  it('is killed over its limit and reported', async () => {
    const limits = { memory: '128Mi' };
    const service = await deploy(
      world,
      echoService('hungry', { container: { resources: { limits } }, annotations: keepOne }),
    );
    const pid = await pidOf(service.status.url);
    await visit(service.status.url, { path: '/eat?mib=150' });
    await expect.poll(() => isAlive(pid), patient).toBe(false);
    expect(world.logs.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^Memory limit of 128 MiB exceeded with \d+ MiB used\./),
    );
    expect((await visit(service.status.url)).status).toBe(200);
  });
});

describe('probes', () => {
  it('report a port that is never opened', async () => {
    const startupProbe = {
      tcpSocket: {},
      timeoutSeconds: 1,
      periodSeconds: 1,
      failureThreshold: 1,
    };
    const service = await deploy(
      world,
      echoService('silent', { env: { NEVER_LISTEN: '1' }, container: { startupProbe } }),
    );
    expect(ready(service)).toMatchObject({
      status: 'False',
      reason: 'HealthCheckContainerError',
      message: expect.stringContaining('failed the configured startup probe checks') as string,
    });
  });

  it('wait for a slow start', async () => {
    const startupProbe = { httpGet: { path: '/healthz' }, failureThreshold: 5, periodSeconds: 1 };
    const service = await deploy(
      world,
      echoService('sleepy', { env: { START_DELAY_MS: '1200' }, container: { startupProbe } }),
    );
    expect(ready(service)).toMatchObject({ status: 'True' });
  });

  it.each([
    ['passes', '1', 'True'],
    ['fails', '2', 'False'],
  ])('ask by gRPC: a start %s when the program says %s', async (what, health, status) => {
    const startupProbe = { grpc: {}, periodSeconds: 1, failureThreshold: 2 };
    const service = await deploy(
      world,
      echoService(`grpc-${what}`, { env: { GRPC_HEALTH: health }, container: { startupProbe } }),
    );
    expect(ready(service)?.status).toBe(status);
  });

  it('end an instance whose liveness fails', async () => {
    const livenessProbe = { httpGet: { path: '/healthz' }, periodSeconds: 1, failureThreshold: 2 };
    const service = await deploy(
      world,
      echoService('sick', { container: { livenessProbe }, annotations: keepOne }),
    );
    const pid = await pidOf(service.status.url);
    await visit(service.status.url, { path: '/sicken' });
    await expect.poll(() => isAlive(pid), patient).toBe(false);
    expect(await pidOf(service.status.url)).not.toBe(pid);
  });

  it('keep requests away from an instance that is not ready, without ending it', async () => {
    const impatient = await startWorld({ queueWaitMs: 500 });
    try {
      const readinessProbe = {
        httpGet: { path: '/readyz' },
        periodSeconds: 1,
        failureThreshold: 1,
      };
      const service = await deploy(
        impatient,
        echoService('resting', {
          container: { readinessProbe },
          annotations: { ...keepOne, 'autoscaling.knative.dev/maxScale': '1' },
        }),
      );
      const { url } = service.status;
      const { pid, port } = JSON.parse((await visit(url)).text) as { pid: number; port: string };
      await visit(url, { path: '/rest' });
      await expect.poll(async () => (await visit(url)).status, patient).toBe(429);
      expect(isAlive(pid)).toBe(true);
      // Only the front door keeps away: the instance itself still answers.
      await fetch(`http://127.0.0.1:${port}/wake`);
      await expect.poll(async () => (await visit(url)).status, patient).toBe(200);
      expect(await pidOf(url)).toBe(pid);
    } finally {
      await impatient.stop();
    }
  });
});

describe('a failed deployment', () => {
  it.each([
    ['no-program', 'HealthCheckContainerError', { command: ['/nowhere/program'] }],
    ['no-secret', 'SecretsAccessCheckFailed', secretContainer('unknown')],
    // These two names are ones that every object has.
    ['odd-secret', 'SecretsAccessCheckFailed', secretContainer('constructor')],
    ['odd-tag', 'ContainerMissing', { image: echoImage.replace(/:1$/, ':constructor') }],
  ])('is said once, with its reason: %s', async (name, reason, container) => {
    const service = await deploy(world, echoService(name, { container }));
    expect(ready(service)).toMatchObject({ status: 'False', reason });
  });

  it('of an image that is damaged names the file', async () => {
    const folder = join(world.settings.dataDir, 'images', 'damaged');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'tags.json'), '{');
    const service = await deploy(world, echoService('worn', { container: { image: 'damaged:1' } }));
    expect(ready(service)).toMatchObject({
      status: 'False',
      reason: 'RevisionFailed',
      message: expect.stringContaining(join('damaged', 'tags.json')) as string,
    });
  });
});

function secretContainer(name: string): Record<string, unknown> {
  const valueFrom = { secretKeyRef: { name, key: 'latest' } };
  return { env: [{ name: 'TOKEN', valueFrom }] };
}

/** Whether an instance of the service has begun with the request that logs `begun`. */
const hasBegun = (service: string): boolean =>
  world.logs.some((entry) => entry.service === service && entry.message === 'begun');

it('is stopped in time, though a request would go on for ever', async () => {
  const other = await startWorld({ killDelayMs: 300 });
  const service = await deploy(other, echoService('endless'));
  const pid = await pidOf(service.status.url);
  const endless = visit(service.status.url, { path: '/log?line=begun&wait=100000000' });
  const ended = Promise.allSettled([endless]);
  const begun = (): boolean => other.logs.some(({ message }) => message === 'begun');
  await expect.poll(begun, patient).toBe(true);
  await other.stop();
  expect(isAlive(pid)).toBe(false);
  await ended;
});
