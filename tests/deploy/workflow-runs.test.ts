/**
 * Given the workflows, when their commands are run one after the other, then a push becomes a staging deployment and a tag
 * a rollout. The commands are the files' own; Google's and GitHub's programs are stand-ins that write down how they were
 * called, `npm` is one because what it installs and builds is there already, and addresses are those of this machine.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '@ascent/demo';
import { parse } from 'yaml';
import { startDeployHouse, type DeployHouse } from './house.js';
import { startReceivers } from './receivers.js';
import { runJob, type RanJob } from './workflow-job.js';

type GitHubRuns = {
  readonly stagingPassed: number;
  readonly production: { readonly status: string; readonly updated_at: string };
};

const IMAGE = 'us-central1-docker.pkg.dev/dovvybuddy/dovvybuddy/backend';

/** The commit has passed in staging, and no deployment to production is at work. */
const quiet: GitHubRuns = {
  stagingPassed: 1,
  production: { status: 'completed', updated_at: '2026-11-21T00:00:00Z' },
};

let house: DeployHouse;
let env: Record<string, string>;
let digest: string;
let commit: string;

/** A program in front of the real one on PATH: writes down its arguments, then does `body`. */
function standIn(name: string, body: string): void {
  const file = join(house.workDir, 'bin', name);
  const log = join(house.workDir, `${name}.log`);
  writeFileSync(file, `#!/bin/sh\necho "$*" >> '${log}'\n${body}\n`);
  chmodSync(file, 0o755);
}

/** What GitHub's API knows of runs; whatever else is asked of it is done. */
function gitHub(knows: GitHubRuns): void {
  const answers = [
    ['*deploy-backend-staging.yml/runs*', { total_count: knows.stagingPassed }],
    ['*deploy-backend-production.yml/runs*', { workflow_runs: [knows.production] }],
    ['*actions/runs/*', { run_started_at: '2026-11-22T10:00:00Z' }],
  ] as const;
  const cases = answers.map(([pattern, json]) => `${pattern}) echo '${JSON.stringify(json)}' ;;`);
  standIn('gh', `case "$*" in ${cases.join(' ')} esac`);
}

function calls(name: string): readonly string[] {
  const log = join(house.workDir, `${name}.log`);
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
}

/** What the ticks were last switched to. */
function lastSwitch(): string | undefined {
  const switches = calls('gh').filter((call) => /rollout-tick\.yml\/(en|dis)able$/.test(call));
  return switches.at(-1)?.split('/').at(-1);
}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Mia', '-c', 'user.email=mia@dovvybuddy.com'];
  const options = { cwd: join(house.workDir, 'repository'), encoding: 'utf8' } as const;
  return execFileSync('git', [...identity, ...args], options).trim();
}

/** The repository as checkout leaves it: main, its tags, and a branch that nobody has reviewed. */
function makeRepository(): void {
  mkdirSync(join(house.workDir, 'repository'));
  git('init', '--quiet', '--initial-branch', 'main');
  git('commit', '--quiet', '--allow-empty', '--message', 'first');
  commit = git('rev-parse', 'HEAD');
  git('tag', 'v1.1.0');
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('checkout', '--quiet', '-b', 'unreviewed');
  git('commit', '--quiet', '--allow-empty', '--message', 'second');
  git('tag', 'v6.6.6');
}

beforeAll(async () => {
  house = await startDeployHouse();
  digest = (await house.image('1.0.0')).split('@')[1] ?? '';
  mkdirSync(join(house.workDir, 'bin'));
  standIn('npm', 'exit 0');
  gitHub(quiet);
  standIn('gcloud', `echo '${digest}'`);
  makeRepository();
  env = {
    PATH: `${join(house.workDir, 'bin')}:${process.env['PATH'] ?? ''}`,
    GITHUB_ACTOR: 'mia',
    GITHUB_SHA: commit,
    GITHUB_REPOSITORY: 'dovvybuddy/dovvybuddy',
    GITHUB_RUN_ID: '7',
    GITHUB_SERVER_URL: 'https://github.com',
    // What is different on this machine: where staging is, how long the load test takes, where the journal is.
    STAGING_URL: `${house.apiUrl}/run/dovvybuddy-backend-staging`,
    STAGES: '2s:5,1s:0',
    JOURNAL: join(house.workDir, 'journal'),
    // The image by digest is the emulator's.
    IMAGE: (await house.image('1.0.0')).split('@')[0] ?? IMAGE,
  };
});

afterAll(async () => {
  await house.dispose();
});

