/**
 * The instances of one revision, and the requests that wait for one.
 *
 * `tryAcquire` is the fast way and allocates nothing; only a request that finds no place joins the queue.
 * The queue is served in order, as places come free or instances become ready.
 */
import { CrashBackoff } from './crash-backoff.js';
import type { ProcessExit } from './instance-process.js';
import type { Instance, StartOutcome } from './instance.js';
import { desiredInstances } from './scaling.js';

/** The bounds of a revision. */
export interface PoolLimits {
  readonly concurrency: number;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly idleTimeoutMs: number;
  /** How long a request waits for a place at least. */
  readonly queueWaitMs: number;
}

/** What the pool reports. */
export interface PoolEvents {
  readonly onStarted: (instance: Instance, outcome: StartOutcome) => void;
  readonly onExited: (instance: Instance, exit: ProcessExit) => void;
  /** There is no instance: not even its process could be made. */
  readonly onLaunchFailed: (error: unknown) => void;
}

/** Thrown when a request waited as long as Cloud Run lets it wait. */
export class NoInstanceError extends Error {
  constructor() {
    super('The request was aborted because there was no available instance.');
    this.name = 'NoInstanceError';
  }
}

/** Thrown when the instance a request waited for could not start. */
export class InstanceStartError extends Error {
  constructor() {
    super('The request failed because the instance could not start successfully.');
    this.name = 'InstanceStartError';
  }
}

interface Waiter {
  readonly admit: (instance: Instance) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * A request waits for this many average startups, when that is longer than the least wait.
 * https://cloud.google.com/run/docs/about-instance-autoscaling
 */
const queueWaitStartups = 3.5;
/** How often `tick` is called. */
export const poolTickMs = 1000;
/** Over how long the average load is taken. */
const averagingMs = 60_000;

/** The instances of one revision. */
export class RevisionPool {
  readonly #instances = new Set<Instance>();
  readonly #ready: Instance[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #launch: () => Promise<Instance>;
  readonly #events: PoolEvents;
  #limits: PoolLimits;
  #launching = 0;
  #inFlight = 0;
  #averageInFlight = 0;
  #startupMsTotal = 0;
  #startups = 0;
  readonly #backoff = new CrashBackoff();
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    limits: PoolLimits,
    { launch, events }: { launch: () => Promise<Instance>; events: PoolEvents },
  ) {
    this.#limits = limits;
    this.#launch = launch;
    this.#events = events;
  }

  /** Every instance that lives, in any state. */
  get instances(): ReadonlySet<Instance> {
    return this.#instances;
  }

  /** Changes the bounds; instances are started or left to idle out accordingly. */
  setLimits(limits: PoolLimits): void {
    this.#limits = limits;
    this.#scaleOut();
  }

  /** Starts an instance and says how it went: the check every deployment makes. */
  async start(): Promise<StartOutcome> {
    const instance = await this.#launchOne();
    return instance === undefined ? { kind: 'failed', exit: undefined } : instance.started;
  }

  /** A place on a ready instance, the one with the fewest requests; undefined when all are full. */
  tryAcquire(): Instance | undefined {
    let best: Instance | undefined;
    for (const instance of this.#ready) {
      if (!instance.receiving) continue;
      if (best === undefined || instance.inFlight < best.inFlight) best = instance;
    }
    if (best === undefined || best.inFlight >= this.#limits.concurrency) return undefined;
    this.#occupy(best);
    return best;
  }

  /** A place on the ready instance whose id begins so, if it has one: what session affinity asks for. */
  tryAcquireById(idPrefix: string): Instance | undefined {
    const instance = this.#ready.find(({ id }) => id.startsWith(idPrefix));
    if (instance?.receiving !== true || instance.inFlight >= this.#limits.concurrency) {
      return undefined;
    }
    this.#occupy(instance);
    return instance;
  }

  /** A place on an instance, waiting for one if need be. */
  acquire(): Promise<Instance> {
    const instance = this.tryAcquire();
    if (instance !== undefined) return Promise.resolve(instance);
    if (this.#closed) return Promise.reject(new NoInstanceError());
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        admit: (admitted) => {
          clearTimeout(timer);
          resolve(admitted);
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        const index = this.#waiters.indexOf(waiter);
        if (index >= 0) this.#waiters.splice(index, 1);
        reject(new NoInstanceError());
      }, this.#queueWaitMs());
      this.#waiters.push(waiter);
      this.#scaleOut();
    });
  }

