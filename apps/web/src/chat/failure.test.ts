import { describe, expect, test } from 'vitest';
import { failureOf, readRetryAfter, waitBefore } from './failure';

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-22T12:00:00Z');
  test.each([
    ['7', 7],
    ['0', 1],
    ['86400', 86_400],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30],
    ['soon', null],
    ['', null],
    [null, null],
  ])('%j means %j seconds', (header, seconds) => {
    expect(readRetryAfter(header, nowMs)).toBe(seconds);
  });
});

test.each([
  [429, 'RATE_LIMITED', 'crowded'],
  [503, 'OVERLOADED', 'busy'],
  [500, '', 'unreachable'],
  [502, '', 'unreachable'],
  [500, 'INTERNAL', 'broken'],
  [400, 'INVALID_REQUEST', 'refused'],
  [413, 'BODY_TOO_LARGE', 'refused'],
  [404, '', 'broken'],
  [404, 'NOT_FOUND', 'broken'],
  [403, '', 'broken'],
  [511, '', 'unreachable'],
] as const)('%i %s is %s', (status, code, kind) => {
  expect(failureOf(status, code, null).kind).toBe(kind);
});

test('the page gives up asking by itself after four tries, and never repeats what cannot help', () => {
  const busy = failureOf(503, 'OVERLOADED', 3);
  expect([1, 2, 3, 4].map((tries) => waitBefore(busy, tries))).toEqual([3, 3, 3, null]);
  expect(waitBefore(failureOf(400, 'INVALID_REQUEST', null), 1)).toBeNull();
  expect(waitBefore(failureOf(429, 'RATE_LIMITED', 3600), 1)).toBeNull();
});
