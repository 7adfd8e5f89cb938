import { expect, it } from 'vitest';
import { CrashBackoff } from './crash-backoff.js';

it('waits longer after each early end, at most ten seconds', () => {
  const backoff = new CrashBackoff();
  const waits = Array.from({ length: 9 }, () => {
    backoff.noteEnd(100, 0);
    return backoff.waitMs(0);
  });
  expect(waits).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  expect(backoff.waitMs(4000)).toBe(6000);
});

it('forgets the series when an instance lived long', () => {
  const backoff = new CrashBackoff();
  for (let count = 0; count < 5; count += 1) backoff.noteEnd(0, 0);
  backoff.noteEnd(20_000, 0);
  expect(backoff.waitMs(0)).toBe(0);
});
