/**
 * The part of a Knative Service that a rollout reads. Deliberately less than the whole schema: a field of somebody's
 * container that we never look at must not be able to stop a rollback.
 */
import {
  conditionSchema,
  objectMetaSchema,
  serviceStatusSchema,
  trafficTargetSchema,
  type Condition,
} from '@ascent/knative';
import { z } from 'zod';

const serviceObjectSchema = z
  .looseObject({
    metadata: objectMetaSchema.unwrap().extend({ resourceVersion: z.string() }),
    spec: z.looseObject({
      template: z.looseObject({ metadata: objectMetaSchema.optional() }),
      traffic: z.array(trafficTargetSchema).readonly().optional(),
    }),
    status: serviceStatusSchema.optional(),
  })
  .readonly();

/** A Service as far as we read it. */
export type ServiceObject = z.infer<typeof serviceObjectSchema>;

const revisionObjectSchema = z.looseObject({
  status: z.looseObject({ conditions: z.array(conditionSchema).readonly().optional() }).optional(),
});

/** The Service in `json`, or in words why it is none. */
export function parseService(
  json: unknown,
): { readonly object: ServiceObject } | { readonly fault: string } {
  const parsed = serviceObjectSchema.safeParse(json);
  return parsed.success ? { object: parsed.data } : { fault: firstIssue(parsed.error) };
}

/** The conditions of the Revision in `json`, or `null` where it is none. */
export function parseRevisionConditions(json: unknown): readonly Condition[] | null {
  const parsed = revisionObjectSchema.safeParse(json);
  return parsed.success ? (parsed.data.status?.conditions ?? []) : null;
}

/** The condition of this type, if there is one. */
export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not a Knative Service';
  return `${issue.path.map(String).join('.') || 'the body'}: ${issue.message}`;
}