async function run(
  workflow: string,
  job: string,
  values: Readonly<Record<string, string>> = {},
): Promise<RanJob> {
  const secrets = { 'secrets.SLACK_WEBHOOK_URL': '', 'secrets.SMTP_URL': '', 'github.token': 't' };
  const options = { workflow, job, values: { ...secrets, ...values }, env };
  return await runJob({ ...options, cwd: house.workDir });
}

function expectAllDone({ steps }: RanJob): void {
  const failed = steps.filter(({ status }) => status !== 0);
  expect(failed, failed.map(({ step, output }) => `${step}: ${output}`).join('\n')).toEqual([]);
}

describe('a push to main', () => {
  const staging = 'deploy-backend-staging.yml';

  test('whose image an earlier run has pushed takes that one, and any other is built', async () => {
    standIn('docker', `echo '{"digest":"${digest}","size":1609}'`);
    const again = await run(staging, 'build');
    expectAllDone(again);
    expect(again.outputs['steps.built.outputs.digest']).toBe(digest);
    expect(calls('docker').at(-1)).toContain(`${env['IMAGE'] ?? ''}:${commit}`);
    standIn('docker', 'echo "ERROR: not found" >&2; exit 1');
    const first = await run(staging, 'build');
    expectAllDone(first);
    expect(first.outputs['steps.built.outputs.digest']).toBeUndefined();
  });

  test('is deployed to staging by digest, and takes all of the traffic after its smoke checks', async () => {
    const values = { 'needs.build.outputs.digest': digest };
    // The first time there is nothing to be careful with; the second time there is.
    expectAllDone(await run(staging, 'deploy', values));
    env['GITHUB_SHA'] = 'f'.repeat(40);
    const ran = await run(staging, 'deploy', values);
    expectAllDone(ran);
    expect(ran.steps.map(({ step }) => step)).toEqual([
      'npm ci --ignore-scripts',
      'npm run build',
      'Deploy a revision that has no traffic',
      'Smoke checks at its own address, then all of the traffic',
      'It serves from outside',
    ]);
    const { spec } = (await house.read('/services/dovvybuddy-backend-staging')) as {
      spec: { traffic: { revisionName: string; percent: number }[] };
    };
    const [served] = spec.traffic.filter(({ percent }) => percent === 100);
    expect(served?.revisionName).toContain('dovvybuddy-backend-staging-fffffff-');
  }, 240_000);

  test('is load-tested, and the result is there to be kept', async () => {
    const ran = await run(staging, 'load');
    expectAllDone(ran);
    expect(existsSync(join(house.workDir, 'load/result.html'))).toBe(true);
  }, 120_000);
});

describe('a tag', () => {
  const production = 'deploy-backend-production.yml';

  test.each([
    ['v1.1.0', true],
    ['v9.9.9', false],
    ['v6.6.6', false],
    ['main', false],
    ['v1.1.0; touch pwned', false],
    ['$(touch pwned)', false],
    ['--help', false],
  ])('%s is resolved to a commit on main: %s', async (tag, good) => {
    const cwd = join(house.workDir, 'repository');
    const values = { 'inputs.tag': tag, 'github.token': 't' };
    const ran = await runJob({ workflow: production, job: 'resolve', cwd, values, env });
    expect(ran.steps.every(({ status }) => status === 0)).toBe(good);
    expect(ran.outputs['steps.commit.outputs.commit']).toBe(good ? commit : undefined);
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });

  test('that has not passed in staging goes no further, and one that has is asked for by its commit', async () => {
    const cwd = join(house.workDir, 'repository');
    const values = { 'inputs.tag': 'v1.1.0', 'github.token': 't' };
    gitHub({ ...quiet, stagingPassed: 0 });
    const ran = await runJob({ workflow: production, job: 'resolve', cwd, values, env });
    gitHub(quiet);
    expect(ran.steps.at(-1)?.status).not.toBe(0);
    expect(ran.steps.at(-1)?.output).toContain('run what failed again');
    expect(calls('gh').at(-1)).toContain(`head_sha=${commit}&status=success`);
  });

  test('is watched over also where its deployment was cancelled half-way, for it may have begun a rollout', () => {
    const text = readFileSync(join(root, '.github/workflows', production), 'utf8');
    const { jobs } = parse(text) as { jobs: Record<string, { if?: string }> };
    expect(jobs['watch']?.if).toBe("always() && needs.deploy.result != 'skipped'");
  });

  test('becomes a revision without traffic, of the very image that staging tested, and a rollout', async () => {
    const first = ['--manifest', 'deploy/cloud-run-production.yaml', '--release', 'v1.0.0'];
    const image = ['--image', `${env['IMAGE'] ?? ''}@${digest}`];
    await house.ascent('deploy', '--plan', 'deploy/ascent.yaml', ...first, ...image);
    await house.ascent('tick', '--plan', 'deploy/ascent.yaml');
    const values = { 'inputs.tag': 'v1.1.0', 'needs.resolve.outputs.commit': commit };
    const ran = await run(production, 'deploy', values);
    expectAllDone(ran);
    expect(calls('gcloud').at(-1)).toContain(`artifacts docker images describe`);
    expect(calls('gcloud').at(-1)).toContain(`:${commit}`);
    expect(ran.outputs['steps.image.outputs.reference']).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(ran.summary).toContain('dovvybuddy-backend-v1-1-0-');
    expectAllDone(await run(production, 'watch'));
    expect(calls('gh').at(-1)).toBe(
      'api --method PUT repos/dovvybuddy/dovvybuddy/actions/workflows/rollout-tick.yml/enable',
    );
  }, 240_000);

  test('whose image staging has not built goes nowhere', async () => {
    standIn('gcloud', 'echo "ERROR: Image not found." >&2; exit 1');
    const before = await house.read('/services/dovvybuddy-backend');
    const values = { 'inputs.tag': 'v1.2.0', 'needs.resolve.outputs.commit': 'a'.repeat(40) };
    const ran = await run(production, 'deploy', values);
    standIn('gcloud', `echo '${digest}'`);
    expect(ran.steps.find(({ status }) => status !== 0)?.step).toContain('very image');
    const after = await house.read('/services/dovvybuddy-backend');
    expect(after['spec']).toEqual(before['spec']);
  }, 60_000);
});

