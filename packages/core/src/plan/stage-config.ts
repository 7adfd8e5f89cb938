/** A stage of the plan as a person writes it. */
import { z } from 'zod';
import { duration, percentage } from './config-value.js';
import { parseHoldMs } from '../duration.js';
import { smokeFileSchema } from './smoke-plan.js';

const hold = z
  .string({ error: 'write how long to hold, such as 1h, or least and most, such as 4h to 6h' })
  .transform((text, context) => {
    const range = parseHoldMs(text);
    if (range === null || range.minMs <= 0) {
      context.addIssue('write how long to hold, such as 1h, or least and most, such as 4h to 6h');
      return z.NEVER;
    }
    if (range.minMs > range.maxMs) {
      context.addIssue('the least hold is longer than the most: write the shorter one first');
      return z.NEVER;
    }
    return range;
  });

const stageName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'write a name of lower-case letters, digits and hyphens');

const approval = z.union(
  [
    z.literal('required').transform(() => 1),
    z.strictObject({ required: z.int().min(1).max(10) }).transform(({ required }) => required),
  ],
  {
    error: 'write approval: required, or approval: { required: 2 } for two people, or leave it out',
  },
);

/** One entry of `stages`. */
export const stage = z
  .strictObject({
    name: stageName,
    share: z
      .int({ error: 'write the share as a whole number of percent, 0 to 100' })
      .min(0, 'a share is 0 to 100 percent')
      .max(100, 'a share is 0 to 100 percent')
      .optional(),
    hold: hold.optional(),
    smoke: smokeFileSchema.optional(),
    spotChecks: z
      .int({ error: 'write how many scenarios must be tried, such as 10' })
      .min(1, 'write how many scenarios must be tried, such as 10')
      .max(1_000, 'a thousand scenarios are enough')
      .optional(),
    approval: approval.optional(),
    holdback: percentage(50).optional(),
    after: duration.optional(),
  })
  .superRefine((value, context) => {
    const needed = value.after === undefined ? (['share', 'hold'] as const) : [];
    for (const key of needed) {
      if (value[key] === undefined) {
        context.addIssue({ code: 'custom', path: [key], message: `a stage needs ${key}` });
      }
    }
    if (value.after === undefined) return;
    for (const key of ['share', 'hold', 'smoke', 'spotChecks', 'approval', 'holdback'] as const) {
      if (value[key] !== undefined) {
        const message = `a stage with after carries no traffic: leave ${key} out`;
        context.addIssue({ code: 'custom', path: [key], message });
      }
    }
  });
