import { z } from 'zod';

const seconds = z.number().int().nonnegative();

/** A probe; exactly one of `httpGet`, `tcpSocket` and `grpc` says how it is done. Times are whole seconds. */
export const probeSchema = z
  .looseObject({
    initialDelaySeconds: seconds.optional(),
    timeoutSeconds: seconds.optional(),
    periodSeconds: seconds.optional(),
    failureThreshold: seconds.optional(),
    successThreshold: seconds.optional(),
    httpGet: z
      .looseObject({
        path: z.string().optional(),
        port: z.number().int().optional(),
        httpHeaders: z
          .array(z.looseObject({ name: z.string(), value: z.string().optional() }).readonly())
          .readonly()
          .optional(),
      })
      .readonly()
      .optional(),
    tcpSocket: z
      .looseObject({ port: z.number().int().optional(), host: z.string().optional() })
      .readonly()
      .optional(),
    grpc: z
      .looseObject({ port: z.number().int().optional(), service: z.string().optional() })
      .readonly()
      .optional(),
  })
  .readonly();

/** A startup, liveness or readiness probe. */
export type Probe = z.infer<typeof probeSchema>;

/** One environment variable: a value, or a reference to a secret's version. */
export const envVarSchema = z
  .looseObject({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z
      .looseObject({
        secretKeyRef: z.looseObject({ name: z.string(), key: z.string() }).readonly().optional(),
      })
      .readonly()
      .optional(),
  })
  .readonly();

/** One environment variable of a container. */
export type EnvVar = z.infer<typeof envVarSchema>;

/** A container. Only `image` is required; the platform fills the rest. */
export const containerSchema = z
  .looseObject({
    name: z.string().optional(),
    image: z.string(),
    command: z.array(z.string()).readonly().optional(),
    args: z.array(z.string()).readonly().optional(),
    workingDir: z.string().optional(),
    env: z.array(envVarSchema).readonly().optional(),
    ports: z
      .array(
        z
          .looseObject({ name: z.string().optional(), containerPort: z.number().int().optional() })
          .readonly(),
      )
      .readonly()
      .optional(),
    resources: z
      .looseObject({ limits: z.record(z.string(), z.string()).readonly().optional() })
      .readonly()
      .optional(),
    startupProbe: probeSchema.optional(),
    livenessProbe: probeSchema.optional(),
    readinessProbe: probeSchema.optional(),
  })
  .readonly();

/** A container of a revision. */
export type Container = z.infer<typeof containerSchema>;
