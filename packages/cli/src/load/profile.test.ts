import { describe, expect, test } from 'vitest';
import { dueTimes, durationOf, REQUIRED_STAGES, usersAt } from './profile.js';

describe('the schedule', () => {
  test('has as many requests as users and pauses say: the area under the stages', () => {
    // 2 min · 5 users + 5 min · 30 users + 2 min · 25 users on average, one request a second each.
    expect([...dueTimes(REQUIRED_STAGES, 1_000)]).toHaveLength(120 * 5 + 300 * 30 + 120 * 25);
  });

  test('is even where the number of users is constant', () => {
    const stages = [
      { durationMs: 0.001, users: 4 },
      { durationMs: 2_000, users: 4 },
    ];
    const times = [...dueTimes(stages, 1_000)];
    expect(times).toHaveLength(8);
    times.forEach((time, index) => {
      expect(time).toBeCloseTo(125 + 250 * index, 1);
    });
  });

  test('rises, stays within its stages and follows the number of users second by second', () => {
    const times = [...dueTimes(REQUIRED_STAGES, 1_000)];
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
    expect(times.at(-1)).toBeLessThanOrEqual(durationOf(REQUIRED_STAGES));
    for (const second of [30, 119, 200, 400, 450, 530]) {
      const inSecond = times.filter((time) => Math.floor(time / 1_000) === second).length;
      const users = usersAt(REQUIRED_STAGES, second * 1_000 + 500);
      expect(Math.abs(inSecond - users)).toBeLessThanOrEqual(1);
    }
  });

  test('has nothing where there are no users', () => {
    expect([...dueTimes([{ durationMs: 5_000, users: 0 }], 1_000)]).toEqual([]);
  });
});

test('users go linearly from stage to stage and stay at the last', () => {
  expect(
    [0, 60_000, 120_000, 270_000, 420_000, 540_000, 600_000].map((ms) =>
      usersAt(REQUIRED_STAGES, ms),
    ),
  ).toEqual([0, 5, 10, 30, 50, 0, 0]);
});
