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
