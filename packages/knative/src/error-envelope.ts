import { z } from 'zod';

/** How Cloud Run reports a fault: HTTP status in `code`, the canonical name (`ABORTED`, …) in `status`. */
export const googleErrorSchema = z
  .looseObject({
    error: z
      .looseObject({
        code: z.number().int(),
        message: z.string(),
        status: z.string().optional(),
        details: z.array(z.unknown()).readonly().optional(),
      })
      .readonly(),
  })
  .readonly();

/** The error body of Google's APIs. */
export type GoogleError = z.infer<typeof googleErrorSchema>;

/** How a Kubernetes API server reports a fault, or that a deletion was accepted. */
export const kubernetesStatusSchema = z
  .looseObject({
    apiVersion: z.string().optional(),
    kind: z.literal('Status'),
    status: z.enum(['Success', 'Failure']).optional(),
    message: z.string().optional(),
    reason: z.string().optional(),
    code: z.number().int().optional(),
  })
  .readonly();

/** The `Status` object of Kubernetes. */
export type KubernetesStatus = z.infer<typeof kubernetesStatusSchema>;
