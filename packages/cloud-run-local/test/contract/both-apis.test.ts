/**
 * What Cloud Run promises through either of its APIs, written once and asked of both by clients that are not ours:
 * v1 by `@kubernetes/client-node`, v2 by `@google-cloud/run` over REST. Real processes answer.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, patient, startWorld, visit, type World } from '../harness.js';
import { Fault, type ApiDriver, type SeenService, type Target, type Wanted } from './api-driver.js';
import { makeV1Driver } from './v1-driver.js';
import { makeV2Driver } from './v2-driver.js';

/** What the echo service says of itself. */
async function answerOf(
  url: string,
): Promise<{ service: string; revision: string; env: string; path: string; pid: number }> {
  const { status, text } = await visit(url, { path: '/a/b?c=d' });
  expect(status).toBe(200);
  return JSON.parse(text) as Awaited<ReturnType<typeof answerOf>>;
}

const revisionBehind = async (url: string): Promise<string> => (await answerOf(url)).revision;

/** How a call was refused: the canonical name of the fault and what it said. */
async function refusalOf(call: Promise<unknown>): Promise<{ status: string; message: string }> {
  const outcome = await call.then(
    () => new Fault('OK', 'nothing was refused'),
    (error: unknown) => error,
  );
  if (!(outcome instanceof Fault)) throw outcome;
  return { status: outcome.status, message: outcome.message };
}

const conditionOf = ({ conditions }: SeenService, type: string) => conditions.get(type);

