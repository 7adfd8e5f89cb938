/** A v2 Service in the form it is stored in, which is that of v1. */
import {
  annotationNames,
  servingApiVersion,
  type Container,
  type Probe,
  type RevisionTemplate,
  type Service,
  type TrafficTarget,
} from '@ascent/knative';
import { invalidArgument } from '../api/api-error.js';
import type { ContainerBody, ProbeBody, ServiceBody, TemplateBody, TrafficBody } from './shapes.js';

/** Prefixes of the platform's own names; v2 keeps them out of labels and annotations. */
export const platformPrefixes = [
  'run.googleapis.com/',
  'cloud.googleapis.com/',
  'serving.knative.dev/',
  'autoscaling.knative.dev/',
] as const;

type StringMap = Readonly<Record<string, string>>;
type Nullish<T> = T | null | undefined;

/** Leaves out null, undefined, the empty text and zero: proto3 means "not set" by all of them. */
function compact<T extends object>(fields: {
  [K in keyof T]: Nullish<T[K]>;
}): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => ![null, undefined, '', 0].includes(value as null)),
  ) as Partial<T>;
}

function checkOwnNames(map: Nullish<StringMap>, path: string): StringMap {
  for (const name of Object.keys(map ?? {})) {
    const prefix = platformPrefixes.find((reserved) => name.startsWith(reserved));
    if (prefix !== undefined) {
      throw invalidArgument(
        `${path}: '${name}' uses the reserved prefix '${prefix}'; use the field instead.`,
      );
    }
  }
  return map ?? {};
}

const flag = (value: Nullish<boolean>): string | undefined => (value === true ? 'true' : undefined);
const count = (value: Nullish<number>): string | undefined =>
  typeof value === 'number' && value > 0 ? String(value) : undefined;

function probeToV1(probe: ProbeBody): Probe | undefined {
  if (probe === null || probe === undefined) return undefined;
  const { httpGet, tcpSocket, grpc, ...times } = probe;
  return {
    ...compact(times),
    ...(httpGet && { httpGet: compact(httpGet) }),
    ...(tcpSocket && { tcpSocket: compact(tcpSocket) }),
    ...(grpc && { grpc: compact(grpc) }),
  };
}

function envToV1(env: ContainerBody['env']): Container['env'] {
  return (env ?? []).map(({ name, value, valueSource }) => {
    const reference = valueSource?.secretKeyRef;
    return reference
      ? {
          name,
          valueFrom: {
            secretKeyRef: { name: reference.secret, key: reference.version ?? 'latest' },
          },
        }
      : { name, value: value ?? '' };
  });
}

function containerToV1(container: ContainerBody): Container {
  const { name, image, command, args, workingDir, env, resources, ports } = container;
  return {
    ...compact({ name, workingDir }),
    image,
    // An empty list means the image's own command, as in proto3 it cannot be told from an absent one.
    ...(command?.length && { command }),
    ...(args?.length && { args }),
    ...(env?.length && { env: envToV1(env) }),
    ...(ports?.length && { ports: ports.map((port) => compact(port)) }),
    ...(resources?.limits && { resources: { limits: resources.limits } }),
    ...compact({
      startupProbe: probeToV1(container.startupProbe),
      livenessProbe: probeToV1(container.livenessProbe),
      readinessProbe: probeToV1(container.readinessProbe),
    }),
  };
}

/** CPU only during requests is the default, unless resources were given without saying so (proto note). */
function cpuThrottling(container: ContainerBody | undefined): string | undefined {
  const resources = container?.resources;
  return (resources?.cpuIdle ?? !resources) ? undefined : 'false';
}

