import { z } from 'zod';

/** One condition. `Unknown` means still being worked on; `severity` absent means an error when `False`. */
export const conditionSchema = z
  .looseObject({
    type: z.string(),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string().optional(),
    message: z.string().optional(),
    lastTransitionTime: z.string().optional(),
    severity: z.string().optional(),
  })
  .readonly();

/** A condition of a Service or Revision, such as `Ready`. */
export type Condition = z.infer<typeof conditionSchema>;
