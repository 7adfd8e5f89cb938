import { expect, test } from 'vitest';
import { formatDuration, parseDurationMs, parseHoldMs } from './duration.js';

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['1h 30m', 5_400_000],
  ['7d', 604_800_000],
  ['250ms', 250],
  ['0s', 0],
  ['1.5h', 5_400_000],
])('reads %s', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

test.each(['', '5', 'm', '-1h', '1 hour', '5 m', '1h to 2h', 'Infinitys'])('refuses %j', (text) => {
  expect(parseDurationMs(text)).toBeNull();
});

test('reads a hold as least and most', () => {
  expect(parseHoldMs('4h to 6h')).toEqual({ minMs: 14_400_000, maxMs: 21_600_000 });
  expect(parseHoldMs('1h')).toEqual({ minMs: 3_600_000, maxMs: 3_600_000 });
  expect(parseHoldMs('1h to 2h to 3h')).toBeNull();
});

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [1_000, '1s'],
  [59_999, '1m'],
  [5_400_000, '1h 30m'],
  [90_061_000, '1d 1h'],
])('writes %d ms for a person', (durationMs, expected) => {
  expect(formatDuration(durationMs)).toBe(expected);
});
