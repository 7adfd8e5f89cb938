import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { processProgram } from './instance-process.js';
import { processStartTime } from './process-identity.js';
import { ProcessRegistry } from './process-registry.js';

it('leaves no process behind that could not be written down', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  const registry = new ProcessRegistry(folder);
  let pid = 0;
  vi.spyOn(registry, 'add').mockImplementation((added) => {
    pid = added;
    throw new Error('ENOSPC');
  });
  const command = {
    file: process.execPath,
    args: ['-e', 'setInterval(() => 0, 1e3)'],
    cwd: folder,
  };
  const start = processProgram(
    { ...command, env: {} },
    { registry, cpuLimiter: undefined, cpus: 1 },
  );
  expect(() => start({ port: 1, onLine: () => undefined })).toThrow('ENOSPC');
  expect(pid).toBeGreaterThan(0);
  await expect.poll(() => processStartTime(pid), { timeout: 30_000 }).toBe(undefined);
  await rm(folder, { recursive: true });
});

it('says that the working directory is not there, and not the program', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  const command = { file: process.execPath, args: [], cwd: join(folder, 'gone'), env: {} };
  const registry = new ProcessRegistry(folder);
  const start = processProgram(command, { registry, cpuLimiter: undefined, cpus: 1 });
  const { fault } = await start({ port: 1, onLine: () => undefined }).exited;
  expect(fault).toBe(`the working directory ${join(folder, 'gone')} is not there`);
  await rm(folder, { recursive: true });
});
