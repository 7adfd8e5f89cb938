/** The v2 form of what is stored: how a Service or Revision looks to a client that reads it. */
import {
  annotationNames,
  type Condition,
  type Container,
  type Probe,
  type RevisionSpec,
  type TrafficTarget,
} from '@ascent/knative';
import { formatTimestamp } from '../clock.js';
import { urlOf, type AddressBook } from '../resources/addresses.js';
import type { RevisionRecord, ServiceRecord } from '../resources/record.js';
import { reachableRevisions } from '../resources/status.js';
import { revisionConditions } from '../resources/v1-view.js';
import { makeEtag } from './etag.js';
import { platformPrefixes } from './service-from-v2.js';

type Json = Readonly<Record<string, unknown>>;
type StringMap = Readonly<Record<string, string>>;

/** `projects/P/locations/L/services/S`. */
export function serviceName({ key }: ServiceRecord, { region }: AddressBook): string {
  return `projects/${key.project}/locations/${region}/services/${key.service}`;
}

const states = {
  True: 'CONDITION_SUCCEEDED',
  False: 'CONDITION_FAILED',
  Unknown: 'CONDITION_RECONCILING',
} as const;

const commonReasons: Readonly<Record<string, string>> = {
  ContainerMissing: 'CONTAINER_MISSING',
  SecretsAccessCheckFailed: 'SECRETS_ACCESS_CHECK_FAILED',
  RevisionMissing: 'REVISION_FAILED',
  RevisionFailed: 'REVISION_FAILED',
};

const revisionReasons: Readonly<Record<string, string>> = {
  Retired: 'RETIRED',
  HealthCheckContainerError: 'HEALTH_CHECK_CONTAINER_ERROR',
};

function viewCondition({ type, status, reason = '', message, severity, ...rest }: Condition): Json {
  return {
    type,
    state: states[status],
    ...(message !== undefined && { message }),
    lastTransitionTime: rest.lastTransitionTime,
    ...(severity === 'Info' && { severity: 'INFO' }),
    ...(reason in commonReasons && { reason: commonReasons[reason] }),
    ...(reason in revisionReasons && { revisionReason: revisionReasons[reason] }),
  };
}

/** On a service a failed revision is reported as such; the revision itself says what failed. */
function viewServiceCondition(condition: Condition): Json {
  const { revisionReason, ...view } = viewCondition(condition);
  return revisionReason === undefined ? view : { ...view, reason: 'REVISION_FAILED' };
}

function ownNames(map: StringMap | undefined): { entries?: StringMap } {
  const own = Object.entries(map ?? {}).filter(
    ([name]) => !platformPrefixes.some((prefix) => name.startsWith(prefix)),
  );
  return own.length === 0 ? {} : { entries: Object.fromEntries(own) };
}

function viewEnv(container: Container): Json {
  if (container.env === undefined || container.env.length === 0) return {};
  const env = container.env.map(({ name, value, valueFrom }) => {
    const reference = valueFrom?.secretKeyRef;
    return reference === undefined
      ? { name, ...(value !== undefined && { value }) }
      : { name, valueSource: { secretKeyRef: { secret: reference.name, version: reference.key } } };
  });
  return { env };
}

/** v1 keeps fields it does not know, such as a probe's `successThreshold`; v2 does not have them. */
function viewProbe(field: string, probe: Probe | undefined): Json {
  if (probe === undefined) return {};
  const { initialDelaySeconds, timeoutSeconds, periodSeconds, failureThreshold } = probe;
  const { httpGet, tcpSocket, grpc } = probe;
  const times = { initialDelaySeconds, timeoutSeconds, periodSeconds, failureThreshold };
  return { [field]: { ...times, httpGet, tcpSocket, grpc } };
}

