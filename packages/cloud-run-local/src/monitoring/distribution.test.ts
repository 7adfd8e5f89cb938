import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addValue,
  bucketOf,
  emptyDistribution,
  latencyBuckets,
  lowerBound,
  mergeDistributions,
  percentileOf,
  utilizationBuckets,
  type Distribution,
} from './distribution.js';

function of(values: readonly number[]): Distribution {
  const distribution = emptyDistribution(latencyBuckets);
  for (const value of values) addValue(distribution, value);
  return distribution;
}

describe('latency buckets', () => {
  // The bounds Prometheus exporters were seen to show for Cloud Run: 10 · 1.1^k.
  it.each([
    [7, 19.487],
    [21, 74.002],
    [49, 1067.19],
    [63, 4052.65],
    [83, 27264.2],
    [85, 32989.7],
  ])('have the observed bound of k = %i', (k, bound) => {
    expect(lowerBound(latencyBuckets, k + 1) / bound).toBeCloseTo(1, 4);
  });

  it.each([
    [0, 0],
    [9.99, 0],
    [10, 1],
    [10.99, 1],
    [11, 2],
    [10_000, 73],
    [1e12, 234],
  ])('put %d ms into bucket %i', (value, index) => {
    expect(bucketOf(latencyBuckets, value)).toBe(index);
  });

  it('hold every value between their bounds', () => {
    fc.assert(
      fc.property(fc.double({ min: 10, max: 1e6, noNaN: true }), (value) => {
        const index = bucketOf(latencyBuckets, value);
        expect(value).toBeGreaterThanOrEqual(lowerBound(latencyBuckets, index));
        expect(value).toBeLessThan(lowerBound(latencyBuckets, index + 1));
      }),
    );
  });
});

it('utilization buckets are one percent wide', () => {
  expect(bucketOf(utilizationBuckets, 0.505)).toBe(51);
  expect(bucketOf(utilizationBuckets, 1.5)).toBe(101);
});

describe('a distribution', () => {
  it('knows mean and deviation', () => {
    const distribution = of([10, 20, 30]);
    expect(distribution.mean).toBeCloseTo(20, 9);
    expect(distribution.squaredDeviation).toBeCloseTo(200, 9);
  });

  it('merged of two is that of all values', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [merged, whole] = [mergeDistributions(of(a), of(b)), of([...a, ...b])];
        expect(merged.count).toBe(whole.count);
        expect(merged.counts).toEqual(whole.counts);
        expect(merged.mean).toBeCloseTo(whole.mean, 4);
        expect(Math.abs(merged.squaredDeviation - whole.squaredDeviation)).toBeLessThanOrEqual(
          1e-6 * (1 + whole.squaredDeviation),
        );
      }),
    );
  });

  it('gives percentiles within the bucket of the true one', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index + 1);
    const p95 = percentileOf(of(values), 95);
    expect(bucketOf(latencyBuckets, p95)).toBe(bucketOf(latencyBuckets, 950));
  });

  it('of nothing has no percentile but 0', () => {
    expect(percentileOf(emptyDistribution(latencyBuckets), 95)).toBe(0);
  });
});
