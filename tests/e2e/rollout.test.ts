/**
 * Given a stack of real processes and a backend that serves, when controllers are killed, doubled or given nonsense,
 * then record and traffic agree and no share is ever seen that the plan does not name.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOpen, trafficFor, type RolloutRecord } from '@ascent/core';
import {
  deploy,
  startCrowd,
  waitUntilReady,
  type Crowd,
  type Stack,
  type Template,
} from '@ascent/demo';
import { createPrng } from '@ascent/stats';
import { ascent, backendTemplate, freshStack, readService } from './house.js';

/** The longest holds of the plan sum to 115 s; a busy machine answers unevenly, and then evidence takes that long. */
const wholeRolloutMs = 180_000;

let stack: Stack;
let dispose: () => Promise<void>;
let template: Template;
let crowd: Crowd;

beforeAll(async () => {
  ({ stack, dispose } = await freshStack());
  template = await backendTemplate(stack, '1.0.0');
  const stable = await deploy(stack.target, template);
  const url = await waitUntilReady(stack.target, stable);
  expect((await ascent(stack, 'tick')).status).toBe(0);
  const prng = createPrng(7);
  crowd = startCrowd({
    origin: stack.target.apiUrl,
    host: new URL(url).host,
    conversationsPerSecond: 10,
    thinkMs: 300,
    conversations: [['What is PADI Open Water?', 'How deep may I go with it?', 'And after that?']],
    random: prng.uniform,
  });
});

afterAll(async () => {
  await crowd.leave();
  await dispose();
});

/** A new revision: the same image with another variable, so that a revision is minted. */
async function nextRevision(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return await deploy(stack.target, {
    ...template,
    env: { ...template.env, RELEASE: name, ...env },
  });
}

async function openRecord(): Promise<RolloutRecord> {
  const { record } = await readService(stack);
  if (record === null) throw new Error('the service has no record');
  return record;
}

/** Record and traffic were written together, so they agree whenever anybody looks. */
async function expectAgreement(): Promise<RolloutRecord> {
  const { record, shares } = await readService(stack);
  if (!record?.rollout) throw new Error('the service has no rollout');
  const asked = Object.fromEntries(
    trafficFor(record.rollout, [])
      .filter(({ percent }) => percent > 0)
      .map(({ revision, percent }) => [revision ?? 'LATEST', percent]),
  );
  expect(shares).toEqual(asked);
  return record;
}

async function tickUntilEnded(): Promise<RolloutRecord> {
  for (let steps = 0; steps < 240; steps += 1) {
    const ran = await ascent(stack, 'tick', '--json');
    expect(ran.status, ran.stderr).toBe(0);
    const record = await expectAgreement();
    if (record.rollout !== null && !isOpen(record.rollout)) return record;
  }
  throw new Error('the rollout did not end in 240 steps');
}

describe('a controller killed with kill -9 again and again', () => {
  test(
    'leaves record and traffic in agreement, and a tick goes on to the promotion',
    async () => {
      const candidate = await nextRevision('killed');
      const prng = createPrng(11);
      for (let kills = 0; kills < 12; kills += 1) {
        const controller = await stack.startController(200);
        await new Promise((resolve) => setTimeout(resolve, prng.uniform() * 1_500));
        controller.kill('SIGKILL');
        await controller.exited;
        const record = await openRecord();
        if (record.rollout?.candidate === candidate) await expectAgreement();
      }
      const { rollout } = await tickUntilEnded();
      expect(rollout).toMatchObject({ candidate, status: { type: 'promoted' }, sharePercent: 100 });
      expect(crowd.asks.filter(({ status }) => status !== 200)).toEqual([]);
    },
    wholeRolloutMs,
  );
});

