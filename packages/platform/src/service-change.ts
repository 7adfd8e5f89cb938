/**
 * The body of a write: the object as it was read, with two things changed. Everything Ascent does not know is kept.
 * Pure.
 */
import {
  AscentError,
  RECORD_ANNOTATION,
  type ServiceChange,
  type TrafficTarget,
} from '@ascent/core';
import { annotationBytesMax, annotationNames } from '@ascent/knative';
import type { ServiceObject } from './service-object.js';

/**
 * Cloud Run stamps these on every write. The operation is the last writer's; the client is us from now on.
 * `serving.knative.dev/creator` and `lastModifier` stay: Knative's webhook refuses a write in which the creator differs.
 */
const STAMPS_OF_A_WRITE: ReadonlySet<string> = new Set([
  annotationNames.operationId,
  annotationNames.clientName,
  annotationNames.clientVersion,
]);

/** What the place adds to the rules of a change. */
export type ChangeRules = { readonly omitsTemplateName: boolean };

/**
 * The Service to PUT.
 * @throws AscentError `ASC_TRAFFIC_SPLIT` or `ASC_RECORD_TOO_LARGE`, before any request is made.
 */
export function changedService(
  object: ServiceObject,
  change: ServiceChange,
  rules: ChangeRules,
): Readonly<Record<string, unknown>> {
  const annotations = {
    ...withoutStamps(object.metadata.annotations ?? {}),
    [RECORD_ANNOTATION]: change.record,
  };
  checkSize(annotations);
  if (change.traffic !== null) checkSplit(change.traffic);
  const { status, ...kept } = object;
  return {
    ...kept,
    metadata: { ...object.metadata, annotations },
    spec: {
      ...object.spec,
      template: rules.omitsTemplateName
        ? pinned(object.spec.template, status?.latestCreatedRevisionName)
        : object.spec.template,
      ...(change.traffic === null ? {} : { traffic: change.traffic.map(knativeTarget) }),
    },
  };
}

/** Annotations to send: those that the platform stamps itself are left out. */
export function withoutStamps(
  annotations: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(annotations).filter(([name]) => !STAMPS_OF_A_WRITE.has(name)),
  );
}

/** Names the revision that the template already became, so that the platform mints no new one. */
function pinned(
  template: ServiceObject['spec']['template'],
  revision: string | undefined,
): ServiceObject['spec']['template'] {
  if (revision === undefined) return template;
  return { ...template, metadata: { ...template.metadata, name: revision } };
}

/** A target that is only tagged carries no percent, as gcloud writes it. */
function knativeTarget({
  revision,
  percent,
  tag,
}: TrafficTarget): Readonly<Record<string, unknown>> {
  return {
    ...(revision === null ? { latestRevision: true } : { revisionName: revision }),
    ...(tag !== null && percent === 0 ? {} : { percent }),
    ...(tag === null ? {} : { tag }),
  };
}

/** The limit is Kubernetes' (`TotalAnnotationSizeLimitB`): all keys and values together, in bytes. */
function checkSize(annotations: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(annotations).reduce(
    (total, [name, value]) => total + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes <= annotationBytesMax) return;
  const record = Buffer.byteLength(annotations[RECORD_ANNOTATION] ?? '');
  throw new AscentError(
    'ASC_RECORD_TOO_LARGE',
    `The annotations of the service would have ${bytes} bytes, and the platform allows ${annotationBytesMax}. ` +
      `The rollout's record has ${record} of them. Shorten the plan's smoke checks, or remove other annotations.`,
  );
}

function checkSplit(traffic: readonly TrafficTarget[]): void {
  const sum = traffic.reduce((total, { percent }) => total + percent, 0);
  const wrong = traffic.find(({ percent }) => !Number.isInteger(percent) || percent < 0);
  if (wrong === undefined && sum === 100) return;
  const split = traffic.map(({ revision, percent }) => `${revision ?? 'LATEST'}=${percent}`);
  throw new AscentError(
    'ASC_TRAFFIC_SPLIT',
    `The traffic ${split.join(', ')} is not a split of 100 into whole percents; nothing was written.`,
  );
}
