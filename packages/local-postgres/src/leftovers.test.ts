import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noteHome, removeLeftovers } from './leftovers.js';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'leftovers-'));
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

function makeOutside(name: string, home?: string): string {
  const outside = join(parent, name);
  mkdirSync(join(outside, 'pgdata'), { recursive: true });
  if (home !== undefined) noteHome(outside, home);
  return outside;
}

test('the server’s part of a deleted data folder is removed, that of one that is there is kept', () => {
  const gone = makeOutside('ascent-postgres-1', join(parent, 'deleted'));
  const kept = makeOutside('ascent-postgres-2', parent);
  removeLeftovers(parent);
  expect([existsSync(gone), existsSync(kept)]).toEqual([false, true]);
});

test('what does not say whose it is, or has another name, is left alone', () => {
  const unknown = makeOutside('ascent-postgres-3');
  const foreign = makeOutside('something-else', join(parent, 'deleted'));
  removeLeftovers(parent);
  expect([existsSync(unknown), existsSync(foreign)]).toEqual([true, true]);
});

test.runIf(process.platform === 'linux')('a running server keeps its files', async () => {
  const outside = makeOutside('ascent-postgres-4', join(parent, 'deleted'));
  const pgdata = join(outside, 'pgdata');
  // A process that names the folder in its command line, as a server does.
  const server = spawn(process.execPath, ['-e', 'process.stdin.resume()', pgdata]);
  try {
    await once(server, 'spawn');
    writeFileSync(join(pgdata, 'postmaster.pid'), `${String(server.pid)}\n`);
    removeLeftovers(parent);
    expect(existsSync(outside)).toBe(true);
  } finally {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
  removeLeftovers(parent);
  expect(existsSync(outside)).toBe(false);
});
