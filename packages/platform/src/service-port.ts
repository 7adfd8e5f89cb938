/**
 * Reads and compare-and-sets one Knative Service: Cloud Run, Knative on Kubernetes, and cloud-run-local, by one code.
 *
 * A write is refused by the platform when the service has moved on since it was read (`metadata.resourceVersion`).
 * A write without a clear answer may have taken effect; only the service itself can tell, so it is read again.
 */
import {
  AscentError,
  RECORD_ANNOTATION,
  type Readiness,
  type ServiceChange,
  type ServicePort,
  type ServiceView,
  type WriteOutcome,
} from '@ascent/core';
import {
  createApiClient,
  isTransient,
  type Answer,
  type ApiClient,
  type Fetch,
  type Slow,
} from './api-client.js';
import { apiError, isNameTaken } from './api-error.js';
import { annotationNames } from '@ascent/knative';
import type { TokenSource } from './access-token.js';
import { authorizer, fetchFor } from './connection.js';
import { apiAddress, type ApiAddress, type PlatformTarget } from './platform-target.js';
import { checkNamedRevisions } from './named-revisions.js';
import { changedService } from './service-change.js';
import { parseRevisionConditions, parseService, type ServiceObject } from './service-object.js';
import {
  readinessFromRevision,
  readinessFromService,
  serviceView,
  wantedTraffic,
} from './service-view.js';

/** What a service port needs. */
export type ServicePortOptions = {
  readonly platform: PlatformTarget;
  /** @default Node's own */
  readonly fetch?: Fetch;
  /** How long one read, or one write, may take. @default 30000 */
  readonly deadlineMs?: number;
  /** Bearer token for Cloud Run. @default Application Default Credentials, and none over plain http */
  readonly token?: TokenSource;
  /** Who is told what is being waited for, until the first answer. @default nobody */
  readonly slow?: Slow | undefined;
};

const DEADLINE_MS = 30_000;

/** Creates the port of one service. Nothing is asked until it is used. */
export function createServicePort(options: ServicePortOptions): Required<ServicePort> {
  const { platform } = options;
  const address = apiAddress(platform);
  const api = createApiClient({
    fetch: options.fetch ?? fetchFor(platform),
    authorize: authorizer(platform, options.token),
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    slow: options.slow && {
      ...options.slow,
      tell: (reason) => options.slow?.tell(`${address.place} (${reason})`),
    },
  });
  const objects = new WeakMap<ServiceView, ServiceObject>();

  const read = async (): Promise<ServiceView> => {
    const object = await readObject(api, address);
    const view = serviceView(platform.service, object, await readiness(api, address, object));
    objects.set(view, object);
    return view;
  };

  const replace = async (view: ServiceView, change: ServiceChange): Promise<WriteOutcome> => {
    // A view that was copied has lost its object; the service itself still has it, unless it moved on.
    const object = objects.get(view) ?? (await readObject(api, address));
    if (object.metadata.resourceVersion !== view.resourceVersion) return 'conflict';
    await checkNamedRevisions({ api, address }, object, change);
    const body = JSON.stringify(changedService(object, change, address));
    const answer = await api.send({ method: 'PUT', url: address.servicesUrl, body });
    if (isWritten(answer)) return 'written';
    if (isUnclear(answer)) return confirmed(api, address, { change, answer });
    if (answer.type === 'answer' && answer.status === 409 && !isLasting(object, answer)) {
      return 'conflict';
    }
    throw apiError(address, 'write', answer);
  };

  const rehearse = async (): Promise<{ readonly minInstances: number }> => {
    const object = await readObject(api, address);
    // Kubernetes knows `All` alone, Cloud Run documents `all`.
    const query = platform.type === 'kubernetes' ? 'dryRun=All' : 'dryRun=all';
    const url = `${address.servicesUrl}?${query}`;
    const record = object.metadata.annotations?.[RECORD_ANNOTATION] ?? '';
    const body = JSON.stringify(changedService(object, { record, traffic: null }, address));
    const answer = await api.send({ method: 'PUT', url, body });
    if (!isWritten(answer)) throw apiError(address, 'write', answer);
    return { minInstances: minInstances(object) };
  };

  return { read, replace, rehearse };
}

/** The least number of instances of the newest template, or of the service where that is more. */
function minInstances({ metadata, spec }: ServiceObject): number {
  const texts = [
    spec.template.metadata?.annotations?.[annotationNames.minScale],
    metadata.annotations?.[annotationNames.serviceMinScale],
  ];
  return Math.max(0, ...texts.map((text) => Number(text ?? 0)).filter(Number.isInteger));
}

async function readObject(api: ApiClient, address: ApiAddress): Promise<ServiceObject> {
  const answer = await api.get(address.servicesUrl);
  if (answer.type === 'silence' || answer.status !== 200) throw apiError(address, 'read', answer);
  const parsed = parseService(answer.json);
  if ('object' in parsed) return parsed.object;
  throw new AscentError(
    'ASC_PLATFORM_UNAVAILABLE',
    `${address.place} answered, but not with a Knative Service (${parsed.fault}). ` +
      'Check the address of the platform; nothing was changed.',
  );
}

async function readiness(
  api: ApiClient,
  address: ApiAddress,
  object: ServiceObject,
): Promise<Readiness> {
  const known = readinessFromService(object);
  if (known.type !== 'ask') return known;
  const answer = await api.get(`${address.revisionsUrl}/${encodeURIComponent(known.revision)}`);
  if (answer.type === 'answer' && answer.status === 404) {
    // Named by the Service before it can be read, or deleted since: the next read knows.
    return { type: 'starting', message: `revision ${known.revision} cannot be read yet` };
  }
  if (answer.type === 'silence' || answer.status !== 200) throw apiError(address, 'read', answer);
  const conditions = parseRevisionConditions(answer.json);
  if (conditions === null) throw apiError(address, 'read', answer);
  return readinessFromRevision(conditions);
}

function isWritten(answer: Answer): boolean {
  return (
    answer.type === 'answer' &&
    answer.status >= 200 &&
    answer.status < 300 &&
    'object' in parseService(answer.json)
  );
}

/** Silence, 429, 5xx, or a 2xx or 3xx that the API itself would not send. */
function isUnclear(answer: Answer): boolean {
  return isTransient(answer) || (answer.type === 'answer' && answer.status < 400);
}

/**
 * A 409 is a conflict, unless it says that our pinned revision name belongs to another template and the status we took
 * the name from was up to date: reading again would give the same.
 */
function isLasting(object: ServiceObject, answer: Extract<Answer, { type: 'answer' }>): boolean {
  return isNameTaken(answer) && object.status?.observedGeneration === object.metadata.generation;
}

/** Whether a write without a clear answer took effect. */
async function confirmed(
  api: ApiClient,
  address: ApiAddress,
  { change, answer }: { readonly change: ServiceChange; readonly answer: Answer },
): Promise<WriteOutcome> {
  const object = await readObject(api, address);
  const recordIsOurs = object.metadata.annotations?.[RECORD_ANNOTATION] === change.record;
  const trafficIsOurs =
    change.traffic === null ||
    JSON.stringify(canonical(change.traffic)) === JSON.stringify(canonical(wantedTraffic(object)));
  if (recordIsOurs && trafficIsOurs) return 'written';
  throw apiError(address, 'write', answer);
}

/** The platform may reorder targets. */
function canonical(traffic: ServiceView['traffic']): readonly string[] {
  return traffic
    .map(({ revision, percent, tag }) => JSON.stringify([revision, percent, tag]))
    .toSorted();
}
