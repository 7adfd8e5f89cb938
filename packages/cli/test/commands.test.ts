/** Every command as a user runs it: what it says when all goes well, and when it does not. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startKnativeService, type KnativeService } from './knative-service.js';
import { runAscent, settled, type Ran, type RunOptions } from './run-ascent.js';

let dir: string;
let service: KnativeService;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ascent-commands-'));
  service = await startKnativeService('web');
  writeFileSync(join(dir, 'ascent.yaml'), planText(service.url));
  writeFileSync(join(dir, 'faults.yaml'), 'service: UPPER\nplatform: {}\n');
});
afterAll(() => {
  service.close();
  rmSync(dir, { recursive: true, force: true });
});

function planText(url: string): string {
  return `service: web
platform: { local: { url: "${url}" } }
stages:
  - { name: smoke, share: 0, hold: 1h }
  - { name: canary, share: 10, hold: 4h to 6h, spotChecks: 2, approval: required }
  - { name: full, share: 100, hold: 24h to 48h }
`;
}

async function ascent(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { status, stdout, stderr } = await runAscent(args, { cwd: dir, ...options });
  return { status, stdout: settled(stdout, dir), stderr: settled(stderr, dir) };
}

test('help names every command', async () => {
  expect(await ascent(['help'])).toMatchSnapshot();
});

/** In order: each stands on what the ones before it did. */
const story: readonly {
  readonly what: string;
  readonly args: readonly string[];
  readonly status: number;
  readonly before?: () => void;
}[] = [
  { what: 'status without a rollout', args: ['status'], status: 0 },
  { what: 'check finds LATEST and cold starts', args: ['check'], status: 4 },
  { what: 'plan at a traffic', args: ['plan', '--rate', '600'], status: 0 },
  { what: 'watch without a rollout', args: ['watch'], status: 3 },
  { what: 'report without a rollout', args: ['report'], status: 3 },
  { what: 'pause without a rollout', args: ['pause'], status: 3 },
  { what: 'tick adopts the first revision', args: ['tick'], status: 0 },
  { what: 'up has nothing to do', args: ['up'], status: 0 },
  {
    what: 'tick begins the rollout of a new revision',
    args: ['tick'],
    status: 0,
    before: () => {
      service.deploy('web-00002');
    },
  },
  { what: 'status of a rollout', args: ['status'], status: 0 },
  { what: 'check during a rollout', args: ['check'], status: 4 },
  { what: 'up leaves at a stage', args: ['up', '--until', 'smoke'], status: 0 },
  { what: 'up to no stage of the plan', args: ['up', '--until', 'nowhere'], status: 2 },
  { what: 'approve', args: ['approve', '--reason', 'looks good'], status: 0 },
  { what: 'pause', args: ['pause', '--reason', 'an incident'], status: 0 },
  { what: 'pause twice', args: ['pause'], status: 3 },
  { what: 'resume', args: ['resume'], status: 0 },
  { what: 'resume twice', args: ['resume'], status: 3 },
  {
    what: 'tick-off where nothing is asked for',
    args: ['tick-off', '--what', 'asked about Bali'],
    status: 3,
  },
  { what: 'skip without a reason', args: ['skip'], status: 2 },
  { what: 'skip', args: ['skip', '--reason', 'cannot wait'], status: 0 },
  { what: 'tick-off', args: ['tick-off', '--what', 'asked about Bali'], status: 0 },
  { what: 'silence', args: ['silence', 'high-error-rate', '--for', '2h'], status: 0 },
  { what: 'silence of no alert of the plan', args: ['silence', 'nothing'], status: 2 },
  { what: 'restart of an open rollout', args: ['restart'], status: 3 },
  { what: 'rollback', args: ['rollback', '--reason', 'two divers complained'], status: 0 },
  { what: 'watch of a rollout that ended', args: ['watch'], status: 4 },
  { what: 'report as Markdown', args: ['report'], status: 0 },
  { what: 'report as a page', args: ['report', '--html', 'report.html'], status: 0 },
  { what: 'report of a rollout that is not there', args: ['report', 'nothing'], status: 3 },
  { what: 'rollback twice', args: ['rollback'], status: 3 },
  { what: 'check after a rollback', args: ['check'], status: 4 },
  { what: 'restart', args: ['restart', '--reason', 'it was the provider'], status: 0 },
  { what: 'abort', args: ['abort', '--reason', 'never mind'], status: 0 },
  { what: 'promote after the end', args: ['promote', '--reason', 'now'], status: 3 },
  {
    what: 'promote',
    args: ['promote', '--reason', 'a fix'],
    status: 0,
    before: () => {
      service.deploy('web-00003');
    },
  },
  {
    what: 'check without the permission to write',
    args: ['check'],
    status: 5,
    before: () => {
      service.denyWrites();
    },
  },
  { what: 'silence without the permission', args: ['silence', 'high-cpu'], status: 5 },
];

