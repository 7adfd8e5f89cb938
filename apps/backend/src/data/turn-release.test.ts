import { expect, test } from 'vitest';
import { TurnReleases } from './turn-release.js';

test('a turn that cannot be released at once is released as soon as the database can', async () => {
  let failures = 3;
  const released: string[] = [];
  const releases = new TurnReleases({ patienceMs: 10_000, pauseMs: 1 });
  await releases.release(() => {
    if (failures > 0) {
      failures -= 1;
      return Promise.reject(new Error('no free connection'));
    }
    released.push('turn');
    return Promise.resolve();
  });
  await releases.settle();
  expect(released).toEqual(['turn']);
});

test('the first attempt is awaited, later ones delay nobody', async () => {
  const releases = new TurnReleases({ patienceMs: 1, pauseMs: 1 });
  let attempts = 0;
  await releases.release(() => {
    attempts += 1;
    return Promise.reject(new Error('no free connection'));
  });
  expect(attempts).toBe(1);
  await releases.settle();
  expect(attempts).toBeGreaterThan(1);
});

test('it gives up when the lease has run out anyway', async () => {
  const releases = new TurnReleases({ patienceMs: 5, pauseMs: 1 });
  await releases.release(() => Promise.reject(new Error('the database is gone')));
  await expect(releases.settle()).resolves.toBeUndefined();
});
