/** The port against Cloud Run's API as cloud-run-local speaks it: real processes, real HTTP. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServicePort, ServiceView } from '@ascent/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServicePort } from '../src/index.js';
import { startCloudRunLocal, type CloudRunLocal } from './cloud-run-local.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';

let run: CloudRunLocal;
let proxy: FaultProxy;
beforeAll(async () => {
  run = await startCloudRunLocal();
  proxy = await startFaultProxy(run.url);
});
afterAll(async () => {
  await proxy.stop();
  await run.stop();
});

function portOf(service: string, url = run.url): ServicePort {
  return createServicePort({
    platform: { type: 'local', url, project: 'local', service },
    deadlineMs: 5_000,
  });
}

/** Reads until the view is as wanted. */
async function readUntil(
  port: ServicePort,
  wanted: (view: ServiceView) => boolean,
): Promise<ServiceView> {
  for (;;) {
    const view = await port.read();
    if (wanted(view)) return view;
    await delay(20);
  }
}

const settled = (view: ServiceView): boolean => view.settled;

describe('reading', () => {
  test('a service that was just created: all traffic floats, then is served by its revision', async () => {
    const revision = await run.deploy('fresh');
    const view = await readUntil(portOf('fresh'), settled);
    expect(view).toMatchObject({
      service: 'fresh',
      record: null,
      traffic: [{ revision: null, percent: 100, tag: null }],
      served: [{ revision, percent: 100, tag: null }],
      latestCreated: revision,
      latestReady: revision,
      latestReadiness: { type: 'ready' },
    });
  });

  test('a revision that starts slowly is starting, and then ready', async () => {
    await run.deploy('slow');
    const port = portOf('slow');
    await readUntil(port, settled);
    const revision = await run.deploy('slow', { START_DELAY_MS: '700' });
    const early = await port.read();
    expect(early).toMatchObject({ latestCreated: revision, latestReadiness: { type: 'starting' } });
    const late = await readUntil(
      port,
      ({ latestReadiness }) => latestReadiness.type !== 'starting',
    );
    expect(late.latestReadiness).toEqual({ type: 'ready' });
  });

  test('a revision that cannot start is failed, with the reason, and the traffic stays', async () => {
    const good = await run.deploy('broken');
    const port = portOf('broken');
    await readUntil(port, settled);
    const bad = await run.deploy('broken', { REFUSE: 'yes' });
    const view = await readUntil(port, ({ latestReadiness }) => latestReadiness.type === 'failed');
    expect(view).toMatchObject({ latestCreated: bad, latestReady: good });
    expect(view.latestReadiness).toHaveProperty('message', expect.stringMatching(/container/));
    expect(view.served).toMatchObject([{ revision: good, percent: 100 }]);
  });

  test('a service that does not exist says what to do', async () => {
    await expect(portOf('nowhere').read()).rejects.toMatchObject({
      code: 'ASC_SERVICE_NOT_FOUND',
      message: expect.stringContaining('Deploy the service once') as string,
    });
  });
});