describe('a rollout, command by command', () => {
  for (const { what, args, status, before } of story) {
    test(what, async () => {
      before?.();
      if (what === 'promote') {
        // One step begins it, the next has seen that it is ready.
        await ascent(['tick', '--as', 'dana']);
        await ascent(['tick', '--as', 'dana']);
      }
      const ran = await ascent([...args, '--as', 'dana']);
      expect(ran.status, ran.stderr).toBe(status);
      expect(ran).toMatchSnapshot();
    });
  }

  test('the page of the report asks nothing of anybody and says what happened', () => {
    const page = readFileSync(join(dir, 'report.html'), 'utf8');
    expect(page).toContain("content=\"default-src 'none'");
    expect(page).toContain('dana rolled back');
    expect(page.match(/<svg /g)?.length).toBeGreaterThanOrEqual(1);
    expect(page).not.toMatch(/<(script|link|img|iframe)|url\(|https?:/);
    // Read on a phone in the dark: letters of a size, and every decision in the width of the page.
    expect(page).toMatch(/max-width:40rem\)\{svg\{font-size:25px/);
    expect(page).toContain('<div class="log">');
  });
});

describe('what needs no service', () => {
  test.each<[string, readonly string[], number]>([
    [
      'init takes what is said',
      [
        'init',
        '--plan',
        'new.yaml',
        '--service',
        'web',
        '--where',
        'my-project/us-central1',
        '--rate',
        '60',
        '--time',
        '4d approve',
      ],
      0,
    ],
    ['init leaves a file alone', ['init', '--yes', '--plan', 'ascent.yaml'], 2],
    ['init without a terminal', ['init', '--plan', 'other.yaml', '--rate', '5'], 2],
    [
      'init with wrong answers',
      [
        'init',
        '--plan',
        'other.yaml',
        '--service',
        'UPPER',
        '--where',
        'x',
        '--rate',
        '0',
        '--time',
        '1',
      ],
      2,
    ],
    ['export', ['export', 'alerts', '--to', 'prometheus'], 0],
    ['export to a tool that is not known', ['export', 'alerts', '--to', 'grafana'], 2],
    ['simulate', ['simulate', '--scenario', 'errors', '--rate', '600', '--seed', '3'], 0],
    ['simulate no known scenario', ['simulate', '--scenario', 'nothing'], 2],
    ['backtest without its points', ['backtest', '--points', 'nowhere.jsonl'], 2],
    ['deploy by tag', ['deploy', '--manifest', 'm.yaml', '--image', 'web:latest'], 2],
    [
      'load without questions',
      ['load', '--url', 'http://127.0.0.1:1', '--questions', 'nowhere.yaml'],
      2,
    ],
    ['cost with half a forecast', ['cost', '--requests', '5'], 2],
    ['retire without its file', ['retire', '--spec', 'nowhere.yaml'], 2],
    ['completion for no known shell', ['completion', 'tcsh'], 2],
    ['a plan with faults', ['check', '--plan', 'faults.yaml'], 2],
    ['an unknown command', ['upp'], 2],
    ['an unknown command like no other', ['dive'], 2],
    ['an unknown option', ['status', '--jsn'], 2],
    ['an option without its value', ['tick-off', '--what'], 2],
  ])('%s', async (_what, args, status) => {
    const ran = await ascent(args);
    expect(ran.status, ran.stderr).toBe(status);
    expect(ran).toMatchSnapshot();
  });

  test('the plan that init wrote is the one that plan reads', async () => {
    expect(readFileSync(join(dir, 'new.yaml'), 'utf8')).toMatchSnapshot();
    const ran = await ascent(['plan', '--plan', 'new.yaml', '--rate', '60']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).not.toContain('cannot be decided');
  });
});

describe('for programs', () => {
  test.each([
    ['status', ['status']],
    ['check', ['check']],
    ['plan', ['plan', '--rate', '600']],
    ['report', ['report']],
    ['export', ['export', 'dashboard', '--to', 'grafana']],
    ['completion', ['completion', 'bash']],
    ['watch', ['watch']],
  ])('%s --json is one JSON value a line, and a fault is one on stderr', async (name, args) => {
    const ran = await runAscent([...args, '--json'], { cwd: dir });
    const lines = ran.stdout.trim().split('\n');
    expect(lines.map((line) => typeof JSON.parse(line) as string)).toEqual(
      lines.map(() => 'object'),
    );
    if (name === 'completion') return;
    const faulty = await ascent([...args, '--json', '--plan', 'faults.yaml']);
    expect(JSON.parse(faulty.stderr)).toMatchObject({ error: { code: 'ASC_PLAN_INVALID' } });
  });
});

describe('colours', () => {
  const coloured = async (env: Readonly<Record<string, string>>): Promise<boolean> =>
    (await ascent(['status'], { env })).stdout.includes('\u001B[');

  test('are not there where the output is piped, nor in CI', async () => {
    expect(await coloured({ CI: 'true', TERM: 'xterm' })).toBe(false);
  });

  test('are there where FORCE_COLOR asks for them, unless NO_COLOR refuses', async () => {
    expect(await coloured({ FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});
