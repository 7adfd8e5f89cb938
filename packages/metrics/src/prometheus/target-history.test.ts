import { describe, expect, test } from 'vitest';
import { targetHistory } from './target-history.js';

const labels = { job: 'web', instance: 'pod-1' };

function up(instance: string, values: readonly (readonly [number, number])[]) {
  return { labels: { job: 'web', instance }, values: new Map(values) };
}

describe('whether a counter that is first seen began at zero', () => {
  test.each([
    ['its target was read before', [up('pod-1', [[10, 1]])], 'counted'],
    [
      'its target was read before, and then missed once',
      [
        up('pod-1', [
          [0, 1],
          [10, 0],
        ]),
      ],
      'counted',
    ],
    [
      'its target was down as long as we can see',
      [
        up('pod-1', [
          [0, 0],
          [10, 0],
          [20, 1],
        ]),
      ],
      'unknown',
    ],
    ['its target is new among others that were read', [up('pod-2', [[10, 1]])], 'counted'],
    [
      'its target is new, and was not ready at first',
      [
        up('pod-2', [[0, 1]]),
        up('pod-1', [
          [10, 0],
          [20, 1],
        ]),
      ],
      'counted',
    ],
    [
      'nothing of its job was read before',
      [up('pod-1', [[20, 1]]), up('pod-2', [[20, 1]])],
      'unknown',
    ],
    ['Prometheus knows no targets at all', [], 'unknown'],
  ] as const)('%s', (_, series, birth) => {
    expect(targetHistory(series).birthAt(labels, 20)).toBe(birth);
  });
});
