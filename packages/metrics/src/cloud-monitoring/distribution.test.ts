import { describe, expect, test } from 'vitest';
import { distributionSchema, toHistogram } from './distribution.js';

describe('a distribution of Cloud Monitoring', () => {
  test.each([
    [
      'exponential',
      { exponentialBuckets: { numFiniteBuckets: 233, growthFactor: 1.1, scale: 10 } },
      { type: 'exponential', scaleMs: 10, growthFactor: 1.1, finiteBuckets: 233 },
    ],
    [
      'linear from an offset',
      { linearBuckets: { numFiniteBuckets: 3, width: 5, offset: 10 } },
      { type: 'explicit', boundsMs: [10, 15, 20, 25] },
    ],
    [
      'linear from zero, which proto3 JSON leaves out',
      { linearBuckets: { numFiniteBuckets: 2, width: 5 } },
      { type: 'explicit', boundsMs: [0, 5, 10] },
    ],
    [
      'explicit',
      { explicitBuckets: { bounds: [1, 2, 4] } },
      { type: 'explicit', boundsMs: [1, 2, 4] },
    ],
  ])('with %s buckets keeps its edges and counts', (_, bucketOptions, layout) => {
    const distribution = distributionSchema.parse({
      count: '3',
      bucketOptions,
      bucketCounts: ['0', '1', '2'],
    });
    expect(toHistogram(distribution)).toEqual({ layout, counts: [0, 1, 2] });
  });

  test('without requests is no histogram, whatever else it says', () => {
    expect(toHistogram(distributionSchema.parse({}))).toBeNull();
  });

  test('with buckets nobody knows cannot be read', () => {
    const distribution = distributionSchema.parse({ count: '1', bucketOptions: { spiral: {} } });
    expect(() => toHistogram(distribution)).toThrow('neither exponential, linear nor explicit');
  });
});
