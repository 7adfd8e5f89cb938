/**
 * Makes what is true of what was asked for. A write wakes the reconciler of its service; it starts new
 * revisions, derives the status (`resources/status.ts` decides) and hands the split to the front door.
 *
 * Nothing here waits for a start: a pending revision wakes the reconciler again when its outcome is known,
 * so a rollback is served while a later deployment is still starting.
 */
import type { RouteTable } from './front-door/route-table.js';
import type { Fleet } from './instances/fleet.js';
import { MissingSecretError } from './instances/command.js';
import type { ImageFinder, RunnableImage } from './instances/runnable-image.js';
import { formatTimestamp, type MicrosecondClock } from './clock.js';
import type { Logger } from './logging/log.js';
import { startFailureMessage } from './resources/failure-message.js';
import {
  keyOf,
  type RevisionPhase,
  type RevisionRecord,
  type ServiceKey,
  type ServiceRecord,
} from './resources/record.js';
import { deriveState, reachableRevisions, shareOf } from './resources/status.js';
import { canonicalJson } from './resources/structural-equality.js';
import type { ResourceStore } from './resources/store.js';

/** What the reconciler works with. */
export interface ReconcilerDependencies {
  readonly store: ResourceStore;
  readonly fleet: Fleet;
  readonly images: ImageFinder;
  readonly routes: RouteTable;
  readonly clock: MicrosecondClock;
  readonly log: Logger;
}

/** How the start of a revision went. */
interface Deployment {
  readonly phase: RevisionPhase;
  readonly imageDigest: string | undefined;
}

/** Reconciles services, each one step at a time. */
export class Reconciler {
  readonly #dependencies: ReconcilerDependencies;
  readonly #deploying = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  /** Told after every step of a service. */
  onStep: (key: ServiceKey) => void = () => undefined;
  #stopped = false;

  constructor(dependencies: ReconcilerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Something about a service changed; resolves when one step over the newest state is done. */
  wake(key: ServiceKey): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const id = keyOf(key);
    const earlier = this.#running.get(id) ?? Promise.resolve();
    const step = earlier
      .then(() => this.#step(key))
      .catch((error: unknown) => {
        const message = `Reconciling ${id} failed: ${error instanceof Error ? error.message : String(error)}`;
        this.#dependencies.log({ severity: 'ERROR', log: 'emulator', message });
      });
    this.#running.set(id, step);
    return step;
  }

  /** No further steps are taken. */
  stop(): void {
    this.#stopped = true;
  }

  async #step(key: ServiceKey): Promise<void> {
    const { store } = this.#dependencies;
    const before = store.service(key);
    if (before === undefined) return;
    const revisions = store.revisions(key);
    for (const revision of revisions.values()) {
      if (revision.phase.kind === 'pending') this.#beginDeployment(key, revision);
    }
    const preview = deriveState(before, revisions, '');
    await this.#openReachable(
      key,
      preview.traffic.map(({ revisionName }) => revisionName ?? ''),
    );
    const record = store.service(key);
    if (record === undefined) return;
    await this.#apply(record);
  }

  /** A revision that gets requests after a restart, or after it was retired, needs a pool again. */
  async #openReachable(key: ServiceKey, names: readonly string[]): Promise<void> {
    const { store, fleet, images } = this.#dependencies;
    for (const name of new Set(names)) {
      const revision = store.revisions(key).get(name);
      if (revision === undefined || fleet.find(key, name) !== undefined) continue;
      const image = await images(imageOf(revision));
      if (image !== undefined) fleet.open(key, revision, image);
    }
  }

  async #apply(record: ServiceRecord): Promise<void> {
    const { store, fleet, routes, clock } = this.#dependencies;
    const { key } = record;
    const timeUs = clock();
    const state = deriveState(record, store.revisions(key), formatTimestamp(timeUs));
    const reachable = reachableRevisions(state.traffic);
    for (const revision of store.revisions(key).values()) {
      fleet.limit(key, revision, {
        reachable: reachable.has(revision.name),
        share: shareOf(revision.name, state.traffic),
        serviceAnnotations: record.object.metadata.annotations ?? {},
      });
    }
    // divergence: speed
    routes.set(key, state.traffic);
    if (canonicalJson(state) !== canonicalJson(record.state)) {
      store.putService({ ...record, state, changedUs: timeUs });
      await store.flush(key);
    }
    this.onStep(key);
  }

  #beginDeployment(key: ServiceKey, revision: RevisionRecord): void {
    const id = `${keyOf(key)}/${revision.name}`;
    if (this.#deploying.has(id)) return;
    this.#deploying.add(id);
    void this.#deploy(key, revision)
      .catch((error: unknown) => this.#giveUp(key, revision, error))
      .then(({ phase, imageDigest }) => {
        const { store, clock, fleet } = this.#dependencies;
        // It may have been deleted while it started.
        if (!store.revisions(key).has(revision.name)) return fleet.close(key, revision.name);
        store.putRevision(key, { ...revision, phase, imageDigest, changedUs: clock() });
        return store.flush(key);
      })
      .catch((error: unknown) => {
        const message = `Deploying ${id} failed: ${error instanceof Error ? error.message : String(error)}`;
        this.#dependencies.log({ severity: 'ERROR', log: 'emulator', message });
      })
      .finally(() => {
        this.#deploying.delete(id);
        void this.wake(key);
      });
  }

  /** Whatever went wrong, trying again at once would go wrong again: the revision has failed, and says why. */
  async #giveUp(key: ServiceKey, revision: RevisionRecord, error: unknown): Promise<Deployment> {
    const message = error instanceof Error ? error.message : String(error);
    await this.#dependencies.fleet.close(key, revision.name);
    return { phase: this.#failed('RevisionFailed', message, 0), imageDigest: undefined };
  }

  async #deploy(key: ServiceKey, revision: RevisionRecord): Promise<Deployment> {
    const { images } = this.#dependencies;
    const startedMs = performance.now();
    const image = await images(imageOf(revision));
    const importMs = performance.now() - startedMs;
    if (image === undefined) {
      const message = `Image '${imageOf(revision)}' not found.`;
      const phase = this.#failed('ContainerMissing', message, importMs);
      return { phase, imageDigest: undefined };
    }
    const phase = await this.#startFirst(key, revision, { image, importMs });
    return { phase, imageDigest: image.digestReference };
  }

  async #startFirst(
    key: ServiceKey,
    revision: RevisionRecord,
    { image, importMs }: { image: RunnableImage; importMs: number },
  ): Promise<RevisionPhase> {
    const { fleet, clock } = this.#dependencies;
    try {
      const { pool } = fleet.open(key, revision, image);
      const outcome = await pool.start();
      if (outcome.kind === 'ready') {
        const times = { importMs, healthyMs: outcome.startupMs };
        return { kind: 'ready', timeUs: clock(), times };
      }
    } catch (error) {
      if (!(error instanceof MissingSecretError)) throw error;
      return this.#failed('SecretsAccessCheckFailed', error.message, importMs);
    }
    await fleet.close(key, revision.name);
    return this.#failed('HealthCheckContainerError', startFailureMessage(revision), importMs);
  }

  #failed(reason: string, message: string, importMs: number): RevisionPhase {
    const { clock } = this.#dependencies;
    return { kind: 'failed', timeUs: clock(), reason, message, times: { importMs, healthyMs: 0 } };
  }
}

function imageOf(revision: RevisionRecord): string {
  return revision.object.spec.containers[0]?.image ?? '';
}
