import { knativeNames } from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { countByInstance } from './instance-counts.js';
import type { RangeSeries } from './range-answer.js';

const TIMES = [0, 10, 20, 30];

function series(instance: string, codes: string, values: readonly number[]): RangeSeries {
  return {
    labels: { job: 'web', instance, [knativeNames.codeLabel]: codes },
    values: new Map(values.map((value, i) => [i * 10, value])),
  };
}

describe('counts of every instance', () => {
  test('stand in the same place at every step, errors among the requests', () => {
    const counts = countByInstance(
      [
        series('b:1', '2xx', [0, 10, 10, 30]),
        series('a:1', '2xx', [5, 6, 8, 8]),
        series('b:1', '5xx', [0, 0, 4, 4]),
      ],
      {
        names: knativeNames,
        times: TIMES,
        afterMs: 0,
        history: { birthAt: () => 'counted' },
      },
    );
    expect(counts).toEqual([
      [
        { requests: 1, errors: 0 },
        { requests: 10, errors: 0 },
      ],
      [
        { requests: 2, errors: 0 },
        { requests: 4, errors: 4 },
      ],
      [
        { requests: 0, errors: 0 },
        { requests: 20, errors: 0 },
      ],
    ]);
  });

  test('of steps before the range are left out', () => {
    const context = {
      names: knativeNames,
      times: TIMES,
      afterMs: 20,
      history: { birthAt: () => 'counted' as const },
    };
    expect(countByInstance([series('a:1', '5xx', [0, 9, 9, 10])], context)).toEqual([
      [{ requests: 1, errors: 1 }],
    ]);
  });
});
