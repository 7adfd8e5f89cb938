/**
 * What happens to a Service that is written: it is checked, defaults are filled, and it is decided whether
 * the write mints a new revision. A pure function of the write, of what is stored and of the time.
 *
 * The minting rule is Knative's: a template that differs from the one the newest revision was made of, or a
 * name in `template.metadata.name` that no revision has. Sending an unchanged template again mints nothing
 * (gcloud adds a nonce label when it wants a new revision all the same). A name that is taken by a revision
 * of another template is refused with 409.
 */
import { randomInt, randomUUID } from 'node:crypto';
import {
  annotationBytesMax,
  annotationNames,
  labelNames,
  serviceSchema,
  type RevisionTemplate,
  type Service,
} from '@ascent/knative';
import { ApiError, invalidArgument } from '../api/api-error.js';
import { formatTimestamp } from '../clock.js';
import { checkContainer } from './container-rules.js';
import { checkNames } from './name-rules.js';
import type { RevisionRecord, ServiceRecord, ServiceState } from './record.js';
import { makeRevision, type WriteContext } from './revision-minting.js';
import { generateRevisionName } from './revision-name.js';
import { canonicalJson } from './structural-equality.js';
import { fillTemplate } from './template-defaults.js';
import { checkServiceScaling, checkTemplate } from './template-rules.js';
import { checkTraffic } from './traffic-rules.js';
import { refuseUnsupported } from './unsupported-features.js';
import { decodeResourceVersion } from './version-token.js';

/** The record to store, and the revision the write minted, if any. */
export interface Admission {
  readonly record: ServiceRecord;
  readonly revision: RevisionRecord | undefined;
}

/** Written by the platform; what a client sends back of them is not its own. */
const platformAnnotations: ReadonlySet<string> = new Set([
  annotationNames.operationId,
  annotationNames.urls,
  annotationNames.ingressStatus,
  annotationNames.creator,
  annotationNames.lastModifier,
]);

/**
 * Reads the body of a write.
 * @throws ApiError INVALID_ARGUMENT naming every field at fault.
 */
