import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CpuLimiter } from './cpu-limiter.js';

function tryOpen(): CpuLimiter | undefined {
  try {
    return CpuLimiter.open();
  } catch {
    return undefined;
  }
}
const kernel = tryOpen();
const groups = ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu'].map((base) =>
  join(base, `cloud-run-local-${process.pid}`),
);

it.skipIf(kernel === undefined)(
  'has the kernel throttle a process (where this user may make control groups)',
  async () => {
    const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    kernel?.hold(pid, 0.05);
    const group = join(groups.find((folder) => existsSync(folder)) ?? '', String(pid));
    const throttled = (): number =>
      Number(/nr_throttled (\d+)/.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1]);
    await expect.poll(throttled, { timeout: 30_000 }).toBeGreaterThan(0);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    kernel?.release(pid);
    kernel?.close();
    expect(groups.filter((folder) => existsSync(folder))).toEqual([]);
  },
);

it('writes what version 2 wants to read', () => {
  const root = mkdtempSync(join(tmpdir(), 'cgroup-'));
  writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
  writeFileSync(join(root, 'cgroup.subtree_control'), 'memory pids\n');
  CpuLimiter.open(root).hold(4242, 1.5);
  const own = join(root, `cloud-run-local-${process.pid}`);
  const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
  expect(read(root, 'cgroup.subtree_control')).toBe('+cpu');
  expect(read(own, 'cgroup.subtree_control')).toBe('+cpu');
  expect(read(own, '4242', 'cpu.max')).toBe('150000 100000');
  expect(read(own, '4242', 'cgroup.procs')).toBe('4242');
  rmSync(root, { recursive: true });
});

it('says why it cannot be', () => {
  const root = mkdtempSync(join(tmpdir(), 'cgroup-'));
  expect(() => CpuLimiter.open(root)).toThrow(
    `CPU limits cannot be enforced: ${root} has no cpu controller`,
  );
  rmSync(root, { recursive: true });
});
