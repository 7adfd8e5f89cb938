/**
 * Given a release that took over, and the old backend's repository, when `ascent retire` is typed, then the old code is on a
 * branch for ever and gone from another one. As a user has it: the real command, service, metrics and git; the week is
 * two seconds.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '@ascent/demo';
import { startDeployHouse, type DeployHouse, type Ran } from './house.js';

const PLAN = ['--plan', 'deploy/ascent.yaml'];

let house: DeployHouse;
let repository: string;

/** The repository in which deploy/retire.yaml finds the old backend. */
const files = {
  'README.md': '# DovvyBuddy\n',
  'src/lib/orchestration/chat.ts': 'export {};\n',
  'src/lib/agent/trip.ts': 'export {};\n',
  'src/lib/page.ts': 'export {};\n',
  'drizzle/0001.sql': 'select 1;\n',
  '.github/workflows/test.yml':
    'on: push\njobs:\n  typescript-backend:\n    steps: [{ run: npm test }]\n  page:\n    steps: [{ run: npm run page }]\n',
};

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim();
}

function makeRepository(): void {
  repository = join(house.workDir, 'old-repository');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, name)), { recursive: true });
    writeFileSync(join(repository, name), text);
  }
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Mia');
  git('config', 'user.email', 'mia@dovvybuddy.com');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'The old backend and the page');
}

async function retire(...more: string[]): Promise<Ran> {
  const where = ['--spec', 'deploy/retire.yaml', '--repository', repository];
  return await house.ascent('retire', ...PLAN, ...where, ...more);
}

async function mustRun(...args: string[]): Promise<void> {
  const ran = await house.ascent(...args);
  expect(ran, `${args.join(' ')}: ${ran.stderr}`).toMatchObject({ status: 0 });
}

beforeAll(async () => {
  house = await startDeployHouse();
  makeRepository();
  const plan = join(house.workDir, 'deploy/ascent.yaml');
  await writeFile(plan, (await readFile(plan, 'utf8')).replace('after: 7d', 'after: 2s'));
  const manifest = ['--manifest', 'deploy/cloud-run-production.yaml'];
  const image = ['--image', await house.image('1.0.0')];
  await mustRun('deploy', ...PLAN, ...manifest, ...image, '--release', 'v1.0.0');
  await mustRun('tick', ...PLAN);
  await mustRun('deploy', ...PLAN, ...manifest, ...image, '--release', 'v1.1.0');
  await mustRun('up', ...PLAN, '--until', 'smoke');
});

afterAll(async () => {
  await house.dispose();
});

test('while the rollout is open it is refused, and nothing is changed', async () => {
  const { status, stderr } = await retire('--apply');
  expect(status).toBe(3);
  expect(stderr).toContain('is still open');
  expect(git('branch', '--format', '%(refname:short)')).toBe('main');
});

test('after a stable week it shows, then does, what deploy/retire.yaml says', async () => {
  await mustRun('promote', ...PLAN, '--reason', 'drill');
  const url = `${house.apiUrl}/run/dovvybuddy-backend/health`;
  let shown = await retire();
  while (shown.status === 3 && /are missing|not one request|serves now/.test(shown.stderr)) {
    await fetch(url);
    shown = await retire();
  }
  expect(shown, shown.stderr).toMatchObject({ status: 0 });
  expect(shown.stdout).toContain('With --apply this would be done');
  expect(git('branch', '--format', '%(refname:short)')).toBe('main');

  const done = await retire('--apply');
  expect(done, done.stderr).toMatchObject({ status: 0 });
  expect(done.stdout).toContain('git push origin archive/typescript-backend');
  expect(git('rev-parse', 'archive/typescript-backend')).toBe(git('rev-parse', 'main'));
  const changed = git('diff', '--name-status', 'main', 'retire-typescript-backend').split('\n');
  expect(changed).toEqual([
    'M\t.github/workflows/test.yml',
    'M\tREADME.md',
    'D\tsrc/lib/agent/trip.ts',
    'D\tsrc/lib/orchestration/chat.ts',
  ]);
  expect(git('show', 'retire-typescript-backend:README.md')).toContain(
    'The chat API is served by the backend on Cloud Run',
  );
  expect(git('show', 'retire-typescript-backend:.github/workflows/test.yml')).toBe(
    'on: push\njobs:\n  page:\n    steps: [{ run: npm run page }]',
  );
  // The person's own checkout is as it was.
  expect(git('status', '--porcelain')).toBe('');
  expect(existsSync(join(repository, 'src/lib/agent/trip.ts'))).toBe(true);
});

test('the names in deploy/retire.yaml are those of the requirements', () => {
  const text = readFileSync(join(root, 'deploy/retire.yaml'), 'utf8');
  for (const named of [
    'archive/typescript-backend',
    'src/lib/orchestration',
    'src/lib/agent',
    'drizzle',
  ]) {
    expect(text).toContain(named);
  }
});
