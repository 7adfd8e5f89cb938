/** Cloud Run Admin API v2 over REST. https://cloud.google.com/run/docs/reference/rest */
import { ApiError, invalidArgument, notFound } from '../api/api-error.js';
import type { ApiCall, ApiRoute } from '../api/api-router.js';
import { paginate } from '../api/pagination.js';
import { parseFlag } from '../api/query-flags.js';
import type { AddressBook } from '../resources/addresses.js';
import type { ServiceKey, ServiceRecord } from '../resources/record.js';
import type { OwnedRevision, ServiceOperations, WriteOptions } from '../service-operations.js';
import { nameEnums, numberEnums } from './enums.js';
import { applyFieldMask } from './field-mask.js';
import { inWordsOfV2 } from './field-names.js';
import { checkFieldNames } from './message-fields.js';
import { camelCaseFields } from './proto-json.js';
import { OperationStore, type OperationEnd } from './long-running.js';
import { serviceFromV2 } from './service-from-v2.js';
import { parseServiceBody } from './shapes.js';
import { keepUnseen } from './unseen-fields.js';
import { isReconciling, serviceName, viewRevisionV2, viewServiceV2 } from './view.js';

type Json = Readonly<Record<string, unknown>>;

/** What the routes work with. */
export interface V2Dependencies {
  readonly operations: ServiceOperations;
  readonly book: AddressBook;
  readonly projectOf: (project: string) => string;
  /** Whether a write with an old etag is refused; Cloud Run was seen to ignore it. */
  readonly etagRule: 'ignore' | 'enforce';
}

const isTrue = ({ query }: ApiCall, name: string): boolean => parseFlag(query, name);

/** The longest `:wait` may wait; clients ask again. */
const waitMsMax = 30_000;

/** The v2 API: its routes, and what it wants to hear from the reconciler. */
export class AdminV2 {
  readonly #dependencies: V2Dependencies;
  readonly #services = new OperationStore('google.cloud.run.v2.Service');
  readonly #revisions = new OperationStore('google.cloud.run.v2.Revision');

  constructor(dependencies: V2Dependencies) {
    this.#dependencies = dependencies;
  }

  /** A service was reconciled: ends the operations that waited for it. */
  noteStep(record: ServiceRecord): void {
    if (isReconciling(record)) return;
    this.#services.decide(record.key, record.generation, () => this.#endOf(record));
  }

  /** Every route. */
  routes(): readonly ApiRoute[] {
    const location = '/v2/projects/{project}/locations/{location}';
    return [
      ...this.#serviceRoutes(`${location}/services`),
      ...this.#revisionRoutes(`${location}/services/{name}/revisions`),
      ...this.#operationRoutes(`${location}/operations`),
    ];
  }