export function parseService(body: unknown): Service {
  // divergence: unknown-fields
  const parsed = serviceSchema.safeParse(body);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`,
    );
    throw invalidArgument(`Invalid Service: ${faults.join('; ')}.`);
  }
  if (parsed.data.spec.template.spec.containers.length === 0) {
    throw invalidArgument('spec.template.spec.containers: a revision needs a container.');
  }
  return parsed.data;
}

function checkAnnotations(service: Service): void {
  const bytes = Object.entries(service.metadata.annotations ?? {}).reduce(
    (total, [key, value]) => total + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (bytes > annotationBytesMax) {
    throw invalidArgument(
      `metadata.annotations: ${bytes} bytes of keys and values are more than ${annotationBytesMax}.`,
    );
  }
}

function checkVersion(service: Service, current: ServiceRecord | undefined): void {
  const sent = service.metadata.resourceVersion;
  if (current === undefined || sent === undefined || sent === '') return;
  const sentUs = decodeResourceVersion(sent);
  if (sentUs === undefined) {
    throw invalidArgument(`metadata.resourceVersion: '${sent}' was not given by this API.`);
  }
  // Reads return a version that also moves with reconciliation; only a user's write in between is a conflict.
  if (sentUs < current.writtenUs) {
    throw new ApiError(
      'ABORTED',
      `Conflict for resource '${current.key.service}': version '${sentUs}' was specified but current version is '${current.writtenUs}'.`,
    );
  }
}

/** The name to mint under, or undefined where the newest revision already is what is wanted. */
function nameToMint(
  template: RevisionTemplate,
  wanted: string | undefined,
  context: WriteContext,
): string | undefined {
  const { current, revisions, key } = context;
  const json = canonicalJson(template);
  if (wanted !== undefined) {
    const taken = revisions.get(wanted);
    if (taken === undefined) return wanted;
    if (taken.templateJson === json) return undefined;
    throw new ApiError(
      'ALREADY_EXISTS',
      `Revision named '${wanted}' with different configuration already exists.`,
    );
  }
  // divergence: unnamed-replace
  const newest = revisions.get(current?.state.latestCreated ?? '');
  if (newest?.templateJson === json && context.forceNewRevision !== true) return undefined;
  return generateRevisionName(
    key.service,
    (current?.minted ?? 0) + 1,
    () => randomInt(1 << 30) / (1 << 30),
  );
}

function stampMetadata(service: Service, context: WriteContext): Service['metadata'] {
  const { current, nowUs, key, projectNumber, region } = context;
  const own = Object.entries(service.metadata.annotations ?? {}).filter(
    ([name]) => !platformAnnotations.has(name),
  );
  const createdUs = current?.createdUs ?? nowUs;
  return {
    ...service.metadata,
    resourceVersion: undefined,
    name: key.service,
    namespace: projectNumber,
    uid: current?.object.metadata.uid ?? randomUUID(),
    selfLink: `/apis/serving.knative.dev/v1/namespaces/${projectNumber}/services/${key.service}`,
    generation: (current?.generation ?? 0) + 1,
    creationTimestamp: formatTimestamp(createdUs),
    labels: { ...service.metadata.labels, [labelNames.location]: region },
    annotations: {
      [annotationNames.ingress]: 'all',
      ...Object.fromEntries(own),
      // divergence: ingress
      [annotationNames.ingressStatus]: 'all',
      [annotationNames.operationId]: randomUUID(),
      // divergence: identity
      [annotationNames.creator]: 'user@localhost',
      [annotationNames.lastModifier]: 'user@localhost',
    },
  };
}

function nextState(
  record: ServiceRecord | undefined,
  latestCreated: string | undefined,
): ServiceState {
  return {
    observedGeneration: 0,
    servedGeneration: 0,
    conditions: [],
    latestReady: undefined,
    traffic: [],
    ...record?.state,
    latestCreated: latestCreated ?? record?.state.latestCreated,
  };
}

function checkService(service: Service, { key, projectNumber, current }: WriteContext): void {
  refuseUnsupported(service);
  checkNames(service, key, projectNumber);
  service.spec.template.spec.containers.forEach((container, index) => {
    checkContainer(container, `spec.template.spec.containers[${index}]`);
  });
  checkTemplate(service.spec.template);
  checkAnnotations(service);
  checkServiceScaling(service.metadata.annotations ?? {});
  checkVersion(service, current);
}

/**
 * Judges a write and returns what to store.
 * @throws ApiError INVALID_ARGUMENT, ALREADY_EXISTS (a revision name taken), ABORTED (a version conflict) or
 * UNIMPLEMENTED (a feature this emulator does not have).
 */
export function admitService(service: Service, context: WriteContext): Admission {
  const { key, current, nowUs } = context;
  checkService(service, context);
  const traffic = checkTraffic(service.spec.traffic, `${key.service}-${context.projectNumber}`);
  const template = fillTemplate(service.spec.template, {
    service: key.service,
    projectNumber: context.projectNumber,
  });
  const metadata = stampMetadata(service, context);
  const spec = { ...service.spec, template, traffic };
  const object: Service = { ...service, metadata, spec, status: undefined };
  // An empty name is no name.
  const wanted = service.spec.template.metadata?.name || undefined;
  const name = nameToMint(template, wanted, context);
  const revision =
    name === undefined ? undefined : makeRevision(name, { service: object, template, context });
  const minted = current?.minted ?? 0;
  return {
    revision,
    record: {
      key,
      object,
      createdUs: current?.createdUs ?? nowUs,
      writtenUs: nowUs,
      changedUs: nowUs,
      generation: (current?.generation ?? 0) + 1,
      minted: revision === undefined ? minted : minted + 1,
      state: nextState(current, name ?? wanted),
    },
  };
}