describe.each([
  { api: 'v1 (@kubernetes/client-node)', connect: makeV1Driver },
  { api: 'v2 (@google-cloud/run)', connect: makeV2Driver },
])('$api', ({ connect }) => {
  let world: World;
  let api: ApiDriver;
  beforeAll(async () => {
    // v1 always refuses what an old token was sent with; v2 was seen not to, so it is told to here.
    world = await startWorld({ v2Etag: 'enforce' });
    api = connect(world);
  });
  afterAll(async () => {
    await world.stop();
  });

  const deploy = async (name: string, wanted: Wanted = {}): Promise<SeenService> =>
    (await api.create(name, wanted)).decided();
  const redeploy = async (name: string, wanted: Wanted): Promise<SeenService> =>
    (await api.replace(name, wanted)).decided();
  const shift = async (name: string, traffic: readonly Target[]): Promise<SeenService> =>
    (await api.split(name, traffic)).decided();

  describe('create', () => {
    it('is answered while undecided; after a while the service is ready and its address answers', async () => {
      const { accepted, decided } = await api.create('first', {});
      expect(accepted).toMatchObject({ generation: 1, latestReady: '' });
      expect(conditionOf(accepted, 'Ready')?.status).not.toBe('True');
      const service = await decided();
      expect(conditionOf(service, 'Ready')?.status).toBe('True');
      expect(service.latestReady).toMatch(/^first-00001-[a-z0-9]{3}$/);
      expect(service.latestCreated).toBe(service.latestReady);
      expect(await answerOf(service.url)).toMatchObject({
        service: 'first',
        revision: service.latestReady,
        env: 'hello',
        path: '/a/b?c=d',
      });
    });

    it('fills in what Cloud Run fills in', async () => {
      const service = await deploy('filled');
      const timing = { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1 };
      expect(service.filled).toMatchObject({
        concurrency: 80,
        timeoutSeconds: 300,
        ports: [{ name: 'http1', containerPort: 8080 }],
        limits: { cpu: '1000m', memory: '512Mi' },
        startupProbe: { ...timing, tcpSocket: { port: 8080 } },
      });
      expect(service.wantedTraffic).toEqual([{ percent: 100 }]);
    });

    it('is refused under a name that is taken', async () => {
      await deploy('taken');
      expect(await refusalOf(api.create('taken', {}))).toEqual({
        status: 'ALREADY_EXISTS',
        message: expect.stringContaining("Resource 'taken' already exists.") as string,
      });
    });
  });

  describe('get and list', () => {
    it('find what is there, page by page if asked to', async () => {
      await deploy('listed-one');
      await deploy('listed-two');
      const { names, more } = await api.list();
      expect(names).toEqual(expect.arrayContaining(['listed-one', 'listed-two']));
      expect(more).toBe(false);
      const page = await api.list(1);
      expect([page.names.length, page.more]).toEqual([1, true]);
      expect((await api.read('listed-one')).latestReady).toMatch(/^listed-one-00001-/);
    });

    it('do not find what is not there', async () => {
      expect(await refusalOf(api.read('nobody'))).toMatchObject({ status: 'NOT_FOUND' });
    });
  });

  describe('minting revisions', () => {
    it('mints none for a service that is read and written back with other annotations', async () => {
      const before = await deploy('same');
      const after = await (await api.annotate('same', { 'example.dev/depth': '18 m' })).decided();
      expect(after.generation).toBe(2);
      expect(after.annotations['example.dev/depth']).toBe('18 m');
      expect(after.latestCreated).toBe(before.latestCreated);
      expect(await api.revisions('same')).toHaveLength(1);
    });

    it('mints one for another template, numbers it, and LATEST moves to it', async () => {
      await deploy('other');
      const service = await redeploy('other', { env: { GREETING: 'salut' } });
      expect(service.latestReady).toMatch(/^other-00002-[a-z0-9]{3}$/);
      expect(await answerOf(service.url)).toMatchObject({
        env: 'salut',
        revision: service.latestReady,
      });
    });

    it('takes the name it is given, and refuses it for another template', async () => {
      const first = await deploy('named', { revision: 'named-one' });
      expect(first.latestReady).toBe('named-one');
      const again = await redeploy('named', { revision: 'named-one', annotations: { a: 'b' } });
      expect(again.latestCreated).toBe('named-one');
      const other = { revision: 'named-one', env: { GREETING: 'x' } };
      expect(await refusalOf(api.replace('named', other))).toEqual({
        status: 'ALREADY_EXISTS',
        message: expect.stringContaining(
          "Revision named 'named-one' with different configuration already exists.",
        ) as string,
      });
      expect(await refusalOf(api.replace('named', { revision: 'stranger' }))).toMatchObject({
        status: 'INVALID_ARGUMENT',
      });
    });
  });

  it('refuses a revision name that a revision of another service has', async () => {
    await deploy('far', { revision: 'far-away-one' });
    const taken = await refusalOf(api.create('far-away', { revision: 'far-away-one' }));
    expect(taken).toMatchObject({ status: 'ALREADY_EXISTS' });
    expect(taken.message).toContain("service 'far'");
  });

  describe('a write that only checks', () => {
    it('creates, changes and deletes nothing', async () => {
      await api.create('checked', {}, { checkOnly: true });
      expect(await refusalOf(api.read('checked'))).toMatchObject({ status: 'NOT_FOUND' });
      const before = await deploy('checked');
      await api.replace('checked', { env: { GREETING: 'x' } }, { checkOnly: true });
      await api.remove('checked', { checkOnly: true });
      expect(await api.read('checked')).toEqual(before);
      expect(await api.revisions('checked')).toHaveLength(1);
    });

    it('is refused like one that writes', async () => {
      const traffic = [{ percent: 90 }];
      expect(
        await refusalOf(api.create('unchecked', { traffic }, { checkOnly: true })),
      ).toMatchObject({ status: 'INVALID_ARGUMENT' });
    });
  });

  describe('two writers', () => {
    it('the one that read before the other wrote is refused, and nothing changes', async () => {
      const { token } = await deploy('race');
      const first = await api.replace('race', { annotations: { winner: 'first' } }, { token });
      await first.decided();
      const second = api.replace('race', { annotations: { winner: 'second' } }, { token });
      expect(await refusalOf(second)).toEqual({
        status: 'ABORTED',
        message: expect.stringContaining("Conflict for resource 'race': ") as string,
      });
      const after = await api.read('race');
      expect(after.annotations['winner']).toBe('first');
      expect(after.token).not.toBe(token);
    });

    it('a write without a token is not compared with anything', async () => {
      await deploy('blind');
      await redeploy('blind', { annotations: { writer: 'one' } });
      const after = await redeploy('blind', { annotations: { writer: 'two' } });
      expect(after.annotations['writer']).toBe('two');
    });
  });

  describe('a deployment that fails', () => {
    it('keeps the old traffic and LATEST, and says why', async () => {
      const good = await deploy('fails');
      const bad = await api.replace('fails', { env: { EXIT_ON_START: '3' } });
      expect(await refusalOf(bad.decided())).toEqual({
        status: 'FAILED_PRECONDITION',
        message: expect.stringMatching(
          /Revision 'fails-00002-\w{3}' is not ready and cannot serve traffic\. The user-provided container failed to start and listen on the port/,
        ) as string,
      });
      const after = await api.read('fails');
      expect(conditionOf(after, 'Ready')?.status).toBe('False');
      expect(conditionOf(after, 'ConfigurationsReady')?.status).toBe('False');
      expect(conditionOf(after, 'RoutesReady')?.status).toBe('True');
      expect(after.latestReady).toBe(good.latestReady);
      expect(after.latestCreated).toMatch(/^fails-00002-/);
      expect(await revisionBehind(after.url)).toBe(good.latestReady);
      const [newest] = await api.revisions('fails');
      expect(newest?.name).toBe(after.latestCreated);
      expect(newest?.conditions.get('ContainerHealthy')).toMatchObject({
        status: 'False',
        reason: 'HealthCheckContainerError',
      });
    });

    it('is mended by the next one that starts', async () => {
      await deploy('mended');
      const bad = await api.replace('mended', { env: { EXIT_ON_START: '3' } });
      await refusalOf(bad.decided());
      const service = await redeploy('mended', { env: { GREETING: 'better' } });
      expect(service.latestReady).toMatch(/^mended-00003-/);
      expect((await answerOf(service.url)).env).toBe('better');
    });

    it('names an image that is not there', async () => {
      const write = await api.create('noimage', { image: 'gone:1' });
      expect(await refusalOf(write.decided())).toEqual({
        status: 'FAILED_PRECONDITION',
        message: expect.stringContaining("Image 'gone:1' not found.") as string,
      });
      const [revision] = await api.revisions('noimage');
      expect(revision?.conditions.get('Ready')).toMatchObject({
        status: 'False',
        reason: 'ContainerMissing',
      });
    });
  });

  describe('traffic', () => {
    it('reaches a candidate at 0 % by its tag only, until it gets a share', async () => {
      const { latestReady: stable } = await deploy('canary');
      const pinned = await redeploy('canary', {
        revision: 'canary-two',
        env: { GREETING: 'new' },
        traffic: [
          { revision: stable, percent: 100 },
          { revision: 'canary-two', tag: 'candidate' },
        ],
      });
      const tagged = pinned.servedTraffic.find(({ tag }) => tag === 'candidate');
      expect(tagged).toMatchObject({ revision: 'canary-two', percent: 0 });
      expect(tagged?.url).toMatch(
        /^http:\/\/candidate---canary-\d{12}\.us-central1\.run\.localhost:/,
      );
      expect(await revisionBehind(tagged?.url ?? '')).toBe('canary-two');
      expect(await revisionBehind(pinned.url)).toBe(stable);
      const byPath = await visit(world.emulator.url, { path: '/run/candidate---canary/x' });
      expect(JSON.parse(byPath.text)).toMatchObject({ revision: 'canary-two', path: '/x' });
      const shifted = await shift('canary', [{ revision: 'canary-two', percent: 100 }]);
      expect(shifted.latestCreated).toBe('canary-two');
      expect(await revisionBehind(shifted.url)).toBe('canary-two');
      expect((await visit(tagged?.url ?? '')).status).toBe(404);
    });

    it('is divided by percent', async () => {
      const { latestReady: one } = await deploy('divided');
      await redeploy('divided', {
        env: { GREETING: 'new' },
        traffic: [{ revision: one, percent: 100 }],
      });
      const [newest] = await api.revisions('divided');
      const two = newest?.name ?? '';
      const { url, servedTraffic } = await shift('divided', [
        { revision: one, percent: 50 },
        { revision: two, percent: 50 },
      ]);
      expect(servedTraffic).toMatchObject([
        { revision: one, percent: 50 },
        { revision: two, percent: 50 },
      ]);
      // Sixty answers from one side alone come once in 2^59 runs.
      const seen = await Promise.all(Array.from({ length: 60 }, () => revisionBehind(url)));
      expect(new Set(seen)).toEqual(new Set([one, two]));
    });

    it('stays where it was pinned when a new revision is ready', async () => {
      const { latestReady: one } = await deploy('pinned');
      const traffic = [{ revision: one, percent: 100 }];
      const service = await redeploy('pinned', { env: { GREETING: 'new' }, traffic });
      expect(service.latestReady).toMatch(/^pinned-00002-/);
      expect(await revisionBehind(service.url)).toBe(one);
      const latest = await shift('pinned', [{ percent: 100 }]);
      expect(await revisionBehind(latest.url)).toBe(service.latestReady);
    });

    it.each<[string, readonly Target[], string]>([
      ['shares that do not sum to 100', [{ percent: 90 }], 'Traffic targets sum to 90, want 100'],
      ['a tag without an address', [{ percent: 100, tag: 't'.repeat(50) }], 'use a shorter tag'],
      ['a share below 0', [{ percent: -1 }, { percent: 101 }], 'is not a whole number from 0 to'],
      ['a tag that is no name', [{ percent: 100, tag: 'A' }], ".tag: 'A'"],
      [
        'a tag twice',
        [
          { percent: 50, tag: 'a' },
          { percent: 50, tag: 'a' },
        ],
        'is used twice',
      ],
    ])('is refused with %s', async (_what, traffic, message) => {
      expect(await refusalOf(api.create('refused', { traffic }))).toEqual({
        status: 'INVALID_ARGUMENT',
        message: expect.stringContaining(message) as string,
      });
    });

    it('keeps what is served where a revision is named that does not exist', async () => {
      const before = await deploy('missing');
      const write = await api.split('missing', [{ revision: 'missing-nope', percent: 100 }]);
      expect(await refusalOf(write.decided())).toMatchObject({ status: 'FAILED_PRECONDITION' });
      const after = await api.read('missing');
      expect(conditionOf(after, 'RoutesReady')?.status).toBe('False');
      expect(await revisionBehind(after.url)).toBe(before.latestReady);
    });
  });

  describe('revisions', () => {
    it('are listed newest first; one without traffic is retired, and still ready', async () => {
      const first = await deploy('revised');
      const second = await redeploy('revised', { env: { GREETING: 'new' } });
      const [newest, oldest] = await api.revisions('revised');
      expect([newest?.name, oldest?.name]).toEqual([second.latestReady, first.latestReady]);
      expect(newest?.conditions.get('Active')?.status).toBe('True');
      expect(oldest?.conditions.get('Ready')).toMatchObject({ status: 'True', reason: 'Retired' });
      expect(oldest?.conditions.get('Active')).toMatchObject({
        status: 'False',
        reason: 'Retired',
      });
    });

    it('are deleted once nothing reaches them, and not before', async () => {
      const first = await deploy('pruned');
      expect(await refusalOf(api.removeRevision('pruned', first.latestReady))).toMatchObject({
        status: 'FAILED_PRECONDITION',
      });
      await redeploy('pruned', { env: { GREETING: 'new' } });
      await api.removeRevision('pruned', first.latestReady);
      expect(await api.revisions('pruned')).toHaveLength(1);
    });

    it('are kept while LATEST or an accepted split needs them', async () => {
      const first = await deploy('needed');
      const second = await redeploy('needed', { env: { GREETING: 'new' } });
      const pinned = [{ revision: first.latestReady, percent: 100 }];
      const { decided } = await api.split('needed', pinned);
      // Accepted, and perhaps not served yet.
      const removal = refusalOf(api.removeRevision('needed', first.latestReady));
      expect(await removal).toMatchObject({ status: 'FAILED_PRECONDITION' });
      await decided();
      await refusalOf(redeploy('needed', { image: 'no/such:1', traffic: pinned }));
      const latest = refusalOf(api.removeRevision('needed', second.latestReady));
      expect(await latest).toMatchObject({ status: 'FAILED_PRECONDITION' });
    });
  });

  describe('delete', () => {
    it('takes away the service, its address and its processes', async () => {
      const { url } = await deploy('doomed');
      const { pid } = await answerOf(url);
      await api.remove('doomed');
      expect(await refusalOf(api.read('doomed'))).toMatchObject({ status: 'NOT_FOUND' });
      expect((await visit(url)).status).toBe(404);
      await expect.poll(() => isAlive(pid), patient).toBe(false);
    });
  });

  describe('faults', () => {
    it.each<[string, string, (client: ApiDriver) => Promise<unknown>]>([
      ['replacing what is not there', 'NOT_FOUND', (client) => client.replace('nobody', {})],
      ['deleting what is not there', 'NOT_FOUND', (client) => client.remove('nobody')],
      ['a name that is none', 'INVALID_ARGUMENT', (client) => client.create('Bad_Name', {})],
      ['no container', 'INVALID_ARGUMENT', (client) => client.create('bare', { containers: 0 })],
      ['sidecars', 'UNIMPLEMENTED', (client) => client.create('pair', { containers: 2 })],
      ['h2c', 'UNIMPLEMENTED', (client) => client.create('grpc', { portName: 'h2c' })],
    ])('of %s are %s', async (_what, status, attempt) => {
      expect(await refusalOf(attempt(api))).toMatchObject({ status });
    });
  });
});
