/** The v2 API and Cloud Monitoring, asked by Google's own clients over REST. */
import monitoring from '@google-cloud/monitoring';
import run from '@google-cloud/run';
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { call, echoImage, startWorld, visit, type World } from './harness.js';

const samplePeriodMs = 200;
const parent = 'projects/local/locations/us-central1';
let world: World;
let services: InstanceType<typeof run.v2.ServicesClient>;
let revisions: InstanceType<typeof run.v2.RevisionsClient>;
let metrics: InstanceType<typeof monitoring.MetricServiceClient>;

beforeAll(async () => {
  world = await startWorld({ samplePeriodMs, visibilityDelayMs: 0 });
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'unchecked' });
  const google = new GoogleAuth({ authClient: client });
  // Without this the transport throws on an error status before the client can read Google's error.
  const fetch = (url: string, init: object): unknown =>
    google.fetch({ ...init, url, validateStatus: () => true, retry: false });
  const auth = Object.assign(Object.create(google) as GoogleAuth, { fetch });
  const { port } = new URL(world.emulator.url);
  const options = {
    fallback: true,
    apiEndpoint: '127.0.0.1',
    port: Number(port),
    protocol: 'http',
    projectId: 'local',
    auth,
  } as const;
  services = new run.v2.ServicesClient(options as never);
  revisions = new run.v2.RevisionsClient(options as never);
  metrics = new monitoring.MetricServiceClient(options as never);
});
afterAll(async () => {
  await world.stop();
});

/** Creates a service and waits for the operation to end. */
async function create(serviceId: string, greeting = 'hello') {
  const [operation] = await services.createService({
    parent,
    serviceId,
    service: {
      template: {
        containers: [{ image: echoImage, env: [{ name: 'GREETING', value: greeting }] }],
      },
    },
  });
  expect(operation.metadata).toMatchObject({
    reconciling: true,
    name: `${parent}/services/${serviceId}`,
  });
  await operation.promise();
  const [service] = await services.getService({ name: `${parent}/services/${serviceId}` });
  return service;
}