describe('a step of the open rollout', () => {
  const tick = 'rollout-tick.yml';
  const status = 'steps.rollout.outputs.status';

  test('is taken, and the rollout goes on', async () => {
    const ran = await run(tick, 'tick');
    expectAllDone(ran);
    expect(ran.outputs[status]).toBe('running');
  }, 60_000);

  test('that an outage prevents fails, and does not look as if no rollout were open', async () => {
    const plan = join(house.workDir, 'deploy/ascent.yaml');
    const good = readFileSync(plan, 'utf8');
    writeFileSync(plan, good.replaceAll(house.apiUrl, 'http://127.0.0.1:1'));
    const receivers = await startReceivers();
    const webhook = receivers.env['SLACK_WEBHOOK_URL'] ?? '';
    const ran = await run(tick, 'tick', { 'secrets.SLACK_WEBHOOK_URL': webhook });
    await receivers.close();
    writeFileSync(plan, good);
    const [failed, ...others] = ran.steps.filter(({ status: ended }) => ended !== 0);
    expect(failed?.output).toContain('ASC_PLATFORM_UNAVAILABLE');
    expect(others).toEqual([]);
    expect(ran.outputs[status]).toBeUndefined();
    // Whoever is on call hears that nobody looks.
    expect(receivers.slack).toEqual([
      expect.stringContaining('https://github.com/dovvybuddy/dovvybuddy/actions/runs/7'),
    ]);
  }, 90_000);

  test('of a service that is not there yet is none, and the ticks rest', async () => {
    const plan = join(house.workDir, 'deploy/ascent.yaml');
    const good = readFileSync(plan, 'utf8');
    writeFileSync(plan, good.replace('service: dovvybuddy-backend', 'service: not-yet'));
    const ran = await run(tick, 'tick');
    writeFileSync(plan, good);
    expectAllDone(ran);
    expect(ran.outputs[status]).toBe('none');
    expectAllDone(await run(tick, 'rest'));
    expect(lastSwitch()).toBe('disable');
  }, 60_000);

  test.each([
    ['is at work', { status: 'in_progress', updated_at: '2026-11-22T09:00:00Z' }],
    ['has ended since', { status: 'completed', updated_at: '2026-11-22T10:00:01Z' }],
  ])('that found no rollout is not the last one while a deployment %s', async (_, deployment) => {
    gitHub({ ...quiet, production: deployment });
    expectAllDone(await run(tick, 'rest'));
    gitHub(quiet);
    expect(lastSwitch()).toBe('enable');
  });

  test('that found no rollout, and cannot learn of deployments, is not the last one', async () => {
    standIn('gh', 'case "$*" in *production.yml/runs*) exit 1 ;; *runs/*) echo "{}" ;; esac');
    await run(tick, 'rest');
    gitHub(quiet);
    expect(lastSwitch()).toBe('enable');
  });

  test('after the rollout has ended says so', async () => {
    const plan = ['--plan', 'deploy/ascent.yaml'];
    const back = await house.ascent('rollback', ...plan, '--reason', 'enough seen');
    expect(back, back.stderr).toMatchObject({ status: 0 });
    const ran = await run(tick, 'tick');
    expectAllDone(ran);
    expect(ran.outputs[status]).toBe('rolledBack');
  }, 60_000);
});
