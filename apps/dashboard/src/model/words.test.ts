import { describe, expect, test } from 'vitest';
import { countText, latencyText, percentText } from './amount.js';
import { linePath, roundAbove } from './chart-line.js';
import { ago, grainFor, inTime, spanText } from './clock-text.js';
import { shortenRevisions, shortRevision } from './revision-name.js';

describe('numbers in words', () => {
  test.each([
    [0, '0 %'],
    [0.0004, '0.04 %'],
    [0.02123, '2.1 %'],
    [0.5, '50 %'],
  ])('the ratio %d is %s', (ratio, text) => {
    expect(percentText(ratio)).toBe(text);
  });

  test.each([
    [0.4, '0.4 ms'],
    [851, '850 ms'],
    [1_436, '1.4 s'],
    [12_600, '13 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(latencyText(ms)).toBe(text);
  });

  test('large counts are grouped', () => {
    expect(countText(1_234_567)).toBe('1,234,567');
  });
});

describe('times in words', () => {
  test('the past and the future are told from now', () => {
    expect(ago(10_000, 75_000)).toBe('1m 5s ago');
    expect(ago(75_000, 75_500)).toBe('just now');
    expect(inTime(75_000, 10_000)).toBe('in 1m 5s');
    expect(inTime(10_000, 75_000)).toBe('now');
    expect(spanText(200)).toBe('under 1s');
  });

  test('seconds are told in a rollout of minutes only', () => {
    expect(grainFor(45_000)).toBe('second');
    expect(grainFor(6 * 3_600_000)).toBe('minute');
  });
});

describe('revision names', () => {
  test('lose the name of their service, and nothing else', () => {
    expect(shortRevision('api-00007-xyz', 'api')).toBe('00007-xyz');
    expect(shortRevision('other-00007-xyz', 'api')).toBe('other-00007-xyz');
    expect(shortRevision('api-', 'api')).toBe('api-');
  });

  test('are short in sentences too', () => {
    expect(shortenRevisions('api-00007-xyz over api-00006-abc.', 'api')).toBe(
      '00007-xyz over 00006-abc.',
    );
  });

  test('a sentence is left alone where the service is not known yet', () => {
    expect(shortenRevisions('a well-known thing - really', '')).toBe('a well-known thing - really');
  });
});

describe('a chart line', () => {
  const box = { left: 0, right: 100, top: 0, bottom: 10 };

  test('ends its scale at a round number that is not below the highest value', () => {
    expect([0, 1, 3, 7, 0.012, 60].map(roundAbove)).toEqual([1, 1, 5, 10, 0.02, 100]);
  });

  test('is broken where nothing was measured', () => {
    expect(linePath([1, 2, null, 4], 4, box)).toBe('M12.5 7.5L37.5 5.0M87.5 0.0h0.01');
  });

  test('stays in its box', () => {
    expect(linePath([8, 8], 4, box)).toBe('M25.0 0.0L75.0 0.0');
  });
});

test('a number and its sign stay in one line', () => {
  expect(shortenRevisions('web-00002-abc fails 0 % of 10 %', 'web')).toBe(
    '00002-abc fails 0\u00a0% of 10\u00a0%',
  );
});