describe('writing', () => {
  test('changes record and traffic, and nothing else, and mints no revision', async () => {
    const stable = await run.deploy('kept');
    const port = portOf('kept');
    await readUntil(port, settled);
    const candidate = await run.deploy('kept', { VERSION: '2' });
    const view = await readUntil(port, settled);
    const before = await run.get('kept');

    const traffic = [
      { revision: stable, percent: 90, tag: 'stable' },
      { revision: candidate, percent: 10, tag: 'candidate' },
    ];
    await expect(port.replace(view, { record: '{"version":1}', traffic })).resolves.toBe('written');

    const after = await readUntil(port, settled);
    expect(after).toMatchObject({ record: '{"version":1}', traffic });
    expect(after.served).toMatchObject(traffic);
    expect(after.served.every(({ url }) => url !== null)).toBe(true);
    const raw = await run.get('kept');
    expect(raw.spec.template).toEqual(before.spec.template);
    expect(raw.metadata).toMatchObject({
      labels: before.metadata['labels'],
      annotations: { 'example.com/owner': 'the diving team' },
    });
    expect(await run.revisionsOf('kept')).toEqual([stable, candidate]);
  });

  test('leaves a resting newest revision ready, and its traffic at nothing', async () => {
    const stable = await run.deploy('resting');
    const port = portOf('resting');
    await readUntil(port, settled);
    const candidate = await run.deploy('resting', { VERSION: '2' });
    const view = await readUntil(port, settled);
    const traffic = [{ revision: stable, percent: 100, tag: null }];
    await port.replace(view, { record: 'rolled back', traffic });
    const after = await readUntil(port, settled);
    expect(after).toMatchObject({
      latestCreated: candidate,
      latestReadiness: { type: 'ready' },
      served: [{ revision: stable, percent: 100 }],
    });
  });

  test('a deploy after our write mints a revision again, and gets no traffic', async () => {
    const stable = await run.deploy('next');
    const port = portOf('next');
    const view = await readUntil(port, settled);
    await port.replace(view, {
      record: 'promoted',
      traffic: [{ revision: stable, percent: 100, tag: null }],
    });
    await readUntil(port, settled);
    const candidate = await run.deploy('next', { VERSION: '2' });
    const after = await readUntil(port, settled);
    expect(candidate).not.toBe(stable);
    expect(after).toMatchObject({ record: 'promoted', latestReady: candidate });
    expect(after.served).toMatchObject([{ revision: stable, percent: 100 }]);
  });

  test('traffic to a revision that does not exist is refused by name, and the split stays', async () => {
    const stable = await run.deploy('misnamed');
    const port = portOf('misnamed');
    const view = await readUntil(port, settled);
    const traffic = [{ revision: 'misnamed-00077-gone', percent: 100, tag: 'stable' }];
    await expect(port.replace(view, { record: 'edited', traffic })).rejects.toMatchObject({
      code: 'ASC_REVISION_UNKNOWN',
      message: expect.stringMatching(/misnamed-00077-gone.*Restore the annotation/) as string,
    });
    expect(await port.read()).toMatchObject({
      record: null,
      resourceVersion: view.resourceVersion,
      served: [{ revision: stable, percent: 100 }],
    });
  });

  test('what somebody else wrote in between is a conflict, and stays', async () => {
    await run.deploy('contested');
    const port = portOf('contested');
    const view = await readUntil(port, settled);
    const raw = await run.get('contested');
    const annotations = { ...raw.metadata.annotations, 'example.com/note': 'mine' };
    expect(await run.put('contested', { ...raw, metadata: { ...raw.metadata, annotations } })).toBe(
      200,
    );

    await expect(port.replace(view, { record: 'ours', traffic: null })).resolves.toBe('conflict');
    const after = await run.get('contested');
    expect(after.metadata.annotations).toMatchObject({ 'example.com/note': 'mine' });
    expect(after.metadata.annotations).not.toHaveProperty('ascent.dev/rollout');
  });

  test('of ten controllers at once, one gets through and nine are told', async () => {
    await run.deploy('crowded');
    const ports = Array.from({ length: 10 }, () => portOf('crowded'));
    await readUntil(portOf('crowded'), settled);
    const views = await Promise.all(ports.map((port) => port.read()));
    const outcomes = await Promise.all(
      ports.map((port, index) =>
        port.replace(views[index] ?? fail(), { record: `controller ${index}`, traffic: null }),
      ),
    );
    expect(outcomes.toSorted()).toEqual([...Array<string>(9).fill('conflict'), 'written']);
    const { record } = await portOf('crowded').read();
    expect(record).toBe(`controller ${outcomes.indexOf('written')}`);
  });

  test('whose answer was lost is found to be written, once', async () => {
    const stable = await run.deploy('lost-answer');
    const port = portOf('lost-answer', proxy.url);
    const view = await readUntil(port, settled);
    proxy.fault = 'loseAnswer';
    const traffic = [{ revision: stable, percent: 100, tag: 'stable' }];
    await expect(port.replace(view, { record: 'ours', traffic })).resolves.toBe('written');
    proxy.fault = 'none';
    expect(await readUntil(port, settled)).toMatchObject({ record: 'ours', traffic });
    expect(await run.revisionsOf('lost-answer')).toEqual([stable]);
  });

  test('that never arrived is an outage, and nothing has changed', async () => {
    await run.deploy('lost-request');
    const port = portOf('lost-request', proxy.url);
    const view = await readUntil(port, settled);
    proxy.fault = 'loseRequest';
    await expect(port.replace(view, { record: 'ours', traffic: null })).rejects.toMatchObject({
      code: 'ASC_PLATFORM_UNAVAILABLE',
    });
    proxy.fault = 'none';
    expect(await port.read()).toMatchObject({
      record: null,
      resourceVersion: view.resourceVersion,
    });
  });
});

function fail(): never {
  throw new Error('a view is missing');
}
