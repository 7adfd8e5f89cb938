import { describe, expect, it } from 'vitest';
import {
  bucketCount,
  firstBucketAbove,
  forgivenBuckets,
  fullCounts,
  lowerEdgeMs,
  moveBuckets,
  quantileMs,
  upperEdgeMs,
} from './latency-layout.js';

const explicit = { type: 'explicit', boundsMs: [100, 200, 400, 800] } as const;
const exponential = {
  type: 'exponential',
  scaleMs: 1,
  growthFactor: 2 ** 0.25,
  finiteBuckets: 62,
} as const;

describe('histogram buckets', () => {
  it('have the edges of their layout', () => {
    expect(bucketCount(explicit)).toBe(5);
    expect([lowerEdgeMs(explicit, 0), upperEdgeMs(explicit, 0)]).toEqual([0, 100]);
    expect([lowerEdgeMs(explicit, 4), upperEdgeMs(explicit, 4)]).toEqual([800, Infinity]);
    expect(bucketCount(exponential)).toBe(64);
    expect(upperEdgeMs(exponential, 0)).toBe(1);
    expect(lowerEdgeMs(exponential, 41)).toBeCloseTo(1024, 9);
    expect(upperEdgeMs(exponential, 63)).toBe(Infinity);
  });

  it('are filled up where the source left trailing ones out', () => {
    expect(fullCounts({ layout: explicit, counts: [1, 2] })).toEqual([1, 2, 0, 0, 0]);
  });

  it('lie above a limit only when the whole bucket does', () => {
    expect(firstBucketAbove(explicit, 400)).toBe(3);
    expect(firstBucketAbove(explicit, 401)).toBe(4);
    expect(firstBucketAbove(explicit, 900)).toBe(5);
    expect(firstBucketAbove(explicit, 0)).toBe(0);
    expect(firstBucketAbove(exponential, 1024)).toBe(41);
  });

  it('are moved by the tolerance in the release’s favour', () => {
    const step = forgivenBuckets(exponential, 2 ** 0.25);
    expect(step[0]).toBe(0);
    expect(step.slice(1)).toEqual(Array.from({ length: 63 }, (_, j) => j));
    expect(forgivenBuckets(exponential, 1)).toEqual(Array.from({ length: 64 }, (_, j) => j));
    expect(forgivenBuckets(exponential, 1.25)[10]).toBe(8);
    expect(forgivenBuckets(explicit, 1.25)).toEqual([0, 0, 1, 2, 3]);
    expect(moveBuckets([1, 2, 3, 4, 5], [0, 0, 1, 2, 3])).toEqual([3, 3, 4, 5, 0]);
  });

  it('give quantiles inside their bucket', () => {
    expect(quantileMs(explicit, [10, 0, 0, 0, 0], 0.5)).toBe(50);
    expect(quantileMs(explicit, [90, 0, 10, 0, 0], 0.95)).toBeCloseTo(300, 9);
    expect(quantileMs(explicit, [0, 0, 0, 0, 9], 0.95)).toBe(800);
    expect(quantileMs(explicit, [0, 0, 0, 0, 0], 0.95)).toBeNull();
  });
});
