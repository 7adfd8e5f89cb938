/** A person's commands through the real program, on services of cloud-run-local: real processes, real HTTP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_ANNOTATION, type RolloutRecord } from '@ascent/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startCloudRunLocal,
  type CloudRunLocal,
  type Raw,
  // eslint-disable-next-line import-x/no-relative-packages -- the emulator's harness is a test's, so no package exports it
} from '../../platform/test/cloud-run-local.js';
import { bundle, runAscent, type Ran } from './run-ascent.js';

let cloud: CloudRunLocal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ascent-lifecycle-'));
  cloud = await startCloudRunLocal(['--sample-period', '1s', '--visibility-delay', '0s']);
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true, force: true });
});

type Answer = Ran & {
  readonly json: {
    readonly record: RolloutRecord | null;
    readonly undelivered: unknown;
    readonly services: readonly { readonly service: string; readonly type: string }[];
  };
};

/** One service with a stable revision and a newer one, and its plan. */
class House {
  readonly service: string;
  readonly plan: string;

  constructor(service: string) {
    this.service = service;
    this.plan = join(folder, `${service}.yaml`);
  }

  static async withRollout(service: string, changes: Record<string, unknown> = {}): Promise<House> {
    const house = new House(service);
    await house.writePlan(changes);
    await cloud.deploy(service);
    await house.until('tick', ({ json }) => json.record !== null);
    await cloud.deploy(service, { VERSION: '2' });
    await house.until(
      'tick',
      ({ json }) => typeof json.record?.rollout?.stageSettledMs === 'number',
    );
    return house;
  }

  async writePlan(changes: Record<string, unknown>): Promise<void> {
    const plan = {
      service: this.service,
      platform: { local: { url: cloud.url } },
      metrics: { cloudMonitoring: { samplePeriod: '1s', visibilityDelay: '0s' } },
      stages: [
        { name: 'smoke', share: 0, hold: '1h' },
        { name: 'canary', share: 10, hold: '1h', spotChecks: 2 },
        { name: 'full', share: 100, hold: '1h' },
      ],
      ...changes,
    };
    await writeFile(this.plan, JSON.stringify(plan));
  }

  async ascent(...args: string[]): Promise<Answer> {
    const journal = join(folder, 'journal', this.service);
    const shared = ['--plan', this.plan, '--journal', journal, '--as', 'mia', '--json'];
    const ran = await runAscent([...args, ...shared]);
    return { ...ran, json: (ran.stdout === '' ? {} : JSON.parse(ran.stdout)) as Answer['json'] };
  }

  /** Repeats a step until it shows what is wanted. */
  async until(command: string, seen: (answer: Answer) => boolean): Promise<void> {
    for (;;) {
      const answer = await this.ascent(command);
      if (answer.status === 0 && seen(answer)) return;
    }
  }

  /** A command that is done: status 0, one decision of `type` on record, nothing left to tell. */
  async did(type: string, ...args: string[]): Promise<RolloutRecord> {
    const { status, stderr, json } = await this.ascent(...args);
    expect(status, stderr).toBe(0);
    expect(json.undelivered).toEqual([]);
    expect(json.record?.rollout?.decisions.map((one) => one.type)).toContain(type);
    if (json.record === null) throw new Error('no record');
    return json.record;
  }

  async shares(): Promise<Record<string, number>> {
    const { spec } = await cloud.get(this.service);
    const targets = spec['traffic'] as { revisionName: string; percent?: number }[];
    return Object.fromEntries(
      targets.flatMap(({ revisionName, percent = 0 }) =>
        percent > 0 ? [[revisionName, percent]] : [],
      ),
    );
  }

  async edit(change: (service: Raw) => Raw): Promise<void> {
    const status = await cloud.put(this.service, change(await cloud.get(this.service)));
    expect(status).toBe(200);
  }
}

