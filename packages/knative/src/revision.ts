import { z } from 'zod';
import { conditionSchema } from './condition.js';
import { containerSchema } from './container.js';
import { listMetaSchema, objectMetaSchema } from './metadata.js';

/** What runs: the containers and how an instance may be used. */
export const revisionSpecSchema = z
  .looseObject({
    containerConcurrency: z.number().int().nonnegative().optional(),
    timeoutSeconds: z.number().int().nonnegative().optional(),
    serviceAccountName: z.string().optional(),
    containers: z.array(containerSchema).readonly(),
  })
  .readonly();

/** The `spec` of a Revision. */
export type RevisionSpec = z.infer<typeof revisionSpecSchema>;

/** The template a Service mints Revisions from; `metadata.name` chooses the name of the next one. */
export const revisionTemplateSchema = z
  .looseObject({ metadata: objectMetaSchema.optional(), spec: revisionSpecSchema })
  .readonly();

/** The `spec.template` of a Service. */
export type RevisionTemplate = z.infer<typeof revisionTemplateSchema>;

/** An immutable snapshot of the template, and how it is doing. */
export const revisionSchema = z
  .looseObject({
    apiVersion: z.string(),
    kind: z.literal('Revision'),
    metadata: objectMetaSchema,
    spec: revisionSpecSchema,
    status: z
      .looseObject({
        observedGeneration: z.number().int().optional(),
        conditions: z.array(conditionSchema).readonly().optional(),
        logUrl: z.string().optional(),
        imageDigest: z.string().optional(),
      })
      .readonly()
      .optional(),
  })
  .readonly();

/** A Knative Revision. */
export type Revision = z.infer<typeof revisionSchema>;

/** A page of Revisions. */
export const revisionListSchema = z
  .looseObject({
    apiVersion: z.string(),
    kind: z.literal('RevisionList'),
    metadata: listMetaSchema.optional(),
    items: z.array(revisionSchema).readonly().optional(),
  })
  .readonly();

/** A page of Knative Revisions. */
export type RevisionList = z.infer<typeof revisionListSchema>;
