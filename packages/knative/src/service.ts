import { z } from 'zod';
import { conditionSchema } from './condition.js';
import { listMetaSchema, objectMetaSchema } from './metadata.js';
import { revisionTemplateSchema } from './revision.js';
import { trafficTargetSchema } from './traffic.js';

/** What the user wants: a template to mint revisions from, and the split of the traffic. */
export const serviceSpecSchema = z
  .looseObject({
    template: revisionTemplateSchema,
    traffic: z.array(trafficTargetSchema).readonly().optional(),
  })
  .readonly();

/** The `spec` of a Service. */
export type ServiceSpec = z.infer<typeof serviceSpecSchema>;

/** What is: true for the newest specification only once `observedGeneration` equals `metadata.generation`. */
export const serviceStatusSchema = z
  .looseObject({
    observedGeneration: z.number().int().optional(),
    conditions: z.array(conditionSchema).readonly().optional(),
    latestCreatedRevisionName: z.string().optional(),
    latestReadyRevisionName: z.string().optional(),
    traffic: z.array(trafficTargetSchema).readonly().optional(),
    url: z.string().optional(),
    address: z.looseObject({ url: z.string().optional() }).readonly().optional(),
  })
  .readonly();

/** The `status` of a Service. */
export type ServiceStatus = z.infer<typeof serviceStatusSchema>;

/** A Service: unknown fields survive parsing, so that what is read can be written back whole. */
export const serviceSchema = z
  .looseObject({
    apiVersion: z.string(),
    kind: z.literal('Service'),
    metadata: objectMetaSchema,
    spec: serviceSpecSchema,
    status: serviceStatusSchema.optional(),
  })
  .readonly();

/** A Knative Service. */
export type Service = z.infer<typeof serviceSchema>;

/** A page of Services. */
export const serviceListSchema = z
  .looseObject({
    apiVersion: z.string(),
    kind: z.literal('ServiceList'),
    metadata: listMetaSchema.optional(),
    items: z.array(serviceSchema).readonly().optional(),
  })
  .readonly();

/** A page of Knative Services. */
export type ServiceList = z.infer<typeof serviceListSchema>;
