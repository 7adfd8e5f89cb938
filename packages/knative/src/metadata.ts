import { z } from 'zod';

const stringMap = z.record(z.string(), z.string()).readonly();

/**
 * What every object carries. `resourceVersion` is opaque: send back what was read, omit it to switch the
 * conflict check off. `generation` moves when the specification does.
 */
export const objectMetaSchema = z
  .looseObject({
    name: z.string().optional(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    selfLink: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.number().int().optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    labels: stringMap.optional(),
    annotations: stringMap.optional(),
  })
  .readonly();

/** The `metadata` of an object. */
export type ObjectMeta = z.infer<typeof objectMetaSchema>;

/** What a list carries; `continue` is the token of the next page. */
export const listMetaSchema = z
  .looseObject({
    selfLink: z.string().optional(),
    resourceVersion: z.string().optional(),
    continue: z.string().optional(),
  })
  .readonly();

/** The `metadata` of a list. */
export type ListMeta = z.infer<typeof listMetaSchema>;
