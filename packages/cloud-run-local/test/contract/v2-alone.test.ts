/** What only v2 has, asked by Google's own client; what both APIs have is in `both-apis.test.ts`. */
import run from '@google-cloud/run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  deploy,
  echoImage,
  echoService,
  settled,
  startWorld,
  type ApiReply,
  type World,
} from '../harness.js';
import { googleClientOptions } from './google-client.js';
import { parent } from './v2-driver.js';

const template = { containers: [{ image: echoImage }] };
const collection = `/v2/${parent}/services` as const;
let world: World;
let services: InstanceType<typeof run.v2.ServicesClient>;

beforeAll(async () => {
  world = await startWorld();
  services = new run.v2.ServicesClient(googleClientOptions(world));
});
afterAll(async () => {
  await world.stop();
});

/** Creates a service and waits for the operation to end. */
async function create(serviceId: string) {
  const [operation] = await services.createService({ parent, serviceId, service: { template } });
  await operation.promise();
  const [service] = await services.getService({ name: `${parent}/services/${serviceId}` });
  return service;
}

/** An operation as it is written. */
interface OperationBody {
  readonly name: string;
  readonly done?: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly response?: Readonly<Record<string, unknown>>;
}
const operationOf = ({ body }: ApiReply): OperationBody => body as unknown as OperationBody;

describe('operations', () => {
  it('are pending in the answer to a write, and done after a wait', async () => {
    const begun = operationOf(
      await call(world, `POST ${collection}?serviceId=pending`, { template }),
    );
    expect(begun.name).toMatch(new RegExp(`^${parent}/operations/[0-9a-f-]{36}$`));
    expect(begun.done).toBeUndefined();
    expect(begun.metadata).toMatchObject({
      '@type': 'type.googleapis.com/google.cloud.run.v2.Service',
      name: `${parent}/services/pending`,
      reconciling: true,
      terminalCondition: { type: 'Ready', state: 'CONDITION_PENDING' },
    });
    const ended = operationOf(await call(world, `POST /v2/${begun.name}:wait`, { timeout: '20s' }));
    expect(ended).toMatchObject({ name: begun.name, done: true });
    expect(ended.response).toEqual(ended.metadata);
    expect(ended.response).toMatchObject({ generation: '1', observedGeneration: '1' });
  });

  it('are pending even where the write changes nothing that takes time', async () => {
    await create('quick');
    const traffic = [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }];
    const path = `PATCH ${collection}/quick?updateMask=traffic` as const;
    const begun = operationOf(await call(world, path, { traffic }));
    expect(begun.done).toBeUndefined();
    const ended = operationOf(await call(world, `POST /v2/${begun.name}:wait`, {}));
    expect(ended.done).toBe(true);
  });
});

it.each(['-5s', 'soon', 5])('a wait of %j is refused', async (timeout) => {
  const { body } = await call(world, `POST /v2/${parent}/operations/any:wait`, { timeout });
  expect(body.error.message).toMatch(/^timeout: .+ must be seconds, such as "30s"\.$/);
});

it('operations are listed page by page, and never passed off as filtered', async () => {
  await create('paged');
  await create('paged-too');
  const path = `GET /v2/${parent}/operations` as const;
  const list = async (query: string) =>
    (await call(world, `${path}?${query}`)).body as unknown as {
      operations: readonly OperationBody[];
      nextPageToken?: string;
    };
  const first = await list('pageSize=1');
  const second = await list(`pageSize=1&pageToken=${first.nextPageToken}`);
  expect([first, second].map(({ operations }) => operations.length)).toEqual([1, 1]);
  expect(second.operations[0]?.name).not.toBe(first.operations[0]?.name);
  expect((await call(world, `${path}?filter=done`)).body.error.status).toBe('UNIMPLEMENTED');
});

describe('a body', () => {
  const check = (body: object) =>
    call(world, `POST ${collection}?serviceId=checked&validateOnly=true`, { template, ...body });

  it('may have the names of the proto, and whole numbers as text', async () => {
    const { metadata } = operationOf(
      await check({
        custom_audiences: ['a'],
        labels: { my_label: 'x' },
        template: { ...template, max_instance_request_concurrency: '7' },
        traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: '100' }],
      }),
    );
    expect(metadata).toMatchObject({
      customAudiences: ['a'],
      labels: { my_label: 'x' },
      template: { maxInstanceRequestConcurrency: 7 },
      traffic: [{ percent: 100 }],
    });
  });

  it.each<[string, object]>([
    [`"trafic" at 'service'`, { trafic: [] }],
    [`"concurrency" at 'service.template'`, { template: { ...template, concurrency: 5 } }],
    [
      `"valueFrom" at 'service.template.containers[0].env[0]'`,
      { template: { containers: [{ image: echoImage, env: [{ name: 'A', valueFrom: {} }] }] } },
    ],
  ])('with a field that is none is refused: %s', async (named, body) => {
    const { error } = (await check(body)).body;
    expect(error).toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(error.message).toContain(`Unknown name ${named}`);
  });

  it.each<[string, object]>([
    ['traffic.0.type', { traffic: [{ type: 'NEWEST', percent: 100 }] }],
    ['ingress', { ingress: 'INTERNAL' }],
    ['launchStage', { launchStage: 'LATE' }],
    ['scaling.scalingMode', { scaling: { scalingMode: 'BY_HAND' } }],
    ['template.executionEnvironment', { template: { ...template, executionEnvironment: 'GEN3' } }],
    [
      'template.maxInstanceRequestConcurrency',
      { template: { ...template, maxInstanceRequestConcurrency: '7.5' } },
    ],
  ])('with a value of %s that is none is refused', async (field, body) => {
    const { error } = (await check(body)).body;
    expect(error).toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(error.message).toContain(`${field}: `);
  });
});