function viewContainer(container: Container, annotations: StringMap): Json {
  const { name, image, command, args, workingDir, ports } = container;
  return {
    ...{ name, image, command, args, workingDir, ports },
    ...viewProbe('startupProbe', container.startupProbe),
    ...viewProbe('livenessProbe', container.livenessProbe),
    ...viewProbe('readinessProbe', container.readinessProbe),
    ...viewEnv(container),
    resources: {
      limits: container.resources?.limits,
      ...(annotations[annotationNames.cpuThrottling] !== 'false' && { cpuIdle: true }),
      ...(annotations[annotationNames.startupCpuBoost] === 'true' && { startupCpuBoost: true }),
    },
  };
}

function viewScaling(annotations: StringMap, min: string, max: string): Json {
  const [minimum, maximum] = [Number(annotations[min] ?? 0), Number(annotations[max] ?? 0)];
  return {
    ...(minimum > 0 && { minInstanceCount: minimum }),
    ...(maximum > 0 && { maxInstanceCount: maximum }),
  };
}

/** The fields a template and a revision have in common. */
function viewSpec(spec: RevisionSpec, labels: StringMap | undefined, annotations: StringMap): Json {
  const { minScale, maxScale } = annotationNames;
  const environment = annotations[annotationNames.executionEnvironment];
  const [ownLabels, ownAnnotations] = [ownNames(labels), ownNames(annotations)];
  return {
    ...(ownLabels.entries && { labels: ownLabels.entries }),
    ...(ownAnnotations.entries && { annotations: ownAnnotations.entries }),
    scaling: viewScaling(annotations, minScale, maxScale),
    timeout: `${spec.timeoutSeconds ?? 300}s`,
    serviceAccount: spec.serviceAccountName,
    containers: spec.containers.map((container) => viewContainer(container, annotations)),
    ...(environment && {
      executionEnvironment: `EXECUTION_ENVIRONMENT_${environment.toUpperCase()}`,
    }),
    maxInstanceRequestConcurrency: spec.containerConcurrency,
    ...(annotations[annotationNames.sessionAffinity] === 'true' && { sessionAffinity: true }),
    ...(annotations[annotationNames.healthCheckDisabled] === 'true' && {
      healthCheckDisabled: true,
    }),
  };
}

function viewTarget(target: TrafficTarget, withUri: ((tag: string) => string) | undefined): Json {
  const { latestRevision, revisionName, percent = 0, tag = '' } = target;
  const latest = latestRevision === true;
  return {
    type: `TRAFFIC_TARGET_ALLOCATION_TYPE_${latest ? 'LATEST' : 'REVISION'}`,
    // A LATEST status carries no revision name (recorded).
    ...(!latest && { revision: revisionName }),
    ...(percent > 0 && { percent }),
    ...(tag !== '' && { tag }),
    ...(tag !== '' && withUri !== undefined && { uri: withUri(tag) }),
  };
}

const ingressNames: Readonly<Record<string, string>> = {
  all: 'INGRESS_TRAFFIC_ALL',
  internal: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
  'internal-and-cloud-load-balancing': 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
  none: 'INGRESS_TRAFFIC_NONE',
};

function viewAnnotatedFields(annotations: StringMap): Json {
  const { description, clientName, clientVersion } = annotationNames;
  const text = (field: string, annotation: string): Json => {
    const value = annotations[annotation];
    return value === undefined ? {} : { [field]: value };
  };
  const audiences = annotations[annotationNames.customAudiences];
  const scaling = viewScaling(
    annotations,
    annotationNames.serviceMinScale,
    annotationNames.serviceMaxScale,
  );
  const manual = annotations[annotationNames.scalingMode] === 'manual';
  return {
    ...text('description', description),
    ...text('client', clientName),
    ...text('clientVersion', clientVersion),
    ingress: ingressNames[annotations[annotationNames.ingress] ?? 'all'],
    launchStage: annotations[annotationNames.launchStage] ?? 'GA',
    ...(audiences !== undefined && { customAudiences: JSON.parse(audiences) as unknown }),
    ...(Object.keys(scaling).length > 0 && { scaling }),
    ...(manual && {
      scaling: {
        scalingMode: 'MANUAL',
        manualInstanceCount: Number(annotations[annotationNames.manualInstanceCount] ?? 0),
      },
    }),
    ...(annotations[annotationNames.invokerIamDisabled] === 'true' && { invokerIamDisabled: true }),
    ...(annotations[annotationNames.defaultUrlDisabled] === 'true' && { defaultUriDisabled: true }),
  };
}

