import { expect, it, vi } from 'vitest';
import { InstanceStartError, RevisionPool } from './revision-pool.js';

it('takes a process that cannot be made for an instance that failed, and waits before it tries again', async () => {
  const launch = vi.fn(() => Promise.reject(new Error('ENOSPC')));
  const onLaunchFailed = vi.fn();
  const pool = new RevisionPool(
    { concurrency: 1, minInstances: 1, maxInstances: 1, idleTimeoutMs: 1, queueWaitMs: 60_000 },
    { launch, events: { onStarted: vi.fn(), onExited: vi.fn(), onLaunchFailed } },
  );
  expect(await pool.start()).toEqual({ kind: 'failed', exit: undefined });
  await expect(pool.acquire()).rejects.toThrow(InstanceStartError);
  expect(onLaunchFailed).toHaveBeenCalledTimes(2);
  for (let count = 0; count < 10; count += 1) pool.tick();
  expect(launch).toHaveBeenCalledTimes(2);
  await pool.close();
});
