/**
 * The verbs on services and revisions, common to both APIs: check, store, flush to disk, wake the reconciler.
 */
import type { Service } from '@ascent/knative';
import { ApiError, notFound } from './api/api-error.js';
import type { MicrosecondClock } from './clock.js';
import type { RouteTable } from './front-door/route-table.js';
import type { Fleet } from './instances/fleet.js';
import type { Reconciler } from './reconciler.js';
import { admitService } from './resources/admission.js';
import type { RevisionRecord, ServiceKey, ServiceRecord } from './resources/record.js';
import { neededRevisions } from './resources/status.js';
import type { ResourceStore } from './resources/store.js';
import { projectNumber, type Settings } from './settings.js';

/** What the verbs work with. */
export interface OperationDependencies {
  readonly settings: Settings;
  readonly store: ResourceStore;
  readonly reconciler: Reconciler;
  readonly fleet: Fleet;
  readonly routes: RouteTable;
  readonly clock: MicrosecondClock;
}

/** How a write is done. */
export interface WriteOptions {
  /** Check only, store nothing. */
  readonly dryRun: boolean;
  /** Mint a revision even if the template is unchanged. */
  readonly forceNewRevision?: boolean;
}

/** Revisions a service may have. https://cloud.google.com/run/quotas */
const revisionsMax = 1000;

/** The verbs. */
export class ServiceOperations {
  readonly #dependencies: OperationDependencies;

  constructor(dependencies: OperationDependencies) {
    this.#dependencies = dependencies;
  }

  exists(key: ServiceKey): boolean {
    return this.#dependencies.store.service(key) !== undefined;
  }

  /** @throws ApiError NOT_FOUND */
  get(key: ServiceKey): ServiceRecord {
    const record = this.#dependencies.store.service(key);
    if (record === undefined) throw notFound('Service', key.service);
    return record;
  }

  list(project: string): readonly ServiceRecord[] {
    return this.#dependencies.store.services(project);
  }

  /** @throws ApiError ALREADY_EXISTS, or any of admission's */
  async create(key: ServiceKey, service: Service, options: WriteOptions): Promise<ServiceRecord> {
    if (this.#dependencies.store.service(key) !== undefined) {
      throw new ApiError('ALREADY_EXISTS', `Resource '${key.service}' already exists.`);
    }
    return this.#write(key, service, options);
  }

  /** @throws ApiError NOT_FOUND, ABORTED, or any of admission's */
  async replace(key: ServiceKey, service: Service, options: WriteOptions): Promise<ServiceRecord> {
    this.get(key);
    return this.#write(key, service, options);
  }

  /**
   * Deletes a service: it is not served from now on, and `gone` resolves when its last instance has ended.
   * @throws ApiError NOT_FOUND
   */
  async delete(
    key: ServiceKey,
    options: WriteOptions,
  ): Promise<{ record: ServiceRecord; gone: Promise<unknown> }> {
    const record = this.get(key);
    if (options.dryRun) return { record, gone: Promise.resolve() };
    const { store, fleet, routes } = this.#dependencies;
    const revisions = [...store.revisions(key).keys()];
    // divergence: deletion
    routes.remove(key);
    store.removeService(key);
    await store.flush(key);
    const gone = Promise.all(revisions.map((revision) => fleet.close(key, revision)));
    return { record, gone };
  }

  /** The revisions of one service, or of all of a project, newest first. */
  listRevisions(project: string, service?: string): readonly OwnedRevision[] {
    const { store } = this.#dependencies;
    return store
      .services(project)
      .filter(({ key }) => service === undefined || key.service === service)
      .flatMap((owner) =>
        [...store.revisions(owner.key).values()].map((revision) => ({ owner, revision })),
      )
      .sort((a, b) => b.revision.createdUs - a.revision.createdUs);
  }

  /** @throws ApiError NOT_FOUND */
  getRevision(project: string, name: string): OwnedRevision {
    const found = this.listRevisions(project).find(({ revision }) => revision.name === name);
    if (found === undefined) throw notFound('Revision', name);
    return found;
  }

  /** @throws ApiError NOT_FOUND, or FAILED_PRECONDITION for a revision that is in use */
  async deleteRevision(
    project: string,
    name: string,
    options: WriteOptions,
  ): Promise<OwnedRevision> {
    const found = this.getRevision(project, name);
    const { key } = found.owner;
    if (neededRevisions(found.owner).has(name)) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        `Revision '${name}' cannot be deleted: it is the latest or has traffic. Move its traffic and tags away first.`,
      );
    }
    if (options.dryRun) return found;
    const { store, fleet } = this.#dependencies;
    store.removeRevision(key, name);
    await store.flush(key);
    void fleet.close(key, name);
    return found;
  }

  /** Beyond the limit the oldest revisions that nobody can reach go. */
  #retainRevisions(record: ServiceRecord): void {
    const { key } = record;
    const { store, fleet } = this.#dependencies;
    const revisions = store.revisions(key);
    const kept = neededRevisions(record);
    for (const name of revisions.keys()) {
      if (revisions.size <= revisionsMax) return;
      if (kept.has(name)) continue;
      store.removeRevision(key, name);
      void fleet.close(key, name);
    }
  }

  /** Instances, metrics and addresses know a revision by its project and name alone, here as on Cloud Run. */
  #refuseTaken({ project, service }: ServiceKey, name: string): void {
    const owned = this.listRevisions(project).find(({ revision }) => revision.name === name);
    if (owned === undefined || owned.owner.key.service === service) return;
    throw new ApiError(
      'ALREADY_EXISTS',
      `Revision named '${name}' already exists: it belongs to service '${owned.owner.key.service}'. Choose another name.`,
    );
  }

  async #write(key: ServiceKey, service: Service, options: WriteOptions): Promise<ServiceRecord> {
    const { store, settings, clock, reconciler } = this.#dependencies;
    const { record, revision } = admitService(service, {
      key,
      projectNumber: projectNumber(key.project),
      region: settings.region,
      nowUs: clock(),
      current: store.service(key),
      revisions: store.revisions(key),
      forceNewRevision: options.forceNewRevision ?? false,
    });
    if (revision !== undefined) this.#refuseTaken(key, revision.name);
    if (options.dryRun) return record;
    // Between admission and these lines nothing is awaited: the version check and the write are one step.
    store.putService(record);
    if (revision !== undefined) store.putRevision(key, revision);
    this.#retainRevisions(record);
    try {
      await store.flush(key);
    } finally {
      // What could not be put on disk is kept in memory all the same, so it must also be served: an answer of 500 leaves
      // open whether the write took effect, but what is asked for and what is served may not drift apart.
      void reconciler.wake(key);
    }
    return record;
  }
}

/** A revision and the service it belongs to. */
export interface OwnedRevision {
  readonly owner: ServiceRecord;
  readonly revision: RevisionRecord;
}