function viewStatus(record: ServiceRecord, book: AddressBook): Json {
  const { state, key } = record;
  const [ready, ...others] = state.conditions;
  const name = serviceName(record, book);
  const revision = (field: string, short: string | undefined): Json =>
    short === undefined ? {} : { [field]: `${name}/revisions/${short}` };
  const reconciling = isReconciling(record);
  return {
    ...(state.servedGeneration > 0 && { observedGeneration: String(state.servedGeneration) }),
    terminalCondition:
      ready === undefined || reconciling
        ? {
            type: 'Ready',
            state: 'CONDITION_PENDING',
            lastTransitionTime: formatTimestamp(record.writtenUs),
          }
        : viewServiceCondition(ready),
    // Cloud Run lists the routes first (recorded).
    conditions: [...others].reverse().map(viewServiceCondition),
    ...revision('latestReadyRevision', state.latestReady),
    ...revision('latestCreatedRevision', state.latestCreated),
    trafficStatuses: state.traffic.map((target) =>
      viewTarget(target, (tag) => urlOf(book, { ...key, tag })),
    ),
    ...(reconciling && { reconciling: true }),
  };
}

/** Whether the newest write is still being worked on. */
export function isReconciling({ state, generation }: ServiceRecord): boolean {
  const ready = state.conditions.find(({ type }) => type === 'Ready');
  return state.observedGeneration !== generation || ready?.status === 'Unknown';
}

/** A Service as v2 answers it. */
export function viewServiceV2(record: ServiceRecord, book: AddressBook): Json {
  const { object, key } = record;
  const name = serviceName(record, book);
  const { annotations = {}, labels, uid } = object.metadata;
  const { template, traffic = [] } = object.spec;
  const [ownLabels, ownAnnotations] = [ownNames(labels), ownNames(annotations)];
  const uri = urlOf(book, key);
  return {
    name,
    uid,
    generation: String(record.generation),
    ...(ownLabels.entries && { labels: ownLabels.entries }),
    ...(ownAnnotations.entries && { annotations: ownAnnotations.entries }),
    createTime: formatTimestamp(record.createdUs),
    updateTime: formatTimestamp(record.writtenUs),
    creator: annotations[annotationNames.creator],
    lastModifier: annotations[annotationNames.lastModifier],
    ...viewAnnotatedFields(annotations),
    template: viewSpec(
      template.spec,
      template.metadata?.labels,
      template.metadata?.annotations ?? {},
    ),
    traffic: traffic.map((target) => viewTarget(target, undefined)),
    ...viewStatus(record, book),
    uri,
    urls: [uri],
    etag: makeEtag(record.writtenUs, name),
  };
}

/** A Revision as v2 answers it. */
export function viewRevisionV2(
  revision: RevisionRecord,
  service: ServiceRecord,
  book: AddressBook,
): Json {
  const name = `${serviceName(service, book)}/revisions/${revision.name}`;
  const { uid, labels, annotations = {} } = revision.object.metadata;
  const reachable = reachableRevisions(service.state.traffic).has(revision.name);
  return {
    name,
    uid,
    generation: '1',
    createTime: formatTimestamp(revision.createdUs),
    updateTime: formatTimestamp(revision.changedUs),
    launchStage: 'GA',
    service: service.key.service,
    ...viewSpec(revision.object.spec, labels, annotations),
    conditions: revisionConditions(revision, reachable).map(viewCondition),
    observedGeneration: '1',
    ...(revision.phase.kind === 'pending' && { reconciling: true }),
    creator: annotations[annotationNames.creator],
    etag: makeEtag(revision.changedUs, name),
  };
}
