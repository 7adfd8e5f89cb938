/** The command as a user runs it: what it answers to wrong input, and that nothing it does needs a network for that. */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const bundle = join(import.meta.dirname, '../dist/ascent.js');
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ascent-cli-'));
});

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string };

async function ascent(...args: string[]): Promise<Ran> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [bundle, ...args], (error, stdout, stderr) => {
      resolve({
        status: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
        stdout,
        stderr,
      });
    });
  });
}

function plan(text: string): string {
  const file = join(dir, `plan-${String(Math.floor(performance.now() * 1_000))}.yaml`);
  writeFileSync(file, text);
  return file;
}

describe('a wrong command line', () => {
  test.each([
    ['an unknown command', ['upp']],
    ['an unknown option', ['status', '--jsn']],
    ['an interval without unit', ['serve', '--interval', '5']],
    ['an interval that no timer can count', ['serve', '--interval', '40d']],
    ['a port that is none', ['serve', '--port', '70000']],
  ])(
    '%s ends with status 2, and with one line of JSON where that was asked for',
    async (_what, args) => {
      const words = await ascent(...args);
      expect(words.status).toBe(2);
      expect(words.stderr).toContain('error: ');
      const json = await ascent(...args, '--json');
      expect(json.status).toBe(2);
      expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'ASC_USAGE' } });
    },
  );
});

describe('a wrong plan file', () => {
  test.each([
    [
      'an alias without its anchor',
      'service: web\nplatform: *there\n',
      'ASC_PLAN_UNREADABLE',
      'there',
    ],
    ['two documents', 'service: web\n---\nservice: web\n', 'ASC_PLAN_UNREADABLE', 'YAML'],
    [
      'a smoke file that is missing',
      'service: web\nplatform: { local: { url: "http://127.0.0.1:1" } }\nstages:\n  - { name: smoke, share: 0, hold: 1h, smoke: nowhere.yaml }\n  - { name: full, share: 100, hold: 1h }\n',
      'ASC_PLAN_INVALID',
      'stages[0].smoke',
    ],
  ])('%s is refused with words, not with a stack', async (...[, text, code, word]) => {
    const ran = await ascent('status', '--plan', plan(text));
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).toContain(word);
    expect(ran.stderr).not.toContain('    at ');
  });
});

test('a reader that has seen enough is no error', () => {
  const piped = spawnSync('/bin/sh', ['-c', '"$0" "$1" help | true', process.execPath, bundle], {
    encoding: 'utf8',
  });
  expect(piped.stderr).toBe('');
});

test.runIf(process.getuid?.() === 0)(
  'an account without a name can ask all the same (needs root to become one)',
  () => {
    const ran = spawnSync(process.execPath, [bundle, 'status', '--plan', plan('service: 7\n')], {
      uid: 54_321,
      gid: 54_321,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    expect(ran.stderr).not.toContain('uv_os_get_passwd');
  },
);

test('a port that is taken is said in words, and the command ends', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const file = plan('service: web\nplatform: { local: { url: "http://127.0.0.1:1" } }\n');
  const ran = await ascent('serve', '--plan', file, '--port', String(port));
  taken.close();
  expect(ran.status).toBe(5);
  expect(ran.stderr).toContain('ASC_LISTEN_FAILED');
  expect(ran.stderr).toContain('--port');
});