  #serviceRoutes(collection: string): readonly ApiRoute[] {
    const one = `${collection}/{name}`;
    const { operations, book } = this.#dependencies;
    return [
      { method: 'POST', pattern: collection, handle: (call) => this.#create(call) },
      {
        method: 'GET',
        pattern: collection,
        handle: (call) => {
          const { project } = this.#keyOf(call);
          const { page, nextPageToken } = paginate(operations.list(project), call.query);
          const services = page.map((record) => viewServiceV2(record, book));
          return encode(call, { services, ...(nextPageToken && { nextPageToken }) });
        },
      },
      {
        method: 'GET',
        pattern: one,
        handle: (call) => encode(call, viewServiceV2(operations.get(this.#keyOf(call)), book)),
      },
      { method: 'PATCH', pattern: one, handle: (call) => this.#update(call) },
      { method: 'DELETE', pattern: one, handle: (call) => this.#delete(call) },
    ];
  }

  #revisionRoutes(collection: string): readonly ApiRoute[] {
    const one = `${collection}/{revision}`;
    const { operations, book } = this.#dependencies;
    const view = ({ owner, revision }: OwnedRevision): Json =>
      viewRevisionV2(revision, owner, book);
    return [
      {
        method: 'GET',
        pattern: collection,
        handle: (call) => {
          const { project, service } = this.#keyOf(call);
          if (service !== '-') operations.get({ project, service });
          const owned = operations.listRevisions(project, service === '-' ? undefined : service);
          const { page, nextPageToken } = paginate(owned, call.query);
          return encode(call, {
            revisions: page.map(view),
            ...(nextPageToken && { nextPageToken }),
          });
        },
      },
      { method: 'GET', pattern: one, handle: (call) => encode(call, view(this.#revision(call))) },
      {
        method: 'DELETE',
        pattern: one,
        handle: async (call) => {
          const found = this.#revision(call);
          const options = { dryRun: isTrue(call, 'validateOnly') };
          const { project } = found.owner.key;
          this.#checkEtag(view(found), call.query.get('etag'));
          await operations.deleteRevision(project, found.revision.name, options);
          const operation = this.#revisions.begin(this.#parentOf(call), () => view(found));
          operation.end({ kind: 'response', resource: view(found) });
          return encode(call, this.#revisions.view(operation));
        },
      },
    ];
  }

  #operationRoutes(collection: string): readonly ApiRoute[] {
    const nameOf = (call: ApiCall): string =>
      `${this.#parentOf(call)}/operations/${call.params['operation'] ?? ''}`;
    const storeOf = (name: string): OperationStore =>
      this.#revisions.has(name) ? this.#revisions : this.#services;
    const one = `${collection}/{operation}`;
    return [
      {
        method: 'GET',
        pattern: collection,
        handle: (call) => {
          const views = [this.#services, this.#revisions].flatMap((store) =>
            store.list(this.#parentOf(call)).map((operation) => store.view(operation)),
          );
          refuseFilter(call);
          const { page, nextPageToken } = paginate(views, call.query);
          return encode(call, { operations: page, ...(nextPageToken && { nextPageToken }) });
        },
      },
      {
        method: 'GET',
        pattern: one,
        handle: (call) => {
          const store = storeOf(nameOf(call));
          return encode(call, store.view(store.get(nameOf(call))));
        },
      },
      {
        method: 'DELETE',
        pattern: one,
        handle: (call) => {
          storeOf(nameOf(call)).delete(nameOf(call));
          return {};
        },
      },
      {
        method: 'POST',
        pattern: `${one}:wait`,
        handle: async (call) => {
          const store = storeOf(nameOf(call));
          return encode(call, store.view(await store.wait(nameOf(call), waitMsOf(call))));
        },
      },
    ];
  }

  #keyOf({ params }: ApiCall): ServiceKey {
    const { book, projectOf } = this.#dependencies;
    const location = params['location'] ?? '';
    if (location === '-') {
      throw invalidArgument("location: '-' is not allowed here; name the region.");
    }
    if (location !== book.region) throw notFound('Location', location);
    return { project: projectOf(params['project'] ?? ''), service: params['name'] ?? '' };
  }

  #parentOf(call: ApiCall): string {
    const { project } = this.#keyOf(call);
    return `projects/${project}/locations/${this.#dependencies.book.region}`;
  }

  #revision(call: ApiCall): OwnedRevision {
    const { project, service } = this.#keyOf(call);
    const name = call.params['revision'] ?? '';
    const found = this.#dependencies.operations.getRevision(project, name);
    if (service !== '-' && found.owner.key.service !== service) throw notFound('Revision', name);
    return found;
  }

  async #create(call: ApiCall): Promise<unknown> {
    const service = call.query.get('serviceId') ?? '';
    if (service === '') throw invalidArgument('serviceId: is required.');
    const key = { ...this.#keyOf(call), service };
    const body = parseServiceBody(readMessage(call));
    const options = optionsOf(call);
    const { operations } = this.#dependencies;
    const record = await inWordsOfV2(() =>
      operations.create(key, serviceFromV2(service, body), options),
    );
    return this.#answerWrite(call, record, options);
  }

  async #update(call: ApiCall): Promise<unknown> {
    const key = this.#keyOf(call);
    const { operations, book } = this.#dependencies;
    const options = optionsOf(call);
    const body = (readMessage(call) ?? {}) as Json;
    const exists = operations.exists(key);
    if (!exists && isTrue(call, 'allowMissing')) {
      const created = serviceFromV2(key.service, parseServiceBody(body));
      const record = await inWordsOfV2(() => operations.create(key, created, options));
      return this.#answerWrite(call, record, options);
    }
    const current = operations.get(key);
    this.#checkEtag(viewServiceV2(current, book), body['etag']);
    const mask = call.query.get('updateMask') ?? call.query.get('update_mask') ?? undefined;
    const view = viewServiceV2(current, book);
    const wanted = parseServiceBody(applyFieldMask(view, body, mask));
    const service = keepUnseen(current.object, {
      before: serviceFromV2(key.service, parseServiceBody(view)),
      after: serviceFromV2(key.service, wanted),
    });
    const record = await inWordsOfV2(() => operations.replace(key, service, options));
    return this.#answerWrite(call, record, options);
  }

  async #delete(call: ApiCall): Promise<unknown> {
    const key = this.#keyOf(call);
    const { operations, book } = this.#dependencies;
    const options = optionsOf(call);
    this.#checkEtag(viewServiceV2(operations.get(key), book), call.query.get('etag'));
    const { record, gone } = await operations.delete(key, options);
    const view = (): Json => viewServiceV2(record, book);
    const operation = this.#services.begin(this.#parentOf(call), view);
    if (options.dryRun) operation.end({ kind: 'response', resource: view() });
    else
      void gone.then(() => {
        operation.end({ kind: 'response', resource: view() });
      });
    return encode(call, this.#services.view(operation));
  }

  #checkEtag(current: Json, etag: unknown): void {
    const { etagRule } = this.#dependencies;
    // divergence: v2-etag
    if (etagRule === 'ignore' || typeof etag !== 'string' || etag === '') return;
    if (current['etag'] === etag) return;
    const name = String(current['name']).split('/').at(-1) ?? '';
    throw new ApiError(
      'ABORTED',
      `Conflict for resource '${name}': etag '${etag}' is not the current one.`,
    );
  }

  #answerWrite(call: ApiCall, written: ServiceRecord, { dryRun }: WriteOptions): unknown {
    const { operations, book } = this.#dependencies;
    const { key } = written;
    const latest = (): Json =>
      viewServiceV2(operations.exists(key) ? operations.get(key) : written, book);
    const operation = this.#services.begin(this.#parentOf(call), latest);
    if (dryRun) {
      operation.end({ kind: 'response', resource: viewServiceV2(written, book) });
      return encode(call, this.#services.view(operation));
    }
    this.#services.watch(operation, written);
    // The answer to a write is always a pending operation, as recorded; it may have been decided already.
    const answer = encode(call, this.#services.viewBegun(operation, viewServiceV2(written, book)));
    if (operations.exists(key)) this.noteStep(operations.get(key));
    return answer;
  }

  #endOf(record: ServiceRecord): OperationEnd {
    const ready = record.state.conditions.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') {
      return { kind: 'response', resource: viewServiceV2(record, this.#dependencies.book) };
    }
    const fallback = `${serviceName(record, this.#dependencies.book)} is not ready.`;
    return { kind: 'error', message: ready?.message ?? fallback };
  }
}

/** A body with its fields and enums by the names this API answers with. */
function readMessage({ body }: ApiCall): unknown {
  const message = camelCaseFields(body);
  checkFieldNames(message);
  return nameEnums(message);
}

function optionsOf(call: ApiCall): WriteOptions {
  return {
    dryRun: isTrue(call, 'validateOnly'),
    forceNewRevision: isTrue(call, 'forceNewRevision'),
  };
}

/** A list that passed over a filter would hold what was not asked for. */
function refuseFilter({ query }: ApiCall): void {
  if ((query.get('filter') ?? '') === '') return;
  throw new ApiError('UNIMPLEMENTED', 'filter is not supported by cloud-run-local.');
}

function waitMsOf({ body }: ApiCall): number {
  const { timeout } = (body ?? {}) as { timeout?: unknown };
  if (timeout === undefined || timeout === null) return waitMsMax;
  const seconds = typeof timeout === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(timeout)?.[1] : undefined;
  if (seconds === undefined) {
    throw invalidArgument(`timeout: ${JSON.stringify(timeout)} must be seconds, such as "30s".`);
  }
  return Math.min(Number(seconds) * 1000, waitMsMax);
}

/** Google's clients ask for enums as numbers. */
function encode({ query }: ApiCall, answer: unknown): unknown {
  const alt = query.get('$alt') ?? query.get('alt') ?? '';
  return alt.includes('enum-encoding=int') ? numberEnums(answer) : answer;
}
