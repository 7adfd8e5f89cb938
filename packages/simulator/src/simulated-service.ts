/**
 * A Cloud Run service that exists only in memory: compare-and-set writes, traffic that is served some time after it was
 * asked for, and revisions that start late or never. It is what the real platforms promise, and nothing more.
 */
import {
  sharesByRevision,
  type Readiness,
  type ServiceView,
  type TrafficTarget,
} from '@ascent/core';

/** The service's name in every simulation. */
export const SERVICE = 'web';

/** A revision, and when its fate is known. */
export type RevisionPlan = {
  readonly name: string;
  readonly createdMs: number;
  /** When it is ready, or has failed. */
  readonly decidedMs: number;
  readonly starts: boolean;
};

/** What a write asks for. `record: null` leaves the annotation alone, as the console and Terraform do. */
export type ServiceWrite = {
  readonly by: string;
  readonly record: string | null;
  readonly traffic: readonly TrafficTarget[] | null;
};

/** The part of a service that rules look at. */
export type ServiceState = {
  readonly version: number;
  readonly record: string | null;
  readonly traffic: readonly TrafficTarget[];
  readonly lastModifier: string;
};

/** Called after every write that took effect, before anybody can see it. */
export type WriteWatcher = (before: ServiceState, after: ServiceState) => void;

/** One service. */
export class SimulatedService {
  readonly #watch: WriteWatcher;
  readonly #revisions: RevisionPlan[] = [];
  readonly #gone = new Set<string>();
  #state: ServiceState;
  #served: readonly TrafficTarget[];
  #servedFromMs: number;
  #lastView: ServiceView | null = null;

  constructor(first: RevisionPlan, watch: WriteWatcher = () => undefined) {
    this.#watch = watch;
    this.#revisions.push(first);
    const traffic = [{ revision: first.name, percent: 100, tag: null }];
    this.#state = { version: 1, record: null, traffic, lastModifier: 'deploy' };
    this.#served = traffic;
    this.#servedFromMs = first.createdMs;
  }

  /** The state as the last write left it. */
  get state(): ServiceState {
    return this.#state;
  }

  /** A new revision, which gets no traffic by itself. */
  deploy(revision: RevisionPlan): void {
    this.#revisions.push(revision);
    this.#bump({ lastModifier: 'deploy' });
  }

  /** Writes if nobody wrote since `version` (`null` writes anyway, as people's tools do). `settleMs` later it is served. */
  write(
    version: number | null,
    { by, record, traffic }: ServiceWrite,
    time: { readonly nowMs: number; readonly settleMs: number },
  ): 'written' | 'conflict' {
    if (version !== null && version !== this.#state.version) return 'conflict';
    if (traffic !== null) {
      this.#served = this.served(time.nowMs);
      this.#servedFromMs = time.nowMs + time.settleMs;
    }
    this.#bump({
      lastModifier: by,
      ...(record === null ? {} : { record }),
      ...(traffic === null ? {} : { traffic }),
    });
    return 'written';
  }

  /** Somebody deletes a revision; the traffic goes on naming it. */
  remove(revision: string): void {
    this.#gone.add(revision);
    this.#bump({ lastModifier: 'console' });
  }

  /** Revisions that were deleted. */
  get gone(): ReadonlySet<string> {
    return this.#gone;
  }

  /** Everything that was deleted is deployed again under its name. */
  restore(): void {
    this.#gone.clear();
    this.#bump({ lastModifier: 'deploy' });
  }

  /** The targets that users reach now. */
  served(nowMs: number): readonly TrafficTarget[] {
    return nowMs >= this.#servedFromMs ? this.#state.traffic : this.#served;
  }

  /** When the traffic asked for last is served. */
  get servedFromMs(): number {
    return this.#servedFromMs;
  }

  /** Percent of users per revision; LATEST is the newest revision that is ready. */
  shares(nowMs: number): ReadonlyMap<string, number> {
    const shares = new Map<string, number>();
    for (const [name, percent] of sharesByRevision(this.served(nowMs))) {
      const revision = name === 'LATEST' ? (this.#latestReady(nowMs)?.name ?? name) : name;
      shares.set(revision, (shares.get(revision) ?? 0) + percent);
    }
    return shares;
  }

  /** What the platform's API answers: the same object while the answer is the same. */
  view(nowMs: number): ServiceView {
    const created = this.#revisions.at(-1);
    const latestReady = this.#latestReady(nowMs)?.name ?? null;
    const latestReadiness = readiness(created, nowMs);
    const resourceVersion = String(this.#state.version);
    const settled = nowMs >= this.#servedFromMs;
    const last = this.#lastView;
    const isSame =
      last?.resourceVersion === resourceVersion &&
      last.settled === settled &&
      last.latestReady === latestReady &&
      last.latestReadiness.type === latestReadiness.type;
    if (isSame) return last;
    const missing = this.#state.traffic.flatMap(({ revision }) =>
      revision !== null && this.#gone.has(revision) ? [revision] : [],
    );
    this.#lastView = {
      service: SERVICE,
      resourceVersion,
      record: this.#state.record,
      traffic: this.#state.traffic,
      served: this.served(nowMs).map((target) => ({
        ...target,
        url: target.tag === null ? null : `https://${target.tag}---${SERVICE}.test`,
      })),
      settled,
      // A platform that is still at work has not looked yet for what the traffic names.
      missing: settled ? missing : [],
      routed: settled && missing.length === 0,
      latestCreated: created?.name ?? null,
      latestReady,
      latestReadiness,
      url: `https://${SERVICE}.test`,
      sessionAffinity: false,
      lastModifier: this.#state.lastModifier,
    };
    return this.#lastView;
  }

  #latestReady(nowMs: number): RevisionPlan | undefined {
    return this.#revisions.findLast(({ starts, decidedMs }) => starts && nowMs >= decidedMs);
  }

  #bump(change: Partial<ServiceState>): void {
    const before = this.#state;
    this.#state = { ...before, ...change, version: before.version + 1 };
    this.#watch(before, this.#state);
  }
}

function readiness(revision: RevisionPlan | undefined, nowMs: number): Readiness {
  if (revision === undefined || nowMs < revision.decidedMs) {
    return { type: 'starting', message: 'the container is starting' };
  }
  return revision.starts
    ? { type: 'ready' }
    : { type: 'failed', message: 'the container exited with status 1' };
}