describe('two controllers on one service at once', () => {
  test(
    'take the rollout through together, and only shares of the plan are ever seen',
    async () => {
      const candidate = await nextRevision('doubled');
      const controllers = await Promise.all([
        stack.startController(100),
        stack.startController(100),
      ]);
      const seen = new Set<number>();
      for (;;) {
        const { record, shares } = await readService(stack);
        if (record?.rollout?.candidate === candidate) {
          seen.add(shares[candidate] ?? 0);
          if (record.rollout.status.type !== 'running') break;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await Promise.all(controllers.map((controller) => controller.stop()));
      const record = await expectAgreement();
      expect(record.rollout?.status.type).toBe('promoted');
      expect([...seen].sort((a, b) => a - b)).toEqual([0, 10, 50, 100]);
      // Every decision was taken once: the numbers have no gap and no double.
      const numbers = record.rollout?.decisions.map(({ seq }) => seq);
      expect(numbers).toEqual(numbers?.map((_, index) => index + 1));
      expect(crowd.asks.filter(({ status }) => status !== 200)).toEqual([]);
    },
    wholeRolloutMs,
  );
});

describe("a person's commands", () => {
  test('work without any controller, and a manual rollback sticks', async () => {
    const candidate = await nextRevision('by-hand');
    expect((await ascent(stack, 'tick')).status).toBe(0);
    expect((await ascent(stack, 'pause', '--reason', 'lunch')).stdout).toContain(
      'paused the rollout at 0 %',
    );
    const twice = await ascent(stack, 'pause');
    expect(twice).toMatchObject({ status: 3 });
    expect(twice.stderr).toContain('ASC_ALREADY_PAUSED');
    expect((await ascent(stack, 'approve')).stderr).toContain('ASC_NO_APPROVAL_NEEDED');
    expect((await ascent(stack, 'resume')).status).toBe(0);
    expect(
      (await ascent(stack, 'rollback', '--reason', 'a diver complained', '--as', 'mia')).stdout,
    ).toContain('mia rolled back');
    for (let steps = 0; steps < 3; steps += 1) await ascent(stack, 'tick');
    const { rollout } = await expectAgreement();
    expect(rollout).toMatchObject({
      candidate,
      status: { type: 'rolledBack', reason: 'a diver complained' },
      sharePercent: 0,
    });
    expect((await ascent(stack, 'resume')).stderr).toContain('ASC_ROLLOUT_ENDED');
  });

  test('a change by somebody else pauses the rollout and is not fought', async () => {
    const candidate = await nextRevision('foreign');
    const { record } = await readService(stack);
    const stable = record?.stable ?? '';
    await ascent(stack, 'tick');
    await setTraffic([
      { revisionName: stable, percent: 70 },
      { revisionName: candidate, percent: 30 },
    ]);
    for (let steps = 0; steps < 3; steps += 1) await ascent(stack, 'tick');
    const after = await readService(stack);
    expect(after.shares).toEqual({ [stable]: 70, [candidate]: 30 });
    expect(after.record?.rollout?.status).toMatchObject({ type: 'paused', cause: 'foreignChange' });
    await ascent(stack, 'rollback');
    await expectAgreement();
  });

  test('a newer revision supersedes: the older candidate goes to 0 first', async () => {
    const older = await nextRevision('older');
    await ascent(stack, 'tick');
    const newer = await nextRevision('newer');
    await ascent(stack, 'tick');
    expect((await openRecord()).rollout).toMatchObject({
      candidate: older,
      status: { type: 'superseded', revision: newer },
    });
    await ascent(stack, 'tick');
    expect((await openRecord()).rollout).toMatchObject({
      candidate: newer,
      status: { type: 'running' },
    });
    await ascent(stack, 'rollback');
  });
});

/** What somebody does at a console: replaces the traffic, and knows nothing of Ascent. */
async function setTraffic(traffic: readonly unknown[]): Promise<void> {
  const { apiUrl, project, service } = stack.target;
  const url = `${apiUrl}/apis/serving.knative.dev/v1/namespaces/${project}/services/${service}`;
  const present = (await (await fetch(url)).json()) as {
    spec: { template: { metadata?: object } };
    status: { latestCreatedRevisionName: string };
  };
  const template = {
    ...present.spec.template,
    metadata: { ...present.spec.template.metadata, name: present.status.latestCreatedRevisionName },
  };
  const body = JSON.stringify({ ...present, spec: { ...present.spec, template, traffic } });
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(response.status, await response.text()).toBe(200);
}

describe('wrong input', () => {
  test.each([
    {
      what: 'a plan with faults',
      text: 'service: UPPER\nplatform: {}\n',
      code: 'ASC_PLAN_INVALID',
      paths: ['service:', 'platform:'],
    },
    { what: 'a plan that is no YAML', text: 'service: [', code: 'ASC_PLAN_UNREADABLE', paths: [] },
    { what: 'an empty plan', text: '', code: 'ASC_PLAN_INVALID', paths: ['(plan)'] },
  ])('$what ends with status 2 and writes nothing', async ({ text, code, paths }) => {
    const before = await readService(stack);
    const planFile = join(stack.workDir, 'wrong.yaml');
    await writeFile(planFile, text);
    for (const command of ['tick', 'up', 'status', 'rollback']) {
      const ran = await ascent({ ...stack, planFile }, command);
      expect(ran.status).toBe(2);
      expect(ran.stderr).toContain(code);
      for (const path of paths) expect(ran.stderr).toContain(path);
    }
    expect((await readService(stack)).resourceVersion).toBe(before.resourceVersion);
  });

  test('a missing plan names the file and the remedy', async () => {
    const ran = await ascent({ ...stack, planFile: '/nowhere/ascent.yaml' }, 'status');
    expect(ran).toMatchObject({ status: 2 });
    expect(ran.stderr).toContain('/nowhere/ascent.yaml');
    expect(ran.stderr).toContain('--plan <file>');
  });
});