  /** Gives a place back. */
  release(instance: Instance): void {
    this.#inFlight -= 1;
    instance.vacate();
    if (this.#waiters.length > 0) this.#serveWaiters();
  }

  /** Gives a place back on an instance nobody listens on any more; it is ended, and no longer chosen. */
  discard(instance: Instance): void {
    this.#removeReady(instance);
    instance.kill();
    this.release(instance);
  }

  /** Ends every instance, each after its last request; resolves when all are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(new NoInstanceError());
    for (const instance of this.#instances) this.#retire(instance);
    await Promise.all([...this.#instances].map((instance) => instance.exited));
  }

  #occupy(instance: Instance): void {
    instance.occupy();
    this.#inFlight += 1;
  }

  #queueWaitMs(): number {
    const average = this.#startups === 0 ? 0 : this.#startupMsTotal / this.#startups;
    return Math.max(this.#limits.queueWaitMs, queueWaitStartups * average);
  }

  #serveWaiters(): void {
    while (this.#waiters.length > 0) {
      const instance = this.tryAcquire();
      if (instance === undefined) return;
      this.#waiters.shift()?.admit(instance);
    }
  }

  #desired(): number {
    return desiredInstances({
      inFlight: this.#inFlight,
      queued: this.#waiters.length,
      averageInFlight: this.#averageInFlight,
      concurrency: this.#limits.concurrency,
      minInstances: this.#limits.minInstances,
      maxInstances: this.#limits.maxInstances,
    });
  }

  #living(): number {
    let living = this.#launching;
    for (const { state } of this.#instances) {
      if (state === 'starting' || state === 'ready') living += 1;
    }
    return living;
  }

  #scaleOut(): void {
    if (this.#closed) return;
    const missing = this.#desired() - this.#living();
    if (missing <= 0) return;
    const waitMs = this.#backoff.waitMs(performance.now());
    if (waitMs > 0) {
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        this.#scaleOut();
      }, waitMs).unref();
      return;
    }
    for (let count = 0; count < missing; count += 1) void this.#launchOne();
  }

  /** Undefined where it failed; whoever waits knows, and the next try keeps the distance of a crash. */
  async #launchOne(): Promise<Instance | undefined> {
    this.#launching += 1;
    let instance: Instance;
    try {
      instance = await this.#launch();
    } catch (error) {
      this.#events.onLaunchFailed(error);
      this.#refuseWaiters();
      this.#backoff.noteEnd(0, performance.now());
      return undefined;
    } finally {
      this.#launching -= 1;
    }
    this.#instances.add(instance);
    void instance.started.then((outcome) => {
      this.#noteStarted(instance, outcome);
    });
    void instance.exited.then((exit) => {
      this.#noteExited(instance, exit);
    });
    if (this.#closed) instance.drain();
    return instance;
  }

  #noteStarted(instance: Instance, outcome: StartOutcome): void {
    this.#events.onStarted(instance, outcome);
    if (outcome.kind === 'failed') {
      this.#refuseWaiters();
      return;
    }
    this.#startups += 1;
    this.#startupMsTotal += outcome.startupMs;
    instance.lastUsedMs = performance.now();
    // It may have ended, or been told to, between the probe and now.
    if (instance.state !== 'ready') return;
    this.#ready.push(instance);
    this.#serveWaiters();
  }

  /** A start has failed: who waits is told so, unless a ready instance will come free. */
  #refuseWaiters(): void {
    if (this.#ready.length > 0) return;
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(new InstanceStartError());
  }

  #noteExited(instance: Instance, exit: ProcessExit): void {
    this.#instances.delete(instance);
    this.#removeReady(instance);
    this.#events.onExited(instance, exit);
    if (this.#closed) return;
    // One that was told to end has not crashed.
    const nowMs = performance.now();
    if (!instance.retired) this.#backoff.noteEnd(nowMs - instance.startedMs, nowMs);
    this.#scaleOut();
  }

  #removeReady(instance: Instance): void {
    const index = this.#ready.indexOf(instance);
    if (index >= 0) this.#ready.splice(index, 1);
  }

  #retire(instance: Instance): void {
    this.#removeReady(instance);
    instance.drain();
  }

  /** To be called once a second: keeps the average, and scales on it. */
  tick(): void {
    const weight = poolTickMs / averagingMs;
    this.#averageInFlight += (this.#inFlight - this.#averageInFlight) * weight;
    if (this.#averageInFlight < 0.01) this.#averageInFlight = 0;
    this.#scaleOut();
    this.#scaleIn();
  }

  #scaleIn(): void {
    const idleSinceMs = performance.now() - this.#limits.idleTimeoutMs;
    let surplus = this.#ready.length - this.#desired();
    for (const instance of [...this.#ready]) {
      if (surplus <= 0) return;
      if (instance.inFlight > 0 || instance.lastUsedMs > idleSinceMs) continue;
      this.#retire(instance);
      surplus -= 1;
    }
  }
}
