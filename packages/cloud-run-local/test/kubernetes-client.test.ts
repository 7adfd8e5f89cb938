/** The v1 API, asked by the Kubernetes client: a Knative Service is a custom object to it. */
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echoService, settled, startWorld, type Body, type World } from './harness.js';

const kind = { group: 'serving.knative.dev', version: 'v1', namespace: 'local' } as const;
const services = { ...kind, plural: 'services' } as const;
let world: World;
let api: CustomObjectsApi;

beforeAll(async () => {
  world = await startWorld();
  const config = new KubeConfig();
  config.loadFromOptions({
    // The client refuses plain HTTP unless it is told not to verify anything.
    clusters: [{ name: 'local', server: world.emulator.url, skipTLSVerify: true }],
    users: [{ name: 'local' }],
    contexts: [{ name: 'local', cluster: 'local', user: 'local' }],
    currentContext: 'local',
  });
  api = config.makeApiClient(CustomObjectsApi);
});
afterAll(async () => {
  await world.stop();
});

describe('CustomObjectsApi', () => {
  it('creates, reads, lists, replaces and deletes a Knative Service', async () => {
    await api.createNamespacedCustomObject({ ...services, body: echoService('reef') });
    await settled(world, 'reef');
    const read = async () =>
      (await api.getNamespacedCustomObject({ ...services, name: 'reef' })) as Body;
    const before = await read();
    const metadata = { ...before.metadata, annotations: { 'example.dev/depth': '18 m' } };
    await api.replaceNamespacedCustomObject({
      ...services,
      name: 'reef',
      body: { ...before, metadata },
    });
    await settled(world, 'reef');
    const after = await read();
    expect(after.metadata.annotations['example.dev/depth']).toBe('18 m');
    expect(after.status.latestCreatedRevisionName).toBe(before.status.latestCreatedRevisionName);
    const list = (await api.listNamespacedCustomObject({
      ...kind,
      plural: 'revisions',
      labelSelector: 'serving.knative.dev/service=reef',
    })) as Body;
    expect(list.items).toHaveLength(1);
    await api.deleteNamespacedCustomObject({ ...services, name: 'reef' });
    await expect(read()).rejects.toMatchObject({ code: 404 });
  });

  it('is refused with 409 where somebody wrote in between', async () => {
    await api.createNamespacedCustomObject({ ...services, body: echoService('wreck') });
    const stale = await settled(world, 'wreck');
    const replace = () =>
      api.replaceNamespacedCustomObject({ ...services, name: 'wreck', body: stale });
    await replace();
    await expect(replace()).rejects.toMatchObject({ code: 409 });
  });
});