describe('a person', () => {
  test('skips a stage, ticks off what was tried, and promotes', async () => {
    const house = await House.withRollout('skipping');
    const noReason = await house.ascent('skip');
    expect([noReason.status, noReason.stderr]).toEqual([
      2,
      expect.stringContaining('ASC_REASON_REQUIRED'),
    ]);
    const { stable, rollout } = await house.did('skipped', 'skip', '--reason', 'a hotfix');
    const candidate = rollout?.candidate ?? '';
    expect(await house.shares()).toEqual({ [stable]: 90, [candidate]: 10 });
    const ticked = await house.did('tickedOff', 'tick-off', '--what', 'asked about Bali');
    expect(ticked.rollout?.spotChecks.ticks).toMatchObject([
      { by: 'mia', what: 'asked about Bali' },
    ]);
    const promoted = await house.did('promoted', 'promote', '--reason', 'it is good');
    expect(promoted.stable).toBe(candidate);
    expect(await house.shares()).toEqual({ [candidate]: 100 });
  });

  test('rolls back, which sticks, and restarts', async () => {
    const house = await House.withRollout('back');
    const { stable } = await house.did('skipped', 'skip', '--reason', 'to 10 %');
    const back = await house.did('rolledBack', 'rollback', '--reason', 'answers are empty');
    expect(back.rollout?.status).toMatchObject({ type: 'rolledBack', reason: 'answers are empty' });
    expect(await house.shares()).toEqual({ [stable]: 100 });
    expect((await house.ascent('tick')).json.record?.rollout?.status.type).toBe('rolledBack');
    const again = await house.did('started', 'restart', '--reason', 'it was the provider');
    expect(again.rollout).toMatchObject({
      candidate: back.rollout?.candidate,
      status: { type: 'running' },
    });
    const twice = await house.ascent('restart', '--reason', 'once more');
    expect([twice.status, twice.stderr]).toEqual([3, expect.stringContaining('ASC_ROLLOUT_OPEN')]);
  });

  test('aborts, and silences an alert and hears of it again', async () => {
    const house = await House.withRollout('aborting');
    const quiet = await house.ascent('silence', 'high-cpu', '--for', '2h');
    expect(quiet.json).toMatchObject({
      undelivered: [],
      record: { rollout: { alerts: { silences: [{ rule: 'high-cpu', by: 'mia' }] } } },
    });
    const loud = await house.ascent('silence', 'high-cpu', '--for', '0s');
    expect(loud.json.record?.rollout?.alerts.silences).toEqual([]);
    const unknown = await house.ascent('silence', 'high-tide');
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('high-latency')]);
    const { stable } = await house.did('aborted', 'abort', '--reason', 'the wrong branch');
    expect(await house.shares()).toEqual({ [stable]: 100 });
  });

  test('is told that it went back while a webhook still hangs', async () => {
    const house = await House.withRollout('hanging');
    let answerHook = (): void => undefined;
    const hook = createServer((_request, response) => {
      answerHook = () => response.writeHead(200).end();
    }).listen(0, '127.0.0.1');
    await once(hook, 'listening');
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
    await house.edit(({ metadata, ...rest }) => {
      const text = metadata.annotations?.[RECORD_ANNOTATION] ?? '';
      const record = JSON.parse(text) as { plan: { notify: { channels: unknown[] } } };
      record.plan.notify.channels = [{ type: 'webhook', url, secret: { env: 'HOOK' } }];
      const annotations = { ...metadata.annotations, [RECORD_ANNOTATION]: JSON.stringify(record) };
      return { ...rest, metadata: { ...metadata, annotations } };
    });
    const args = ['rollback', '--plan', house.plan, '--journal', join(folder, 'journal/hanging')];
    const asked = once(hook, 'request');
    const child = spawn(process.execPath, [bundle, ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], HOOK: 'secret' },
    });
    let troubles = '';
    child.stderr.on('data', (chunk: Buffer) => (troubles += chunk.toString()));
    const ended = once(child, 'exit');
    // Only once it has been said does the webhook answer; the other way round its deadline passes, which is said as well.
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    await asked;
    answerHook();
    expect(said.toString()).toContain('serves everything again');
    expect(await ended).toEqual([0, null]);
    expect(troubles).toBe('');
    hook.close();
  });

  test('cannot go back to a revision that a hand wrote into the record: it is said, and nothing moves', async () => {
    const house = await House.withRollout('edited');
    await house.did('skipped', 'skip', '--reason', 'to 10 %');
    const before = await house.shares();
    await house.edit(({ metadata, ...rest }) => {
      const text = metadata.annotations?.[RECORD_ANNOTATION] ?? '';
      const record = JSON.parse(text) as { stable: string; rollout: { stable: string } };
      record.stable = 'edited-00099-abc';
      record.rollout.stable = 'edited-00099-abc';
      const annotations = { ...metadata.annotations, [RECORD_ANNOTATION]: JSON.stringify(record) };
      return { ...rest, metadata: { ...metadata, annotations } };
    });
    const { status, stderr } = await house.ascent('rollback');
    expect(status).toBe(3);
    expect(stderr).toMatch(/ASC_REVISION_UNKNOWN.*edited-00099-abc.*Restore the annotation/);
    expect(await house.shares()).toEqual(before);
  });
});

