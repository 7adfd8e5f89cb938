/** Given a promoted release and a real git repository, when it is retired, then the old code is on a branch and nothing is lost. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  begin,
  compilePlan,
  writeRecord,
  type MetricsOutcome,
  type RolloutPlan,
  type RolloutRecord,
  type ServiceView,
} from '@ascent/core';
import { git } from '../src/retire/repository.js';
import { retire, type Retired } from '../src/retire/retire.js';
import { readSpec, type RetireSpec } from '../src/retire/spec.js';
import type { Session } from '../src/session.js';

const DAY_MS = 86_400_000;
const nowMs = Date.UTC(2026, 10, 22);

let dir: string;

const spec: RetireSpec = {
  what: 'the old backend',
  archive: 'archive/old-backend',
  branch: 'retire-old-backend',
  remove: ['src/lib/agent', 'drizzle'],
  keep: ['drizzle/migrations'],
  ciJobs: [{ workflow: '.github/workflows/test.yml', jobs: ['old-backend'] }],
  readme: { file: 'README.md', notes: 'The new one serves.' },
};

const files = {
  'README.md': '# Shop\n',
  'src/lib/agent/index.ts': 'export {};\n',
  'src/lib/page.ts': 'export {};\n',
  'drizzle/migrations/1.sql': 'select 1;\n',
  'drizzle/config.ts': 'export {};\n',
  '.github/workflows/test.yml': 'jobs:\n  old-backend: {}\n  page: {}\n',
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retire-test-'));
  await git(dir, 'init', '--quiet', '--initial-branch', 'main');
  await git(dir, 'config', 'user.email', 'mia@example.com');
  await git(dir, 'config', 'user.name', 'Mia');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
  await git(dir, 'add', '-A');
  await git(dir, 'commit', '--quiet', '-m', 'Everything');
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

function plan(): RolloutPlan {
  const compiled = compilePlan({
    service: 'svc',
    platform: { local: { url: 'http://127.0.0.1:1' } },
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

/** A real record of a rollout of svc-2 over svc-1 that began and was promoted. */
function promotedRecord(atMs: number): RolloutRecord {
  const view: ServiceView = {
    service: 'svc',
    resourceVersion: '1',
    record: null,
    traffic: [{ revision: 'svc-1', percent: 100, tag: null }],
    served: [{ revision: 'svc-1', percent: 100, tag: null, url: null }],
    settled: true,
    latestCreated: 'svc-2',
    latestReady: 'svc-2',
    latestReadiness: { type: 'ready' },
    url: null,
    missing: [],
    routed: true,
    sessionAffinity: false,
    lastModifier: null,
  };
  const outcome = begin({
    plan: plan(),
    record: null,
    view,
    nowMs: atMs,
    by: 'mia',
    again: null,
    traffic: null,
  });
  if (outcome.type === 'nothing') throw new Error(outcome.reason);
  const { rollout } = outcome.record;
  if (rollout === null) throw new Error('no rollout began');
  const promoted = { ...rollout, status: { type: 'promoted', atMs }, sharePercent: 100 } as const;
  return { ...outcome.record, stable: 'svc-2', rollout: promoted };
}

/** A session whose service was promoted so many days ago and answered well since. */
function session(daysAgo: number): Session {
  const atMs = nowMs - daysAgo * DAY_MS;
  const record = promotedRecord(atMs);
  const metrics: MetricsOutcome = {
    type: 'points',
    points: [
      {
        revision: 'svc-2',
        startMs: atMs,
        endMs: nowMs,
        requests: 10_000,
        errors: 3,
        latency: null,
      },
    ],
    youngestTrustedMs: nowMs,
  };
  const view = {
    service: 'svc',
    record: writeRecord(record),
    served: [{ revision: 'svc-2', percent: 100, tag: null, url: null }],
    missing: [],
    routed: true,
  };
  const world = {
    service: { read: () => Promise.resolve(view) },
    metrics: { read: () => Promise.resolve(metrics) },
    now: () => nowMs,
  };
  return { plan: plan(), world, person: 'mia', json: false } as unknown as Session;
}

async function run(
  options: { daysAgo?: number; apply?: boolean; spec?: Partial<RetireSpec> } = {},
): Promise<Retired> {
  const { daysAgo = 8, apply = false } = options;
  return await retire(session(daysAgo), {
    repository: dir,
    spec: { ...spec, ...options.spec },
    apply,
  });
}

async function branches(): Promise<readonly string[]> {
  return (await git(dir, 'branch', '--format', '%(refname:short)')).trim().split('\n');
}

