import { describe, expect, test } from 'vitest';
import { toHistogram } from './bucket-histogram.js';

function buckets(entries: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(entries));
}

describe('cumulative buckets', () => {
  test('become counts between bounds in milliseconds, whatever their order', () => {
    expect(toHistogram(buckets({ '+Inf': 9, '0.5': 4, '2': 8, '0.25': 1 }), 's')).toEqual({
      layout: { type: 'explicit', boundsMs: [250, 500, 2_000] },
      counts: [1, 3, 4, 1],
    });
  });

  test('that lag behind a smaller one count nothing, and never less', () => {
    expect(toHistogram(buckets({ '10': 5, '20': 4, '+Inf': 6 }), 'ms')?.counts).toEqual([5, 0, 1]);
  });

  test('without a request are no histogram', () => {
    expect(toHistogram(buckets({ '10': 0, '+Inf': 0 }), 'ms')).toBeNull();
  });

  test.each([
    ['without +Inf', { '10': 1 }, 'le="+Inf"'],
    ['with a bound that is no number', { ten: 1, '+Inf': 1 }, 'le="ten"'],
    ['with an empty bound', { '': 1, '+Inf': 1 }, 'le=""'],
  ])('%s cannot be read', (_, entries, reason) => {
    expect(() => toHistogram(buckets(entries), 'ms')).toThrow(reason);
  });
});
