/** Given a clean machine, when a new user runs `npm start -- --once`, then a good revision is promoted and a bad one sent back. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@ascent/demo';

/** Command lines of all processes that mention `text`. */
async function processesWith(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(text)).map((line) => line.replaceAll('\0', ' '));
}

test('revision 2 is promoted, revision 3 is rolled back, only the bad revision failed anybody, and nothing is left running', async () => {
  const workDir = await mkdtemp(join(tmpdir(), 'ascent-start-'));
  try {
    const { status, stdout } = await new Promise<{ status: number; stdout: string }>((resolve) => {
      execFile(
        process.execPath,
        [join(root, 'apps/demo/dist/start.js'), '--once'],
        { env: { ...process.env, ASCENT_DEMO_DIR: workDir } },
        (error, out, err) => {
          resolve({
            status: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
            stdout: `${out}${err}`,
          });
        },
      );
    });
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/-00002-\w+: promoted/);
    expect(stdout).toMatch(/-00003-\w+: rolledBack/);
    expect(stdout).toMatch(/answered by the bad revision and 0 by any other/);
    expect(stdout).toMatch(/First failing request to decision: /);
    expect(await processesWith(workDir)).toEqual([]);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}, 240_000);

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'an interruption by %s while divers are asking ends everything, the demo itself included',
  async (signal) => {
    const workDir = await mkdtemp(join(tmpdir(), 'ascent-start-'));
    const demo = spawn(process.execPath, [join(root, 'apps/demo/dist/start.js')], {
      env: { ...process.env, ASCENT_DEMO_DIR: workDir },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const ended = once(demo, 'exit');
      await new Promise<void>((resolve) => {
        demo.stdout.on('data', (chunk: Buffer) => {
          if (chunk.includes('The divers come')) resolve();
        });
      });
      demo.kill(signal);
      expect((await ended)[0]).toBe(130);
      expect(await processesWith(workDir)).toEqual([]);
    } finally {
      demo.kill('SIGKILL');
      await rm(workDir, { recursive: true, force: true });
    }
  },
  120_000,
);