describe('archive the old backend after one week of stability', () => {
  test('without --apply it is only shown', async () => {
    const before = await git(dir, 'rev-parse', 'HEAD');
    const { applied, files: removed, steps } = await run();
    expect(applied).toBe(false);
    expect(removed).toEqual(['drizzle/config.ts', 'src/lib/agent/index.ts']);
    expect(steps.join('\n')).toContain('drop the job old-backend');
    expect(await branches()).toEqual(['main']);
    expect(await git(dir, 'rev-parse', 'HEAD')).toBe(before);
  });

  test('with --apply the archive branch keeps everything, and one commit on another branch removes it', async () => {
    await run({ apply: true });
    expect([...(await branches())].sort()).toEqual([
      'archive/old-backend',
      'main',
      'retire-old-backend',
    ]);
    expect(await git(dir, 'rev-parse', 'archive/old-backend')).toBe(
      await git(dir, 'rev-parse', 'main'),
    );
    const changed = await git(dir, 'diff', '--name-status', 'main', 'retire-old-backend');
    expect(changed.trim().split('\n').sort()).toEqual([
      'D\tdrizzle/config.ts',
      'D\tsrc/lib/agent/index.ts',
      'M\t.github/workflows/test.yml',
      'M\tREADME.md',
    ]);
    expect(await git(dir, 'show', 'retire-old-backend:drizzle/migrations/1.sql')).toContain(
      'select 1',
    );
    expect(await git(dir, 'show', 'retire-old-backend:README.md')).toContain(
      'branch `archive/old-backend`',
    );
    expect(await git(dir, 'show', 'retire-old-backend:.github/workflows/test.yml')).not.toContain(
      'old-backend',
    );
    expect((await git(dir, 'log', '--format=%s', 'main..retire-old-backend')).trim()).toBe(
      'Archive the old backend',
    );
  });

  test('the person’s own checkout is never touched, and no worktree is left', async () => {
    await run({ apply: true });
    expect((await git(dir, 'symbolic-ref', '--short', 'HEAD')).trim()).toBe('main');
    expect(await git(dir, 'status', '--porcelain')).toBe('');
    expect(await readFile(join(dir, 'src/lib/agent/index.ts'), 'utf8')).toBe('export {};\n');
    expect((await git(dir, 'worktree', 'list')).trim().split('\n')).toHaveLength(1);
  });

  test('it never pushes: a remote sees nothing', async () => {
    const remote = await mkdtemp(join(tmpdir(), 'retire-remote-'));
    await git(remote, 'init', '--quiet', '--bare');
    await git(dir, 'remote', 'add', 'origin', remote);
    await run({ apply: true });
    expect(await git(remote, 'for-each-ref')).toBe('');
    await rm(remote, { recursive: true, force: true });
  });
});

describe('it is refused, and nothing is changed,', () => {
  test.each<[string, Partial<RetireSpec>, string]>([
    [
      'where what is kept is nowhere',
      { keep: ['drizzle/migration'] },
      'keep: nothing is tracked at',
    ],
    ['where everything is kept', { keep: spec.remove }, 'nothing is left to remove'],
    ['where a path is a pattern of git', { remove: [':(top)*'] }, 'nothing is tracked at :(top)*'],
    ['where both branches are one', { branch: spec.archive }, 'archive and branch are both'],
    ['where a branch has no name that git takes', { archive: 'a..b' }, 'git takes no branch a..b'],
    [
      'where a branch is a folder of another',
      { archive: 'main/old' },
      'git takes no branch main/old',
    ],
  ])('%s', async (_what, changes, said) => {
    await expect(run({ apply: true, spec: changes })).rejects.toThrow(said);
    expect(await branches()).toEqual(['main']);
  });

  test('in a folder of a repository, whose top may have the same paths', async () => {
    const refused = retire(session(8), {
      repository: join(dir, 'src'),
      spec: {
        ...spec,
        remove: ['lib/agent'],
        keep: [],
        readme: { ...spec.readme, file: 'lib/page.ts' },
      },
      apply: true,
    });
    await expect(refused).rejects.toThrow('not the top of a repository');
    expect(await branches()).toEqual(['main']);
  });
});

test.each(['.', './src', '/etc', '../other', 'src/../..'])(
  'the path %s in deploy/retire.yaml is refused',
  async (path) => {
    const file = join(dir, 'retire.yaml');
    await writeFile(file, JSON.stringify({ ...spec, remove: [path] }));
    await expect(readSpec(file)).rejects.toThrow('remove[0]: write a path below the top');
  },
);

describe('it is refused, with every objection at once and nothing changed', () => {
  test('before the week is over, with changes not committed and paths that are not there', async () => {
    await writeFile(join(dir, 'README.md'), 'changed');
    const refused = run({
      daysAgo: 3,
      apply: true,
      spec: {
        remove: ['src/nowhere'],
        ciJobs: [{ workflow: '.github/workflows/test.yml', jobs: ['x'] }],
      },
    });
    await expect(refused).rejects.toMatchObject({ code: 'ASC_RETIRE_REFUSED' });
    const message = await refused.then(String, (error: unknown) => String(error));
    for (const said of [
      'are missing',
      'not committed',
      'nothing is tracked at src/nowhere',
      'no job x',
    ]) {
      expect(message).toContain(said);
    }
    expect(await branches()).toEqual(['main']);
  });

  test('where a branch of that name is there already', async () => {
    await git(dir, 'branch', 'archive/old-backend');
    await expect(run({ apply: true })).rejects.toThrow('never overwritten');
  });

  test('where git cannot make the archive: then nothing is removed either', async () => {
    // A branch named like a folder of the other's name.
    await git(dir, 'branch', 'archive');
    await expect(run({ apply: true })).rejects.toMatchObject({ code: 'ASC_RETIRE_REFUSED' });
    expect([...(await branches())].sort()).toEqual(['archive', 'main']);
  });

  test('and a commit that git refuses leaves no branch behind', async () => {
    await mkdir(join(dir, '.git/hooks'), { recursive: true });
    await writeFile(join(dir, '.git/hooks/pre-commit'), '#!/bin/sh\necho not today >&2\nexit 1\n', {
      mode: 0o755,
    });
    await expect(run({ apply: true })).rejects.toThrow('not today');
    expect(await branches()).toEqual(['main']);
  });
});
