/** A Knative Service in the words of a rollout. Pure: from what was read to what `core` decides on. */
import {
  RECORD_ANNOTATION,
  type Readiness,
  type ServedTarget,
  type ServiceView,
  type TrafficTarget,
} from '@ascent/core';
import {
  annotationNames,
  type Condition,
  type ServiceStatus,
  type TrafficTarget as KnativeTarget,
} from '@ascent/knative';
import { conditionOf, type ServiceObject } from './service-object.js';

/** The view of a Service whose newest revision is `latestReadiness`. */
export function serviceView(
  service: string,
  object: ServiceObject,
  latestReadiness: Readiness,
): ServiceView {
  const annotations = object.metadata.annotations ?? {};
  const templateAnnotations = object.spec.template.metadata?.annotations;
  return {
    service,
    resourceVersion: object.metadata.resourceVersion,
    record: annotations[RECORD_ANNOTATION] ?? null,
    traffic: wantedTraffic(object),
    settled: isSettled(object),
    missing: missingRevisions(object),
    routed: isRouted(object),
    latestReadiness,
    sessionAffinity: templateAnnotations?.[annotationNames.sessionAffinity] === 'true',
    lastModifier: annotations[annotationNames.lastModifier] ?? null,
    ...observed(object.status ?? {}),
  };
}

function observed(
  status: ServiceStatus,
): Pick<ServiceView, 'served' | 'latestCreated' | 'latestReady' | 'url'> {
  const latestReady = status.latestReadyRevisionName ?? null;
  return {
    served: (status.traffic ?? []).map((target) => servedTarget(target, latestReady)),
    latestCreated: status.latestCreatedRevisionName ?? null,
    latestReady,
    url: status.url ?? null,
  };
}

/** The traffic in `spec`. None at all means everything to the latest ready revision (Knative's default). */
export function wantedTraffic(object: ServiceObject): readonly TrafficTarget[] {
  const targets = object.spec.traffic ?? [];
  if (targets.length === 0) return [{ revision: null, percent: 100, tag: null }];
  return targets.map((target) => ({
    revision: target.latestRevision === true ? null : (target.revisionName ?? null),
    percent: target.percent ?? 0,
    tag: target.tag ?? null,
  }));
}

/** In `status` a floating target is resolved: what is served is a revision. */
function servedTarget(target: KnativeTarget, latestReady: string | null): ServedTarget {
  const floating = target.latestRevision === true ? latestReady : null;
  return {
    revision: target.revisionName ?? floating,
    percent: target.percent ?? 0,
    tag: target.tag ?? null,
    url: target.url ?? null,
  };
}

/**
 * The status speaks of the newest specification, and nothing is still being worked on. `Ready: False` is settled too:
 * a deploy that failed stays as it is, and the traffic keeps its last good split.
 */
export function isSettled(object: ServiceObject): boolean {
  const { generation } = object.metadata;
  if (generation !== undefined && object.status?.observedGeneration !== generation) return false;
  const conditions = object.status?.conditions;
  const routes = conditionOf(conditions, 'RoutesReady');
  const ready = conditionOf(conditions, 'Ready');
  return ready !== undefined && ready.status !== 'Unknown' && routes?.status !== 'Unknown';
}

/** The route that the newest specification asks for is in force. */
function isRouted(object: ServiceObject): boolean {
  const routes = conditionOf(object.status?.conditions, 'RoutesReady');
  return isSettled(object) && routes?.status === 'True';
}

/** Reason of a route condition whose traffic names a revision that is gone (knative.dev/serving, `MarkMissingTrafficTarget`). */
const REVISION_MISSING = 'RevisionMissing';

/** Revisions that the traffic names and the platform does not have: `Revision "web-1" referenced in traffic not found.` */
export function missingRevisions(object: ServiceObject): readonly string[] {
  const routes = conditionOf(object.status?.conditions, 'RoutesReady');
  if (routes?.status !== 'False' || routes.reason !== REVISION_MISSING) return [];
  const named = new Set(
    [...(routes.message ?? '').matchAll(/["']([^"']+)["']/g)].map(([, name]) => name),
  );
  return wantedTraffic(object).flatMap(({ revision }) =>
    revision !== null && named.has(revision) ? [revision] : [],
  );
}

/** What the Service alone says of its newest revision, or the name of the revision that must be asked. */
export function readinessFromService(
  object: ServiceObject,
): Readiness | { readonly type: 'ask'; readonly revision: string } {
  const created = object.status?.latestCreatedRevisionName;
  const ready = conditionOf(object.status?.conditions, 'Ready');
  if (created === undefined) {
    const message = ready?.message ?? 'the platform has not created a revision yet';
    return ready?.status === 'False' ? { type: 'failed', message } : { type: 'starting', message };
  }
  const sure = created === object.status?.latestReadyRevisionName && ready?.status === 'True';
  return sure ? { type: 'ready' } : { type: 'ask', revision: created };
}

/**
 * Readiness of a revision from its conditions. A revision without traffic is `Active: False` with reason `Retired` or
 * `NoTraffic`; that is rest, not failure, so only `Ready` counts, and not even that when its reason is retirement.
 */
export function readinessFromRevision(conditions: readonly Condition[]): Readiness {
  const ready = conditionOf(conditions, 'Ready');
  if (ready === undefined || ready.status === 'Unknown') {
    const message = ready?.message ?? ready?.reason ?? 'the platform has not started it yet';
    return { type: 'starting', message };
  }
  if (ready.status === 'True' || /^retir(ed|ing)$/i.test(ready.reason ?? '')) {
    return { type: 'ready' };
  }
  return {
    type: 'failed',
    message: ready.message ?? ready.reason ?? 'the platform gives no reason',
  };
}