describe('ServicesClient', () => {
  it('creates a service by a long-running operation, and its address answers', async () => {
    const service = await create('made');
    expect(service).toMatchObject({
      name: `${parent}/services/made`,
      generation: '1',
      observedGeneration: '1',
      reconciling: false,
      ingress: 'INGRESS_TRAFFIC_ALL',
      launchStage: 'GA',
      terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' },
      trafficStatuses: [
        { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100, revision: '' },
      ],
      template: {
        maxInstanceRequestConcurrency: 80,
        timeout: { seconds: '300' },
        scaling: { maxInstanceCount: 100 },
        containers: [
          {
            image: echoImage,
            resources: { limits: { cpu: '1000m', memory: '512Mi' }, cpuIdle: true },
            ports: [{ name: 'http1', containerPort: 8080 }],
            startupProbe: {
              timeoutSeconds: 240,
              periodSeconds: 240,
              failureThreshold: 1,
              tcpSocket: { port: 8080 },
            },
          },
        ],
      },
    });
    expect(service.latestReadyRevision).toMatch(
      /\/services\/made\/revisions\/made-00001-[a-z0-9]{3}$/,
    );
    expect((await visit(service.uri ?? '')).status).toBe(200);
  });

  it('reads, changes and writes a whole service back without minting a revision', async () => {
    const before = await create('whole');
    const [operation] = await services.updateService({
      service: { ...before, labels: { team: 'reef' }, description: 'dives' },
    });
    await operation.promise();
    const [after] = await services.getService({ name: before.name ?? '' });
    expect(after).toMatchObject({
      generation: '2',
      labels: { team: 'reef' },
      description: 'dives',
      latestCreatedRevision: before.latestCreatedRevision,
    });
    expect(after.etag).not.toBe(before.etag);
  });

  it('takes only what the mask names', async () => {
    const before = await create('masked');
    const [operation] = await services.updateService({
      service: {
        name: before.name ?? '',
        description: 'not in the mask',
        template: { ...before.template, scaling: { minInstanceCount: 1, maxInstanceCount: 9 } },
      },
      updateMask: { paths: ['template.scaling'] },
    });
    await operation.promise();
    const [after] = await services.getService({ name: before.name ?? '' });
    expect(after.template?.scaling).toMatchObject({ minInstanceCount: 1, maxInstanceCount: 9 });
    expect(after.description).toBe('');
    expect(after.latestCreatedRevision).toMatch(/masked-00002-/);
  });

  it('moves traffic to a named revision, with a tag', async () => {
    const before = await create('moved');
    const revision = before.latestReadyRevision?.split('/').at(-1) ?? '';
    const [operation] = await services.updateService({
      service: {
        name: before.name ?? '',
        traffic: [
          {
            type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION',
            revision,
            percent: 100,
            tag: 'stable',
          },
        ],
      },
      updateMask: { paths: ['traffic'] },
    });
    await operation.promise();
    const [after] = await services.getService({ name: before.name ?? '' });
    const [status] = after.trafficStatuses ?? [];
    expect(status).toMatchObject({ revision, percent: 100, tag: 'stable' });
    expect((await visit(status?.uri ?? '')).status).toBe(200);
  });

  it('ends the operation of a failed deployment with FAILED_PRECONDITION, and keeps serving', async () => {
    const before = await create('broken');
    const [operation] = await services.updateService({
      service: {
        name: before.name ?? '',
        template: {
          containers: [{ image: echoImage, env: [{ name: 'EXIT_ON_START', value: '1' }] }],
        },
      },
      updateMask: { paths: ['template'] },
    });
    await expect(operation.promise()).rejects.toMatchObject({
      code: 9,
      message: expect.stringMatching(
        /Revision 'broken-00002-\w{3}' is not ready and cannot serve/,
      ) as string,
    });
    const [after] = await services.getService({ name: before.name ?? '' });
    expect(after).toMatchObject({
      generation: '2',
      observedGeneration: '1',
      latestReadyRevision: before.latestReadyRevision,
      terminalCondition: { state: 'CONDITION_FAILED', reason: 'REVISION_FAILED' },
    });
    expect((await visit(after.uri ?? '')).status).toBe(200);
  });

  it('checks only, with validateOnly; makes what is missing, with allowMissing', async () => {
    const template = { containers: [{ image: echoImage }] };
    const [checked] = await services.createService({
      parent,
      serviceId: 'checked',
      service: { template },
      validateOnly: true,
    });
    await checked.promise();
    const name = `${parent}/services/checked`;
    await expect(services.getService({ name })).rejects.toMatchObject({ code: 5 });
    const [made] = await services.updateService({
      service: { name, template },
      allowMissing: true,
    });
    await made.promise();
    expect((await services.getService({ name }))[0].generation).toBe('1');
  });

  it('lists page by page, and deletes', async () => {
    await create('doomed');
    const [all] = await services.listServices({ parent });
    const [page, next] = await services.listServices(
      { parent, pageSize: 1 },
      { autoPaginate: false },
    );
    expect(page).toHaveLength(1);
    expect(next).toMatchObject({ pageToken: '1' });
    expect(all.length).toBeGreaterThan(1);
    const [operation] = await services.deleteService({ name: `${parent}/services/doomed` });
    await operation.promise();
    await expect(services.getService({ name: `${parent}/services/doomed` })).rejects.toMatchObject({
      code: 5,
    });
  });

  it('reports faults with the codes of gRPC', async () => {
    const template = { containers: [{ image: echoImage }] };
    await create('taken');
    const attempt = (serviceId: string, service: object) =>
      services.createService({ parent, serviceId, service });
    await expect(attempt('taken', { template })).rejects.toMatchObject({ code: 6 });
    await expect(attempt('Wrong', { template })).rejects.toMatchObject({ code: 3 });
    await expect(
      attempt('reserved', { template, annotations: { 'run.googleapis.com/x': 'y' } }),
    ).rejects.toMatchObject({ code: 3 });
    await expect(
      attempt('secret', { template: { ...template, encryptionKey: 'k' } }),
    ).rejects.toMatchObject({
      code: 12,
      message: expect.stringContaining('template.encryptionKey') as string,
    });
  });

  it('accepts an old etag, as Cloud Run was seen to', async () => {
    const before = await create('etag');
    const write = (description: string) =>
      services.updateService({ service: { ...before, description } });
    await (await write('one'))[0].promise();
    await expect(write('two')).resolves.toBeDefined();
  });

  it('answers the IAM calls', async () => {
    const resource = `${parent}/services/made`;
    const bindings = [{ role: 'roles/run.invoker', members: ['allUsers'] }];
    await services.setIamPolicy({ resource, policy: { bindings } });
    expect((await services.getIamPolicy({ resource }))[0].bindings).toMatchObject(bindings);
    const permissions = ['run.services.get'];
    expect((await services.testIamPermissions({ resource, permissions }))[0]).toMatchObject({
      permissions,
    });
  });
});

