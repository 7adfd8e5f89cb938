/** The v1 form of what is stored: how a Service or Revision looks to a client that reads it. */
import {
  annotationNames,
  servingApiVersion,
  type Condition,
  type Revision,
  type Service,
  type TrafficTarget,
} from '@ascent/knative';
import { formatTimestamp } from '../clock.js';
import { urlOf, type AddressBook } from './addresses.js';
import type { RevisionRecord, ServiceKey, ServiceRecord } from './record.js';
import { reachableRevisions } from './status.js';
import { encodeResourceVersion } from './version-token.js';

function viewTarget(target: TrafficTarget, key: ServiceKey, book: AddressBook): TrafficTarget {
  const tagged = (target.tag ?? '') !== '';
  return tagged ? { ...target, url: urlOf(book, { ...key, tag: target.tag }) } : target;
}

/** A Service as `GET` answers it. */
export function viewService(record: ServiceRecord, book: AddressBook): Service {
  const { object, state, key } = record;
  const url = urlOf(book, key);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      resourceVersion: encodeResourceVersion(record.changedUs),
      annotations: {
        ...object.metadata.annotations,
        [annotationNames.urls]: JSON.stringify([url]),
      },
    },
    status: {
      observedGeneration: state.observedGeneration,
      conditions: state.conditions,
      ...(state.latestCreated !== undefined && { latestCreatedRevisionName: state.latestCreated }),
      ...(state.latestReady !== undefined && { latestReadyRevisionName: state.latestReady }),
      traffic: state.traffic.map((target) => viewTarget(target, key, book)),
      url,
      address: { url },
    },
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)}s`;

function readyConditions(revision: RevisionRecord, reachable: boolean): readonly Condition[] {
  if (revision.phase.kind !== 'ready') return [];
  const { importMs, healthyMs } = revision.phase.times;
  const retired = reachable ? {} : { reason: 'Retired' };
  return [
    {
      type: 'Ready',
      status: 'True',
      ...retired,
      message: `Deploying revision succeeded in ${seconds(importMs + healthyMs)}.`,
    },
    { type: 'Active', status: reachable ? 'True' : 'False', ...retired, severity: 'Info' },
    {
      type: 'ContainerHealthy',
      status: 'True',
      message: `Containers became healthy in ${seconds(healthyMs)}.`,
    },
    {
      type: 'ContainerReady',
      status: 'True',
      message: `Container image import completed in ${seconds(importMs)}.`,
    },
    {
      type: 'ResourcesAvailable',
      status: 'True',
      message: `Provisioning imported containers completed in ${seconds(importMs)}.`,
    },
  ];
}

function failedConditions(revision: RevisionRecord): readonly Condition[] {
  if (revision.phase.kind !== 'failed') return [];
  const { reason, message, times } = revision.phase;
  const failed = { status: 'False', reason, message } as const;
  if (reason === 'ContainerMissing') {
    return [
      { type: 'Ready', ...failed },
      { type: 'ContainerReady', ...failed },
    ];
  }
  return [
    { type: 'Ready', ...failed },
    { type: 'ContainerHealthy', ...failed },
    {
      type: 'ContainerReady',
      status: 'True',
      message: `Container image import completed in ${seconds(times.importMs)}.`,
    },
    { type: 'ResourcesAvailable', status: 'True' },
  ];
}

const pendingConditions: readonly Condition[] = [
  { type: 'Ready', status: 'Unknown' },
  { type: 'ContainerHealthy', status: 'Unknown' },
  { type: 'ContainerReady', status: 'Unknown' },
  { type: 'ResourcesAvailable', status: 'Unknown' },
];

/** The conditions of a revision; one that nobody can reach is retired, and still `Ready`. */
export function revisionConditions(
  revision: RevisionRecord,
  reachable: boolean,
): readonly Condition[] {
  const { phase } = revision;
  const conditions = {
    pending: pendingConditions,
    ready: readyConditions(revision, reachable),
    failed: failedConditions(revision),
  }[phase.kind];
  const lastTransitionTime = formatTimestamp(
    phase.kind === 'pending' ? revision.createdUs : phase.timeUs,
  );
  return conditions.map((condition) => ({ ...condition, lastTransitionTime }));
}

/** A Revision as `GET` answers it. */
export function viewRevision(revision: RevisionRecord, service: ServiceRecord): Revision {
  const reachable = reachableRevisions(service.state.traffic).has(revision.name);
  const container = revision.object.spec.containers[0]?.name;
  const { imageDigest } = revision;
  return {
    ...revision.object,
    metadata: {
      ...revision.object.metadata,
      resourceVersion: encodeResourceVersion(revision.changedUs),
    },
    status: {
      observedGeneration: 1,
      conditions: revisionConditions(revision, reachable),
      ...(imageDigest !== undefined && {
        imageDigest,
        containerStatuses: [{ name: container, imageDigest }],
      }),
    },
  };
}

/** The Configuration of a service: its template half. */
export function viewConfiguration(record: ServiceRecord): Record<string, unknown> {
  const { metadata, spec } = record.object;
  const ready = record.state.conditions.find(({ type }) => type === 'ConfigurationsReady');
  return {
    apiVersion: servingApiVersion,
    kind: 'Configuration',
    metadata: { ...metadata, resourceVersion: encodeResourceVersion(record.changedUs) },
    spec: { template: spec.template },
    status: {
      observedGeneration: record.state.observedGeneration,
      conditions: ready === undefined ? [] : [{ ...ready, type: 'Ready' }],
      latestCreatedRevisionName: record.state.latestCreated,
      latestReadyRevisionName: record.state.latestReady,
    },
  };
}

/** The Route of a service: its traffic half. */
export function viewRoute(record: ServiceRecord, book: AddressBook): Record<string, unknown> {
  const view = viewService(record, book);
  const ready = record.state.conditions.find(({ type }) => type === 'RoutesReady');
  return {
    apiVersion: servingApiVersion,
    kind: 'Route',
    metadata: view.metadata,
    spec: { traffic: view.spec.traffic },
    status: {
      observedGeneration: record.state.observedGeneration,
      conditions: ready === undefined ? [] : [{ ...ready, type: 'Ready' }],
      traffic: view.status?.traffic,
      url: view.status?.url,
      address: view.status?.address,
    },
  };
}
