/**
 * A `google.api.Distribution` in proto3 JSON as a latency histogram. int64 are strings, trailing zero buckets are left
 * out, and Google's three layouts become our two: a linear one is written out as explicit bounds.
 * Contract: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/TypedValue#Distribution
 */
import type { HistogramLayout, LatencyHistogram } from '@ascent/core';
import { z } from 'zod';
import { Unreadable } from '../unreadable.js';

/** A count: a string in proto3 JSON, a number from laxer servers. */
export const countSchema = z
  .union([z.string().regex(/^\d+$/).transform(Number), z.number().int().nonnegative()])
  .refine(Number.isSafeInteger, 'a count is a whole number');

const finite = z.number().int().positive();

/** Proto3 JSON leaves out zeros: a linear layout from 0 has no `offset`. */
const bucketOptionsSchema = z.looseObject({
  exponentialBuckets: z
    .object({
      numFiniteBuckets: finite,
      growthFactor: z.number().gt(1),
      scale: z.number().positive(),
    })
    .optional(),
  linearBuckets: z
    .object({
      numFiniteBuckets: finite,
      width: z.number().positive(),
      offset: z.number().default(0),
    })
    .optional(),
  explicitBuckets: z.object({ bounds: z.array(z.number()).min(1) }).optional(),
});

type BucketOptions = z.infer<typeof bucketOptionsSchema>;

/** A distribution as the API sends it. Without requests it may have neither options nor counts. */
export const distributionSchema = z.looseObject({
  count: countSchema.default(0),
  bucketOptions: bucketOptionsSchema.optional(),
  bucketCounts: z.array(countSchema).default([]),
});

/** The histogram, or `null` for an empty distribution. @throws Unreadable for buckets we do not know. */
export function toHistogram(
  distribution: z.infer<typeof distributionSchema>,
): LatencyHistogram | null {
  const { count, bucketOptions, bucketCounts } = distribution;
  if (count === 0) return null;
  const layout = bucketOptions === undefined ? null : toLayout(bucketOptions);
  if (layout === null) {
    throw new Unreadable(
      'Cloud Monitoring sent a latency histogram whose buckets are neither exponential, linear nor explicit',
    );
  }
  if (bucketCounts.length > bucketsOf(layout)) {
    throw new Unreadable(
      `Cloud Monitoring sent ${bucketCounts.length} bucket counts for ${bucketsOf(layout)} buckets`,
    );
  }
  return { layout, counts: bucketCounts };
}

function toLayout(options: BucketOptions): HistogramLayout | null {
  const { exponentialBuckets, linearBuckets, explicitBuckets } = options;
  if (exponentialBuckets !== undefined) {
    const { scale, growthFactor, numFiniteBuckets } = exponentialBuckets;
    return { type: 'exponential', scaleMs: scale, growthFactor, finiteBuckets: numFiniteBuckets };
  }
  if (linearBuckets !== undefined) {
    const { numFiniteBuckets, width, offset } = linearBuckets;
    const boundsMs = Array.from({ length: numFiniteBuckets + 1 }, (_, i) => offset + width * i);
    return { type: 'explicit', boundsMs };
  }
  return explicitBuckets === undefined
    ? null
    : { type: 'explicit', boundsMs: explicitBuckets.bounds };
}

function bucketsOf(layout: HistogramLayout): number {
  return layout.type === 'exponential' ? layout.finiteBuckets + 2 : layout.boundsMs.length + 1;
}
