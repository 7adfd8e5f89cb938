/** The v1 API over HTTP, with real processes behind it. */
import type { Condition, Service } from '@ascent/knative';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeResourceVersion } from '../src/resources/version-token.js';
import {
  call,
  deploy,
  echoService,
  servicePath,
  settled,
  startWorld,
  isAlive,
  patient,
  visit,
  type Body,
  type FrontReply,
  type World,
} from './harness.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
});

const conditionOf = ({ status }: Body, type: string): Condition | undefined =>
  status.conditions.find((condition) => condition.type === type);

describe('a first deployment', () => {
  it('answers promptly with Ready undecided, and is ready and reachable after a while', async () => {
    const created = await call(world, `POST ${servicePath()}`, echoService('first'));
    expect(created.status).toBe(200);
    expect(created.body.metadata).toMatchObject({ name: 'first', generation: 1 });
    expect(created.body.status.latestReadyRevisionName).toBeUndefined();
    const service = await settled(world, 'first');
    expect(service.status.latestReadyRevisionName).toMatch(/^first-00001-[a-z0-9]{3}$/);
    expect(conditionOf(service, 'Ready')).toMatchObject({ status: 'True' });
    const reply = await visit(service.status.url, { path: '/a/b?c=d' });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toMatchObject({
      service: 'first',
      revision: service.status.latestReadyRevisionName,
      env: 'hello',
      path: '/a/b?c=d',
      headers: { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
    });
  });

  it('fills the defaults Cloud Run fills', async () => {
    const { body } = await call(world, `GET ${servicePath('first')}`);
    expect(body.spec.template.spec).toMatchObject({
      containerConcurrency: 80,
      timeoutSeconds: 300,
      containers: [
        {
          name: 'first-1',
          ports: [{ name: 'http1', containerPort: 8080 }],
          resources: { limits: { cpu: '1000m', memory: '512Mi' } },
          startupProbe: {
            timeoutSeconds: 240,
            periodSeconds: 240,
            failureThreshold: 1,
            tcpSocket: { port: 8080 },
          },
        },
      ],
    });
    expect(body.spec.traffic).toEqual([{ latestRevision: true, percent: 100 }]);
    expect(body.spec.template.metadata?.name).toBeUndefined();
  });

  it('is refused under a name that is taken', async () => {
    const reply = await call(world, `POST ${servicePath()}`, echoService('first'));
    expect(reply.status).toBe(409);
    expect(reply.body.error).toMatchObject({ code: 409, status: 'ALREADY_EXISTS' });
  });
});

describe('minting revisions', () => {
  it('mints none for an unchanged template, one for a changed one', async () => {
    const before = await deploy(world, echoService('mint'));
    const same = await deploy(world, {
      ...before,
      metadata: { name: 'mint', annotations: { a: 'b' } },
    });
    expect(same.metadata.generation).toBe(2);
    expect(same.metadata.annotations['a']).toBe('b');
    expect(same.status.latestCreatedRevisionName).toBe(before.status.latestCreatedRevisionName);
    const changed = await deploy(world, echoService('mint', { env: { GREETING: 'salut' } }));
    expect(changed.status.latestReadyRevisionName).toMatch(/^mint-00002-/);
    expect(seen(await visit(changed.status.url)).env).toBe('salut');
  });

  it('takes the name it is given, and refuses it for another template', async () => {
    const named = echoService('named');
    const template = { ...named.spec.template, metadata: { name: 'named-one' } };
    const first = await deploy(world, { ...named, spec: { template } });
    expect(first.status.latestReadyRevisionName).toBe('named-one');
    const other = echoService('named', { env: { GREETING: 'x' } }).spec.template;
    const refused = await call(world, `PUT ${servicePath('named')}`, {
      ...named,
      spec: { template: { ...other, metadata: { name: 'named-one' } } },
    });
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toBe(
      "Revision named 'named-one' with different configuration already exists.",
    );
  });
});

describe('two writers', () => {
  it('refuses the one that read before the other wrote, and changes nothing', async () => {
    const read = await deploy(world, echoService('race'));
    const first = await call(world, `PUT ${servicePath('race')}`, {
      ...read,
      metadata: { ...read.metadata, annotations: { winner: 'first' } },
    });
    expect(first.status).toBe(200);
    const second = await call(world, `PUT ${servicePath('race')}`, {
      ...read,
      metadata: { ...read.metadata, annotations: { winner: 'second' } },
    });
    expect(second.status).toBe(409);
    const sent = decodeResourceVersion(read.metadata.resourceVersion);
    expect(second.body.error.status).toBe('ABORTED');
    expect(second.body.error.message).toMatch(
      new RegExp(
        `^Conflict for resource 'race': version '${sent}' was specified but current version is '\\d+'\\.$`,
      ),
    );
    const after = await settled(world, 'race');
    expect(after.metadata.annotations['winner']).toBe('first');
  });

  it('accepts a write without a version', async () => {
    const reply = await call(world, `PUT ${servicePath('race')}`, echoService('race'));
    expect(reply.status).toBe(200);
  });
});

describe('a deployment that fails', () => {
  it('keeps the old traffic and says why', async () => {
    const good = await deploy(world, echoService('fails'));
    const bad = await deploy(world, echoService('fails', { env: { EXIT_ON_START: '3' } }));
    expect(conditionOf(bad, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'HealthCheckContainerError',
      message: expect.stringContaining('is not ready and cannot serve traffic') as string,
    });
    expect(conditionOf(bad, 'RoutesReady')).toMatchObject({ status: 'True' });
    expect(bad.status.latestReadyRevisionName).toBe(good.status.latestReadyRevisionName);
    expect(bad.status.latestCreatedRevisionName).not.toBe(good.status.latestCreatedRevisionName);
    expect(seen(await visit(bad.status.url)).revision).toBe(good.status.latestReadyRevisionName);
    const path: `/${string}` = `/apis/serving.knative.dev/v1/namespaces/local/revisions/${bad.status.latestCreatedRevisionName}`;
    const revision = (await call(world, `GET ${path}`)).body;
    expect(conditionOf(revision, 'ContainerHealthy')).toMatchObject({ status: 'False' });
  });

  it('names an image that is not there', async () => {
    const service = await deploy(world, echoService('noimage', { container: { image: 'gone:1' } }));
    expect(conditionOf(service, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainerMissing',
      message: expect.stringContaining("Image 'gone:1' not found.") as string,
    });
  });
});

describe('traffic', () => {
  it('serves a candidate at 0 % by its tag only, until it gets a share', async () => {
    const one = await deploy(world, echoService('canary'));
    const stable = one.status.latestReadyRevisionName;
    const candidate = echoService('canary', { env: { GREETING: 'new' } }).spec.template;
    const pinned = await deploy(world, {
      ...echoService('canary'),
      spec: {
        template: { ...candidate, metadata: { name: 'canary-two' } },
        traffic: [
          { revisionName: stable, percent: 100 },
          { revisionName: 'canary-two', tag: 'candidate' },
        ],
      },
    });
    const taggedUrl = pinned.status.traffic.find(({ tag }) => tag !== undefined)?.url ?? '';
    expect(taggedUrl).toMatch(/^http:\/\/candidate---canary-\d{12}\.us-central1\.run\.localhost:/);
    expect(seen(await visit(taggedUrl)).revision).toBe('canary-two');
    expect(seen(await visit(pinned.status.url)).revision).toBe(stable);
    const path = `/run/candidate---canary/x`;
    const byPath = await visit(world.emulator.url, { path });
    expect(JSON.parse(byPath.text)).toMatchObject({ revision: 'canary-two', path: '/x' });
    const shifted = await deploy(world, {
      ...pinned,
      metadata: { name: 'canary' },
      spec: { ...pinned.spec, traffic: [{ revisionName: 'canary-two', percent: 100 }] },
    });
    expect(seen(await visit(shifted.status.url)).revision).toBe('canary-two');
    expect((await visit(taggedUrl)).status).toBe(404);
  });

  it.each([
    [[{ latestRevision: true, percent: 90 }], 'Traffic targets sum to 90, want 100: spec.traffic'],
    [[{ percent: 100 }], 'spec.traffic[0]: give exactly one of revisionName and latestRevision'],
    [[{ latestRevision: true, percent: 100, tag: 'A' }], "spec.traffic[0].tag: 'A'"],
    [
      [
        { latestRevision: true, percent: 50, tag: 'a' },
        { latestRevision: true, percent: 50, tag: 'a' },
      ],
      'is used twice',
    ],
  ])('refuses %j', async (traffic: Record<string, unknown>[], message) => {
    const reply = await call(world, `POST ${servicePath()}`, echoService('split', { traffic }));
    expect(reply.status).toBe(400);
    expect(reply.body.error.status).toBe('INVALID_ARGUMENT');
    expect(reply.body.error.message).toContain(message);
  });

  it('reports a revision that does not exist and keeps what is served', async () => {
    await deploy(world, echoService('missing'));
    const service = await deploy(
      world,
      echoService('missing', { traffic: [{ revisionName: 'missing-nope', percent: 100 }] }),
    );
    expect(conditionOf(service, 'RoutesReady')).toMatchObject({
      status: 'False',
      reason: 'RevisionMissing',
    });
    expect((await visit(service.status.url)).status).toBe(200);
  });
});

describe('reading and deleting', () => {
  it('lists what it has by label', async () => {
    const revisions = await call(
      world,
      'GET /apis/serving.knative.dev/v1/namespaces/local/revisions?labelSelector=serving.knative.dev/service%3Dmint',
    );
    expect(revisions.body).toMatchObject({ kind: 'RevisionList' });
    expect(revisions.body.items).toHaveLength(2);
    const services = await call(world, `GET ${servicePath()}`);
    expect(services.body.items.length).toBeGreaterThan(3);
  });

  it('reads the two halves of a service', async () => {
    const base = '/apis/serving.knative.dev/v1/namespaces/local' as const;
    const route = await call(world, `GET ${base}/routes/first`);
    const configuration = await call(world, `GET ${base}/configurations/first`);
    expect(route.body.status.traffic[0]?.percent).toBe(100);
    expect(configuration.body.status.latestReadyRevisionName).toMatch(/^first-/);
  });

  it('deletes a service with all its processes', async () => {
    const service = await deploy(world, echoService('doomed'));
    const { pid } = seen(await visit(service.status.url));
    expect((await call(world, `DELETE ${servicePath('doomed')}`)).body.status).toBe('Success');
    expect((await call(world, `GET ${servicePath('doomed')}`)).status).toBe(404);
    expect((await visit(service.status.url)).status).toBe(404);
    await expect.poll(() => isAlive(pid), patient).toBe(false);
  });

  it.each([
    [`GET ${servicePath('nobody')}`, undefined, 404, 'NOT_FOUND'],
    [`PUT ${servicePath('nobody')}`, echoService('nobody'), 404, 'NOT_FOUND'],
    [`PUT ${servicePath('first')}`, echoService('other'), 400, 'INVALID_ARGUMENT'],
    [`POST ${servicePath()}`, echoService('Bad_Name'), 400, 'INVALID_ARGUMENT'],
    [`POST ${servicePath()}`, '{', 400, 'INVALID_ARGUMENT'],
    [`POST ${servicePath()}`, { kind: 'Service' }, 400, 'INVALID_ARGUMENT'],
    [`PATCH ${servicePath('first')}`, {}, 501, 'UNIMPLEMENTED'],
    [`GET ${servicePath()}?watch=true`, undefined, 501, 'UNIMPLEMENTED'],
    [`POST ${servicePath()}`, twoContainers(), 501, 'UNIMPLEMENTED'],
  ] as const)('%s answers its fault', async (operation, body, ...fault) => {
    const reply = await call(world, operation, body);
    expect([reply.status, reply.body.error.status]).toEqual(fault);
  });
});

function twoContainers(): Service {
  const { spec, ...service } = echoService('pair');
  const [container] = spec.template.spec.containers;
  const containers = [container, container] as Service['spec']['template']['spec']['containers'];
  return { ...service, spec: { template: { spec: { containers } } } };
}

/** What the echo service says of itself. */
function seen({ text }: FrontReply): { revision: string; env: string; pid: number } {
  return JSON.parse(text) as { revision: string; env: string; pid: number };
}