describe('an update', () => {
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

  it('of the traffic leaves alone what only v1 can say, and mints nothing', async () => {
    const gcloud = 'run.googleapis.com/client-name';
    const written = echoService('by-gcloud', {
      annotations: { [gcloud]: 'gcloud', 'run.googleapis.com/startup-cpu-boost': 'false' },
      container: {
        env: [{ name: 'EMPTY' }],
        readinessProbe: { httpGet: { path: '/readyz' }, successThreshold: 2 },
      },
    });
    const metadata = {
      ...written.metadata,
      annotations: { 'run.googleapis.com/gc-traffic-tags': 'true' },
    };
    const before = await deploy(world, { ...written, metadata });
    const [read] = await services.getService({ name: `${parent}/services/by-gcloud` });
    const traffic = [
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' as const, percent: 100, tag: 'x' },
    ];
    for (const updateMask of [{ paths: ['traffic'] }, null]) {
      const [operation] = await services.updateService({
        service: { ...read, traffic },
        updateMask,
      });
      await operation.promise();
    }
    const after = await settled(world, 'by-gcloud');
    expect(after.spec.template).toEqual(before.spec.template);
    expect(after.status.latestCreatedRevisionName).toBe(before.status.latestCreatedRevisionName);
    expect(after.metadata.annotations).toMatchObject(metadata.annotations);
    expect(after.spec.traffic).toEqual([{ latestRevision: true, percent: 100, tag: 'x' }]);
  });

  it('makes what is missing, with allowMissing', async () => {
    const name = `${parent}/services/upserted`;
    const [made] = await services.updateService({
      service: { name, template },
      allowMissing: true,
    });
    await made.promise();
    expect((await services.getService({ name }))[0].generation).toBe('1');
  });

  it('mints a revision of an unchanged template only if told to', async () => {
    await create('forced');
    const path = `PATCH ${collection}/forced?forceNewRevision=true` as const;
    const { name } = operationOf(await call(world, path, { template }));
    const ended = operationOf(await call(world, `POST /v2/${name}:wait`, {}));
    expect(ended.response?.['latestReadyRevision']).toMatch(/forced-00002-/);
  });

  it('with an old etag is accepted, as Cloud Run was seen to', async () => {
    const before = await create('etag');
    const write = (description: string) =>
      services.updateService({ service: { ...before, description } });
    await (await write('one'))[0].promise();
    await expect(write('two')).resolves.toBeDefined();
  });
});

describe('answers', () => {
  it('carry enums as names, or as numbers if asked to', async () => {
    await create('enums');
    const named = await call(world, `GET ${collection}/enums`);
    const numbered = await call(world, `GET ${collection}/enums?$alt=json;enum-encoding=int`);
    expect(named.body).toMatchObject({ ingress: 'INGRESS_TRAFFIC_ALL', launchStage: 'GA' });
    expect(numbered.body).toMatchObject({ ingress: 1, launchStage: 4, traffic: [{ type: 1 }] });
  });

  it('to the IAM calls are enough for a client', async () => {
    await create('shared');
    const resource = `${parent}/services/shared`;
    const bindings = [{ role: 'roles/run.invoker', members: ['allUsers'] }];
    await services.setIamPolicy({ resource, policy: { bindings } });
    expect((await services.getIamPolicy({ resource }))[0].bindings).toMatchObject(bindings);
    const permissions = ['run.services.get'];
    expect((await services.testIamPermissions({ resource, permissions }))[0]).toMatchObject({
      permissions,
    });
    const nobody = { resource: `${parent}/services/nobody` };
    await expect(services.getIamPolicy(nobody)).rejects.toMatchObject({ code: 5 });
  });
});

describe('a service that is refused', () => {
  const attempt = (service: object) =>
    services.createService({ parent, serviceId: 'refused', service });

  it('for a name of the platform says which', async () => {
    const annotations = { 'run.googleapis.com/x': 'y' };
    await expect(attempt({ template, annotations })).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining("'run.googleapis.com/x' uses the reserved prefix") as string,
    });
  });

  it.each([
    ['template.timeout: 99999', { timeout: { seconds: 99_999 } }],
    [
      'template.scaling.minInstanceCount: 5',
      { scaling: { minInstanceCount: 5, maxInstanceCount: 4 } },
    ],
    ['template.containers[0].image: ', { containers: [{ image: '' }] }],
    ['template.revision: ', { revision: 'stranger' }],
  ])('for a bound of the platform names the field of v2: %s', (message, fields) =>
    expect(attempt({ template: { ...template, ...fields } })).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining(message) as string,
    }),
  );

  it.each(['encryptionKey', 'vpcAccess', 'volumes'])(
    'for what is not there names it: %s',
    (field) => {
      const said = { encryptionKey: 'k', vpcAccess: { connector: 'c' }, volumes: [{ name: 'v' }] };
      const asked = { ...template, [field]: said[field as keyof typeof said] };
      return expect(attempt({ template: asked })).rejects.toMatchObject({
        code: 12,
        message: expect.stringContaining(`template.${field}`) as string,
      });
    },
  );
});