function templateAnnotations(template: TemplateBody): StringMap {
  const container = template.containers[0];
  const generation = /GEN([12])$/.exec(template.executionEnvironment ?? '')?.[1];
  return {
    ...checkOwnNames(template.annotations, 'template.annotations'),
    ...compact({
      [annotationNames.minScale]: count(template.scaling?.minInstanceCount),
      [annotationNames.maxScale]: count(template.scaling?.maxInstanceCount),
      [annotationNames.sessionAffinity]: flag(template.sessionAffinity),
      [annotationNames.healthCheckDisabled]: flag(template.healthCheckDisabled),
      [annotationNames.startupCpuBoost]: flag(container?.resources?.startupCpuBoost),
      [annotationNames.cpuThrottling]: cpuThrottling(container),
      [annotationNames.executionEnvironment]: generation && `gen${generation}`,
    }),
  };
}

function templateToV1(template: TemplateBody): RevisionTemplate {
  const timeoutSeconds = template.timeout ? Number.parseFloat(template.timeout) : undefined;
  const containerConcurrency = template.maxInstanceRequestConcurrency || undefined;
  return {
    metadata: {
      ...compact({ name: template.revision }),
      ...(template.labels &&
        Object.keys(template.labels).length > 0 && {
          labels: checkOwnNames(template.labels, 'template.labels'),
        }),
      annotations: templateAnnotations(template),
    },
    spec: {
      ...compact({
        timeoutSeconds,
        containerConcurrency,
        serviceAccountName: template.serviceAccount,
      }),
      containers: template.containers.map(containerToV1),
    },
  };
}

function targetToV1(target: TrafficBody): TrafficTarget {
  const revision = target.revision ?? '';
  const byName = target.type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' || revision !== '';
  return {
    ...(byName
      ? { revisionName: revision.slice(revision.lastIndexOf('/') + 1) }
      : { latestRevision: true }),
    percent: target.percent ?? 0,
    ...compact({ tag: target.tag }),
  };
}

const ingressValues: Readonly<Record<string, string>> = {
  INGRESS_TRAFFIC_ALL: 'all',
  INGRESS_TRAFFIC_INTERNAL_ONLY: 'internal',
  INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: 'internal-and-cloud-load-balancing',
  INGRESS_TRAFFIC_NONE: 'none',
};

function serviceAnnotations(body: ServiceBody): StringMap {
  const { scaling, customAudiences } = body;
  const stage = body.launchStage;
  return {
    ...checkOwnNames(body.annotations, 'annotations'),
    ...compact({
      [annotationNames.description]: body.description,
      [annotationNames.clientName]: body.client,
      [annotationNames.clientVersion]: body.clientVersion,
      [annotationNames.ingress]: ingressValues[body.ingress ?? ''],
      [annotationNames.launchStage]: stage === 'LAUNCH_STAGE_UNSPECIFIED' ? undefined : stage,
      [annotationNames.serviceMinScale]: count(scaling?.minInstanceCount),
      [annotationNames.serviceMaxScale]: count(scaling?.maxInstanceCount),
      [annotationNames.scalingMode]: scaling?.scalingMode === 'MANUAL' ? 'manual' : undefined,
      [annotationNames.manualInstanceCount]: count(scaling?.manualInstanceCount),
      [annotationNames.invokerIamDisabled]: flag(body.invokerIamDisabled),
      [annotationNames.defaultUrlDisabled]: flag(body.defaultUriDisabled),
      [annotationNames.customAudiences]: customAudiences?.length
        ? JSON.stringify(customAudiences)
        : undefined,
    }),
  };
}

/**
 * Turns a v2 Service into the stored form.
 * @throws ApiError INVALID_ARGUMENT for a label or annotation with a reserved prefix.
 */
export function serviceFromV2(name: string, body: ServiceBody): Service {
  return {
    apiVersion: servingApiVersion,
    kind: 'Service',
    metadata: {
      name,
      labels: checkOwnNames(body.labels, 'labels'),
      annotations: serviceAnnotations(body),
    },
    spec: {
      template: templateToV1(body.template),
      traffic: (body.traffic ?? []).map(targetToV1),
    },
  };
}
