/** Images of a Docker engine, run by a fake one that speaks the engine's protocol over a real socket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeOrphanContainers } from '../src/docker/container-program.js';
import { DockerEngine } from '../src/docker/docker-engine.js';
import {
  startFakeDockerEngine,
  type FakeContainer,
  type FakeDockerEngine,
} from './fake-docker-engine.js';
import {
  call,
  deploy,
  echoService,
  patient,
  servicePath,
  startWorld,
  visit,
  type World,
} from './harness.js';

const image = 'registry.example/p/echo:1';
const remote = 'registry.example/p/remote:1';
let folder = '';
let engine: FakeDockerEngine;
let world: World;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-'));
  const dockerSocket = join(folder, 'docker.sock');
  engine = await startFakeDockerEngine(dockerSocket, { images: [image], pullable: [remote] });
  world = await startWorld({ dockerSocket, killDelayMs: 300 });
});
afterAll(async () => {
  await world.stop();
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The newest container of a service. */
function containerOf(service: string): FakeContainer {
  const found = engine.made.findLast(({ body }) => body.Env.includes(`K_SERVICE=${service}`));
  if (found === undefined) throw new Error(`no container of ${service}`);
  return found;
}

const keepOne = { 'autoscaling.knative.dev/minScale': '1' };
const messages = (): readonly string[] => world.logs.map(({ message }) => message);

describe('an image of a Docker engine', () => {
  it('runs as a container with its port, variables and limits, and answers', async () => {
    const resources = { limits: { cpu: '2', memory: '256Mi' } };
    const service = await deploy(
      world,
      echoService('boxed', { env: { GREETING: 'ahoy' }, container: { image, resources } }),
    );
    const reply = await visit(service.status.url);
    expect(JSON.parse(reply.text)).toMatchObject({ service: 'boxed', env: 'ahoy' });
    const { body } = containerOf('boxed');
    expect(body.Env).toEqual(
      expect.arrayContaining(['PORT=8080', 'GREETING=ahoy', 'K_CONFIGURATION=boxed']),
    );
    expect(body.HostConfig).toMatchObject({
      Memory: 256 * 2 ** 20,
      MemorySwap: 256 * 2 ** 20,
      NanoCpus: 2e9,
      PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1' }] },
    });
  });

  it('is not ready before its program listens, whatever accepts connections for it', async () => {
    const env = { START_DELAY_MS: '1000' };
    const service = await deploy(world, echoService('slow', { env, container: { image } }));
    expect((await visit(service.status.url)).status).toBe(200);
  });

  it('is pulled when the engine does not have it', async () => {
    const service = await deploy(world, echoService('pulled', { container: { image: remote } }));
    expect(engine.pulled).toContain(remote);
    expect((await visit(service.status.url)).status).toBe(200);
  });

  it('is missing where no registry has it', async () => {
    const gone = { image: 'registry.example/p/gone:1' };
    const service = await deploy(world, echoService('gone', { container: gone }));
    expect(service.status.conditions.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainerMissing',
    });
  });

  it('writes its lines into the log', async () => {
    const service = await deploy(world, echoService('written', { container: { image } }));
    await visit(service.status.url, { path: '/log?line=from-the-box' });
    await expect.poll(messages, patient).toContain('from-the-box');
  });
});

describe('a container that ends', () => {
  it('gets SIGTERM, is killed when its time is over, and is taken away', async () => {
    const env = { IGNORE_SIGTERM: '1' };
    await deploy(world, echoService('stubborn', { env, container: { image } }));
    const { id, signals } = containerOf('stubborn');
    await call(world, `DELETE ${servicePath('stubborn')}`);
    await expect.poll(() => engine.containers.has(id), patient).toBe(false);
    expect(signals).toEqual(['SIGTERM', 'SIGKILL']);
  });

  it('for lack of memory is reported, and replaced', async () => {
    const service = await deploy(
      world,
      echoService('hungry', { container: { image }, annotations: keepOne }),
    );
    const container = containerOf('hungry');
    container.outOfMemory = true;
    container.process?.kill('SIGKILL');
    await expect
      .poll(messages, patient)
      .toContainEqual(expect.stringMatching(/^Memory limit of 512 MiB exceeded\. /));
    expect(messages()).toContain('Container terminated on signal 9.');
    await expect.poll(async () => (await visit(service.status.url)).status, patient).toBe(200);
    expect(containerOf('hungry').id).not.toBe(container.id);
  });

  it('on its first start makes the deployment fail', async () => {
    const env = { EXIT_ON_START: '3' };
    const service = await deploy(world, echoService('broken', { env, container: { image } }));
    expect(service.status.conditions.find(({ type }) => type === 'Ready')?.status).toBe('False');
    expect(messages()).toContain('Container called exit(3).');
    await expect.poll(() => engine.containers.has(containerOf('broken').id), patient).toBe(false);
  });
});

describe('an emulator', () => {
  it('takes away the containers an earlier run on its data left behind', async () => {
    const { containers } = engine;
    await deploy(world, echoService('left', { container: { image }, annotations: keepOne }));
    const { id, body } = containerOf('left');
    expect(containers.has(id)).toBe(true);
    // As after kill -9: another one finds them by the label of the data directory.
    const dataDir = body.Labels['cloud-run-local.data'] ?? '';
    expect(dataDir).toBe(world.settings.dataDir);
    const socket = world.settings.dockerSocket ?? '';
    await removeOrphanContainers(await DockerEngine.connect(socket), dataDir);
    expect(containers.has(id)).toBe(false);
  });

  it('says so when no engine answers, and runs images of this machine', async () => {
    const alone = await startWorld({ dockerSocket: join(folder, 'nobody.sock') });
    try {
      expect(alone.logs[1]?.message).toMatch(
        /^The Docker engine at .*nobody\.sock does not answer/,
      );
      const service = await deploy(alone, echoService('here'));
      expect((await visit(service.status.url)).status).toBe(200);
    } finally {
      await alone.stop();
    }
  });
});