test('a person who asks while the metrics cannot be read is told so', async () => {
  const nowhere = { prometheus: { url: 'http://127.0.0.1:9', samplePeriod: '1s' } };
  const house = await House.withRollout('blind', { metrics: nowhere, alerts: [] });
  await house.until('tick', ({ json }) => typeof json.record?.rollout?.blindSinceMs === 'number');
  const { stdout } = await runAscent(['status', '--plan', house.plan]);
  expect(stdout).toMatch(/^Metrics: cannot be read for .+ now; it does not go on meanwhile\.$/m);
});

describe('CPU and memory of real instances', () => {
  test('fire alerts in the stability week, and the status shows them', async () => {
    const rule = { for: '5s', channels: ['email'] };
    const alerts = [
      { ...rule, name: 'some-memory', metric: 'memory', above: '1%' },
      { ...rule, name: 'all-memory', metric: 'memory', above: '99%' },
      { ...rule, name: 'all-cpu', metric: 'cpu', above: '99%' },
    ];
    const house = new House('busy');
    await house.writePlan({ alerts });
    await cloud.deploy('busy');
    const firing = ({ json }: Answer): readonly string[] =>
      json.record?.watch?.alerts.firing.map(({ rule: name }) => name) ?? [];
    await house.until('tick', (answer) => firing(answer).length > 0);
    const status = await house.ascent('status');
    expect(firing(status)).toEqual(['some-memory']);
    const [news] = status.json.record?.watch?.news ?? [];
    expect(news?.sentence).toMatch(
      /memory utilization of busy-\S+ is [\d.]+ % and has been above 1 % for 5s/,
    );
  });
});

describe('other ways to the service', () => {
  test('a kubeconfig leads to it as well', async () => {
    const house = await House.withRollout('cluster');
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        'current-context': 'here',
        contexts: [{ name: 'here', context: { cluster: 'here', user: 'me', namespace: 'local' } }],
        clusters: [{ name: 'here', cluster: { server: cloud.url } }],
        users: [{ name: 'me', user: {} }],
      }),
    );
    await house.writePlan({
      platform: { kubernetes: { kubeconfig } },
      metrics: { prometheus: { url: 'http://127.0.0.1:1' } },
    });
    const { stable } = await house.did('rolledBack', 'rollback', '--reason', 'over kubectl’s way');
    expect(await house.shares()).toEqual({ [stable]: 100 });
  });

  test('up says what ends it once', async () => {
    const house = new House('nowhere');
    await house.writePlan({});
    const { status, stderr } = await runAscent(['up', '--plan', house.plan]);
    expect(status, stderr).toBe(5);
    expect(stderr.match(/'nowhere'/g), stderr).toHaveLength(1);
  });

  test('tick --all takes every labelled service on by its own record, and stops for none that fails', async () => {
    const houses = await Promise.all(['reef', 'wreck'].map((name) => House.withRollout(name)));
    await cloud.deploy('fresh');
    await cloud.deploy('stranger');
    const label = async (service: string): Promise<void> => {
      const raw = await cloud.get(service);
      const labels = { 'ascent.dev/managed': 'true' };
      expect(await cloud.put(service, { ...raw, metadata: { ...raw.metadata, labels } })).toBe(200);
    };
    for (const name of ['reef', 'wreck', 'fresh']) await label(name);
    const [reef, wreck] = houses;
    if (reef === undefined || wreck === undefined) throw new Error('two houses');
    await reef.edit(({ metadata, ...rest }) => {
      const annotations = { ...metadata.annotations, [RECORD_ANNOTATION]: '{"version":1}' };
      return { ...rest, metadata: { ...metadata, annotations } };
    });
    await cloud.deploy('wreck', { VERSION: '3' });
    // Asked through a plan of a service that is not labelled: it only says where to look.
    const other = await House.withRollout('asking');
    const { status, json, stdout } = await other.ascent('tick', '--all');
    expect(json.services.map(({ service, type }) => [service, type])).toEqual([
      ['fresh', 'planless'],
      ['reef', 'failed'],
      ['wreck', 'stepped'],
    ]);
    expect(status).toBe(3);
    expect(stdout).toContain('ASC_RECORD_UNREADABLE');
    const { record } = (await wreck.ascent('status')).json;
    expect(record?.rollout?.status.type).toBe('superseded');
  });
});