describe('RevisionsClient', () => {
  it('lists and reads revisions; one without traffic is retired, and still ready', async () => {
    const first = await create('revised');
    const [operation] = await services.updateService({
      service: {
        name: first.name ?? '',
        template: { containers: [{ image: echoImage, args: ['x'] }] },
      },
      updateMask: { paths: ['template'] },
    });
    await operation.promise();
    const [list] = await revisions.listRevisions({ parent: first.name ?? '' });
    expect(list.map(({ name }) => name?.split('/').at(-1)?.slice(0, 13))).toEqual([
      'revised-00002',
      'revised-00001',
    ]);
    const [retired] = await revisions.getRevision({ name: first.latestReadyRevision ?? '' });
    const conditions = new Map(retired.conditions?.map((condition) => [condition.type, condition]));
    expect(conditions.get('Ready')).toMatchObject({
      state: 'CONDITION_SUCCEEDED',
      revisionReason: 'RETIRED',
    });
    expect(conditions.get('Active')).toMatchObject({ state: 'CONDITION_FAILED', severity: 'INFO' });
    const [deletion] = await revisions.deleteRevision({ name: first.latestReadyRevision ?? '' });
    await deletion.promise();
    expect((await revisions.listRevisions({ parent: first.name ?? '' }))[0]).toHaveLength(1);
  });
});

describe('MetricServiceClient', () => {
  it('reads request counts and the percentile of latencies', async () => {
    const beganMs = Math.floor(Date.now() / samplePeriodMs) * samplePeriodMs;
    const service = await create('metered');
    for (let count = 0; count < 4; count += 1) await visit(service.uri ?? '');
    const endedMs = (Math.floor(Date.now() / samplePeriodMs) + 1) * samplePeriodMs;
    await vi.waitUntil(() => Date.now() > endedMs);
    const time = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });
    const periodMs = endedMs - beganMs;
    const ask = async (
      metric: string,
      crossSeriesReducer: 'REDUCE_SUM' | 'REDUCE_PERCENTILE_95',
    ) => {
      const [series] = await metrics.listTimeSeries({
        name: 'projects/local',
        filter: `metric.type="run.googleapis.com/${metric}" resource.labels.service_name="metered"`,
        interval: { startTime: time(beganMs), endTime: time(endedMs) },
        aggregation: {
          alignmentPeriod: time(periodMs),
          perSeriesAligner: 'ALIGN_DELTA',
          crossSeriesReducer,
          groupByFields: ['resource.labels.revision_name'],
        },
        view: 'FULL',
      });
      return series;
    };
    const [counts] = await ask('request_count', 'REDUCE_SUM');
    expect(counts).toMatchObject({
      resource: { type: 'cloud_run_revision' },
      metricKind: 'DELTA',
      valueType: 'INT64',
      points: [{ value: { int64Value: '4' } }],
    });
    const [latency] = await ask('request_latencies', 'REDUCE_PERCENTILE_95');
    expect(latency?.points?.[0]?.value?.doubleValue).toBeGreaterThan(0);
  });
});

describe('with --v2-etag enforce', () => {
  it('refuses an old etag with ABORTED', async () => {
    const strict = await startWorld({ v2Etag: 'enforce' });
    try {
      const collection = `/v2/${parent}/services` as const;
      const template = { containers: [{ image: echoImage }] };
      await call(strict, `POST ${collection}?serviceId=strict`, { template });
      const reply = await call(strict, `PATCH ${collection}/strict`, { template, etag: '"old"' });
      expect([reply.status, reply.body.error.status]).toEqual([409, 'ABORTED']);
    } finally {
      await strict.stop();
    }
  });
});
