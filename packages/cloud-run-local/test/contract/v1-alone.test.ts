/** What only v1 has, over plain HTTP; what both APIs have is in `both-apis.test.ts`. */
import type { Service } from '@ascent/knative';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeResourceVersion } from '../../src/resources/version-token.js';
import {
  call,
  deploy,
  echoService,
  servicePath,
  startWorld,
  visit,
  type World,
} from '../harness.js';

const base = '/apis/serving.knative.dev/v1/namespaces/local' as const;
let world: World;
beforeAll(async () => {
  world = await startWorld();
  await deploy(world, echoService('first'));
  await deploy(world, echoService('second'));
});
afterAll(async () => {
  await world.stop();
});

it('names both versions where a write comes too late', async () => {
  const read = await deploy(world, echoService('race'));
  const write = () => call(world, `PUT ${servicePath('race')}`, read);
  const first = await write();
  const second = await write();
  const sent = decodeResourceVersion(read.metadata.resourceVersion);
  const current = decodeResourceVersion(first.body.metadata.resourceVersion);
  expect(second.body.error).toEqual({
    code: 409,
    status: 'ABORTED',
    message: `Conflict for resource 'race': version '${sent}' was specified but current version is '${current}'.`,
  });
});

it('refuses the later of two writes, too, after the clock of the machine was set back', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
  const tomorrow = await startWorld({ dataDir });
  const read = await deploy(tomorrow, echoService('early'));
  await tomorrow.stop();
  vi.useRealTimers();
  const today = await startWorld({ dataDir });
  const write = () => call(today, `PUT ${servicePath('early')}`, read);
  expect((await write()).status).toBe(200);
  expect((await write()).body.error.status).toBe('ABORTED');
  await today.stop();
  await rm(dataDir, { recursive: true });
});

it('takes the options of a deletion from its body, as Kubernetes clients send them', async () => {
  await deploy(world, echoService('spared'));
  const remove = (dryRun: string) =>
    call(world, `DELETE ${servicePath('spared')}`, { kind: 'DeleteOptions', dryRun: [dryRun] });
  expect((await remove('All')).status).toBe(200);
  expect((await remove('Most')).status).toBe(400);
  expect((await call(world, `GET ${servicePath('spared')}`)).status).toBe(200);
});

it('answers without a name in the template, so that writing back mints nothing', async () => {
  const { body } = await call(world, `GET ${servicePath('first')}`);
  expect(body.spec.template.metadata?.name).toBeUndefined();
  const after = await deploy(world, { ...body, metadata: { name: 'first' } });
  expect(after.status.latestCreatedRevisionName).toBe(body.status.latestCreatedRevisionName);
});

it('lists revisions by label', async () => {
  const selector = encodeURIComponent('serving.knative.dev/service=second');
  const { body } = await call(world, `GET ${base}/revisions?labelSelector=${selector}`);
  expect(body).toMatchObject({ kind: 'RevisionList' });
  expect(body.items.map(({ metadata }) => metadata.name)).toEqual([
    expect.stringMatching(/^second-00001-/),
  ]);
});

it('shows the two halves of a service', async () => {
  const route = await call(world, `GET ${base}/routes/first`);
  const configuration = await call(world, `GET ${base}/configurations/first`);
  expect(route.body.status.traffic[0]?.percent).toBe(100);
  expect(configuration.body.status.latestReadyRevisionName).toMatch(/^first-/);
});

it('has the same services below a location', async () => {
  const { body } = await call(world, 'GET /v1/projects/local/locations/us-central1/services/first');
  expect(body.metadata.name).toBe('first');
});

function withContainer(fields: Record<string, unknown>): Service {
  return echoService('unsupported', { container: fields });
}

it('is not at the service of a page of another site', async () => {
  const { url } = world.emulator;
  const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' };
  const body = JSON.stringify(echoService('evil'));
  const written = await visit(url, { path: servicePath(), method: 'POST', body, headers });
  const read = await visit(url, { path: servicePath(), headers: { host: 'rebind.evil.example' } });
  expect([written.status, read.status]).toEqual([403, 403]);
  expect((await call(world, `GET ${servicePath('evil')}`)).status).toBe(404);
});

it('says its address as a URL where it listens on IPv6', async () => {
  const other = await startWorld({ host: '::1' });
  expect(other.emulator.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await call(other, `GET ${servicePath()}`)).status).toBe(200);
  await other.stop();
});

describe('a call that is refused', () => {
  it('for a target of neither kind says what to give', async () => {
    const traffic = [{ percent: 100 }];
    const reply = await call(world, `POST ${servicePath()}`, echoService('split', { traffic }));
    expect(reply.body.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(reply.body.error.message).toContain(
      'spec.traffic[0]: give exactly one of revisionName and latestRevision',
    );
  });

  it.each([
    [`PUT ${servicePath('first')}`, echoService('other'), 400, 'INVALID_ARGUMENT'],
    [`POST ${servicePath()}`, '{', 400, 'INVALID_ARGUMENT'],
    [`POST ${servicePath()}`, { kind: 'Service' }, 400, 'INVALID_ARGUMENT'],
    [`PATCH ${servicePath('first')}`, {}, 501, 'UNIMPLEMENTED'],
  ] as const)('%s answers its fault', async (operation, body, ...fault) => {
    const reply = await call(world, operation, body);
    expect([reply.status, reply.body.error.status]).toEqual(fault);
  });

  it.each([
    ['apiVersion', { apiVersion: 'v2' }],
    ['metadata.namespace', { metadata: { name: 'odd', namespace: 'foreign' } }],
    ['metadata.labels', { metadata: { name: 'odd', labels: { 'a b': 'c' } } }],
  ])('for a name in %s that cannot be says which', async (field, fields) => {
    const body = { ...echoService('odd'), ...fields };
    const { error } = (await call(world, `POST ${servicePath()}?dryRun=all`, body)).body;
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(error.message.startsWith(`${field}: `)).toBe(true);
  });

  it('for a project that cannot be leaves nothing behind', async () => {
    const path = `/apis/serving.knative.dev/v1/namespaces/${'p'.repeat(300)}/services` as const;
    expect((await call(world, `POST ${path}`, echoService('lost'))).status).toBe(400);
    expect((await call(world, `GET ${path}`)).body.items).toEqual([]);
  });

  it.each([
    ['watch', `GET ${servicePath()}?watch=true`, undefined],
    ['watch', `GET ${base}/revisions?watch=1`, undefined],
    [
      'spec.template.spec.containers[0].ports[0].name: h2c',
      `POST ${servicePath()}`,
      withContainer({ ports: [{ name: 'h2c', containerPort: 8080 }] }),
    ],
  ] as const)('names what is not there: %s', async (name, operation, body) => {
    const { error } = (await call(world, operation, body)).body;
    expect(error).toMatchObject({ code: 501, status: 'UNIMPLEMENTED' });
    expect(error.message.startsWith(name)).toBe(true);
  });
});
