/**
 * The messages of the v2 API as far as this emulator understands them.
 * https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
 *
 * Clients that read, change and write back send every field with its default (`volumes: []`, `vpcAccess:
 * null`), so an unsupported field is a fault only when it says something.
 */
import { z } from 'zod';
import { ApiError } from '../api/api-error.js';
import { enumNames, type InputEnum } from './enums.js';
import { int32 } from './proto-json.js';

const stringMap = z.record(z.string(), z.string()).nullish();
const named = (field: InputEnum) => z.enum(enumNames(field)).nullish();
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?s$/, 'must be seconds, such as "300s"')
  .nullish();

const probeSchema = z
  .looseObject({
    initialDelaySeconds: int32,
    timeoutSeconds: int32,
    periodSeconds: int32,
    failureThreshold: int32,
    httpGet: z.looseObject({ path: z.string().nullish(), port: int32 }).nullish(),
    tcpSocket: z.looseObject({ port: int32 }).nullish(),
    grpc: z.looseObject({ port: int32, service: z.string().nullish() }).nullish(),
  })
  .nullish();

const containerSchema = z.looseObject({
  name: z.string().nullish(),
  image: z.string(),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  workingDir: z.string().nullish(),
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string().nullish(),
        valueSource: z
          .looseObject({
            secretKeyRef: z
              .looseObject({ secret: z.string(), version: z.string().nullish() })
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
  resources: z
    .looseObject({
      limits: stringMap,
      cpuIdle: z.boolean().nullish(),
      startupCpuBoost: z.boolean().nullish(),
    })
    .nullish(),
  ports: z.array(z.looseObject({ name: z.string().nullish(), containerPort: int32 })).nullish(),
  startupProbe: probeSchema,
  livenessProbe: probeSchema,
  readinessProbe: probeSchema,
});

const templateSchema = z.looseObject({
  revision: z.string().nullish(),
  labels: stringMap,
  annotations: stringMap,
  scaling: z.looseObject({ minInstanceCount: int32, maxInstanceCount: int32 }).nullish(),
  timeout: duration,
  serviceAccount: z.string().nullish(),
  containers: z.array(containerSchema).min(1),
  executionEnvironment: named('executionEnvironment'),
  maxInstanceRequestConcurrency: int32,
  sessionAffinity: z.boolean().nullish(),
  healthCheckDisabled: z.boolean().nullish(),
});

const trafficSchema = z.looseObject({
  type: named('type'),
  revision: z.string().nullish(),
  percent: int32,
  tag: z.string().nullish(),
});

const serviceSchema = z.looseObject({
  description: z.string().nullish(),
  labels: stringMap,
  annotations: stringMap,
  client: z.string().nullish(),
  clientVersion: z.string().nullish(),
  ingress: named('ingress'),
  launchStage: named('launchStage'),
  template: templateSchema,
  traffic: z.array(trafficSchema).nullish(),
  scaling: z
    .looseObject({
      minInstanceCount: int32,
      maxInstanceCount: int32,
      scalingMode: named('scalingMode'),
      manualInstanceCount: int32,
    })
    .nullish(),
  invokerIamDisabled: z.boolean().nullish(),
  defaultUriDisabled: z.boolean().nullish(),
  customAudiences: z.array(z.string()).nullish(),
  etag: z.string().nullish(),
});

/** A Service as v2 clients send it. */
export type ServiceBody = z.infer<typeof serviceSchema>;
/** A RevisionTemplate likewise. */
export type TemplateBody = z.infer<typeof templateSchema>;
/** A Container likewise. */
export type ContainerBody = z.infer<typeof containerSchema>;
/** A Probe likewise. */
export type ProbeBody = z.infer<typeof probeSchema>;
/** A TrafficTarget likewise. */
export type TrafficBody = z.infer<typeof trafficSchema>;

/** Real features of Cloud Run this emulator has nothing behind. */
const unsupported = {
  '': ['binaryAuthorization', 'iapEnabled', 'multiRegionSettings', 'buildConfig'],
  template: [
    'vpcAccess',
    'volumes',
    'encryptionKey',
    'serviceMesh',
    'nodeSelector',
    'encryptionKeyShutdownDuration',
  ],
  container: ['sourceCode', 'volumeMounts', 'dependsOn', 'baseImageUri'],
} as const;

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(saysNothing);
}

function refuse(
  object: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  path: string,
) {
  for (const field of fields) {
    if (saysNothing(object[field])) continue;
    throw new ApiError('UNIMPLEMENTED', `${path}${field} is not supported by cloud-run-local.`);
  }
}

/**
 * Reads a Service.
 * @throws ApiError INVALID_ARGUMENT naming every field at fault, UNIMPLEMENTED for a feature that is not there.
 */
export function parseServiceBody(body: unknown): ServiceBody {
  const parsed = serviceSchema.safeParse(body);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'service'}: ${issue.message}`,
    );
    throw new ApiError('INVALID_ARGUMENT', `Invalid Service: ${faults.join('; ')}.`);
  }
  refuse(parsed.data, unsupported[''], '');
  refuse(parsed.data.template, unsupported.template, 'template.');
  parsed.data.template.containers.forEach((container, index) => {
    refuse(container, unsupported.container, `template.containers[${index}].`);
  });
  return parsed.data;
}
