import { z } from 'zod';

/**
 * One line of the traffic split: a revision by name, or the latest ready one. `percent` is a whole number;
 * all of them sum to 100. A target with only a `tag` gets an address of its own and no share.
 */
export const trafficTargetSchema = z
  .looseObject({
    revisionName: z.string().optional(),
    latestRevision: z.boolean().optional(),
    percent: z.number().int().optional(),
    tag: z.string().optional(),
    url: z.string().optional(),
  })
  .readonly();

/** A line of `spec.traffic` or `status.traffic`; only the latter has `url`. */
export type TrafficTarget = z.infer<typeof trafficTargetSchema>;
