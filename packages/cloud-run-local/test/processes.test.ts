/** cloud-run-local as a program: what is left behind when it is asked to end, and when it is killed. */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, echoImage, echoService, isAlive, settled, visit, patient } from './harness.js';
import { killPrograms, program, startProgram, stopProgram } from './program.js';

const echo = fileURLToPath(new URL('./fixtures/echo', import.meta.url));

let dataDir = '';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  execFileSync(process.execPath, [
    program,
    'image',
    'build',
    echo,
    '--tag',
    echoImage,
    '--data',
    dataDir,
  ]);
});
afterAll(async () => {
  killPrograms();
  await rm(dataDir, { recursive: true, force: true });
});

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

async function pidBehind(url: string): Promise<number> {
  return (JSON.parse((await visit(url)).text) as { pid: number }).pid;
}

describe('the program', () => {
  it('prints its address, serves, and on SIGTERM ends with every instance', async () => {
    const running = await startProgram(dataDir);
    const service = await deploy(running, echoService('whole'));
    const pid = await pidBehind(service.status.url);
    running.child.kill('SIGTERM');
    expect(await exitOf(running.child)).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('after kill -9 leaves no instance behind, and serves the same services again', async () => {
    const running = await startProgram(dataDir);
    const before = await settled(running, 'whole');
    const pid = await pidBehind(before.status.url);
    running.child.kill('SIGKILL');
    await exitOf(running.child);
    const again = await startProgram(dataDir);
    await expect.poll(() => isAlive(pid), patient).toBe(false);
    const after = await settled(again, 'whole');
    expect(after.status.latestReadyRevisionName).toBe(before.status.latestReadyRevisionName);
    expect((await visit(after.status.url)).status).toBe(200);
    again.child.kill('SIGTERM');
    expect(await exitOf(again.child)).toBe(0);
  });

  it('shows the log of a service, by a filter of Cloud Logging', async () => {
    const running = await startProgram(dataDir);
    const service = await deploy(running, echoService('logged'));
    await visit(service.status.url, { path: '/seen?status=500' });
    const show = (filter: string): string =>
      execFileSync(
        process.execPath,
        [program, 'logs', '--url', running.emulator.url, '--filter', filter],
        { encoding: 'utf8', stdio: 'pipe' },
      );
    const lines = show('severity>=ERROR AND resource.labels.service_name="logged"').trim();
    expect(JSON.parse(lines)).toMatchObject({ httpRequest: { status: 500 } });
    expect(() => show('severity ~ 1')).toThrow(/cannot read/);
    // More than a pipe holds, to somebody who wants one line of it.
    for (let count = 0; count < 40; count += 1) {
      await visit(service.status.url, { path: `/log?line=${'x'.repeat(10_000)}` });
    }
    const head = `set -o pipefail; '${process.execPath}' '${program}' logs --url ${running.emulator.url} | head -1`;
    const first = execFileSync('bash', ['-c', head], { encoding: 'utf8', stdio: 'pipe' });
    expect(JSON.parse(first)).toMatchObject({ severity: 'INFO' });
    await stopProgram(running);
  });

  it('refuses a data directory that is in use', async () => {
    const running = await startProgram(dataDir);
    expect(() => {
      execFileSync(process.execPath, [program, 'start', '--port', '0', '--data', dataDir], {
        stdio: 'pipe',
      });
    }).toThrow(/is in use by process/);
    running.child.kill('SIGTERM');
    await exitOf(running.child);
  });

  it('names the address that it cannot have', () => {
    expect(() => {
      // An address for documentation, of no machine. RFC 5737
      const args = ['start', '--port', '0', '--host', '192.0.2.1', '--data', dataDir];
      execFileSync(process.execPath, [program, ...args], { stdio: 'pipe' });
    }).toThrow("cannot listen on host '192.0.2.1', port 0 (");
  });

  it.each([
    [['start', '--port', 'x'], "--port 'x' is no port"],
    [['start', '--seed', 'x'], "--seed 'x' is no whole number"],
    [['start', '--host', ''], "--host '' is no address"],
    [['start', '--sample-period', '1'], "--sample-period '1' is no duration"],
    [['image', 'build', '/nowhere', '--tag', 'a:1'], '/nowhere/image.json is missing'],
    [['image', 'build', '/nowhere', '--tag', 'A B'], "--tag 'A B' is no image reference"],
    [['start', '--secrets', '/tmp'], '/tmp cannot be read: '],
    [['logs', '--url', 'http://127.0.0.1:1'], '--url http://127.0.0.1:1 does not answer ('],
  ])('%j ends with a clear error', (args, message) => {
    expect(() => {
      execFileSync(process.execPath, [program, ...args], { stdio: 'pipe' });
    }).toThrow(message);
  });
});
