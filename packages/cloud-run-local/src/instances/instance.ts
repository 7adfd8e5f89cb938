/** One instance of a revision: a running program, the port it listens on, and how many requests it serves now. */
import { randomBytes } from 'node:crypto';
import type { Probe } from '@ascent/knative';
import type {
  InstanceProcess,
  OutputStream,
  ProcessExit,
  StartProgram,
} from './instance-process.js';
import { watchHealth } from './health-watch.js';
import { stepInstance, type InstanceEvent, type InstanceState } from './lifecycle.js';
import { awaitStartup, type ProbeTarget } from './probe.js';
import type { ResourceUsage } from './resource-usage.js';

/** How an instance is started and ended. */
export interface InstancePlan {
  readonly startProgram: StartProgram;
  readonly containerPort: number;
  /** Whether somebody else accepts connections to its port before its program does. */
  readonly isBehindRelay: boolean;
  /** Undefined: ready as soon as it runs (`health-check-disabled`). */
  readonly startupProbe: Probe | undefined;
  readonly livenessProbe?: Probe | undefined;
  readonly readinessProbe?: Probe | undefined;
  readonly killDelayMs: number;
}

/** What an instance needs from around it. */
export interface InstanceSurroundings {
  readonly port: number;
  readonly onLine: (instance: Instance, stream: OutputStream, line: string) => void;
  /** A liveness probe failed for good; the instance is being ended. */
  readonly onUnhealthy: (instance: Instance, message: string) => void;
}

/** How the first minutes of an instance went. */
export type StartOutcome =
  | { readonly kind: 'ready'; readonly startupMs: number }
  | { readonly kind: 'failed'; readonly exit: ProcessExit | undefined };

/** A running instance. */
export class Instance {
  /** The long hexadecimal id that Cloud Run's logs and metadata server show. */
  readonly id = randomBytes(32).toString('hex');
  readonly port: number;
  readonly started: Promise<StartOutcome>;
  readonly exited: Promise<ProcessExit>;
  /** Requests being served now; the pool counts. */
  inFlight = 0;
  /** When it was started, in the milliseconds of `performance.now()`. */
  readonly startedMs = performance.now();
  /** Whether it was asked to end, rather than having ended by itself. */
  retired = false;
  /** When it last had a request, in the milliseconds of `performance.now()`. */
  lastUsedMs = performance.now();
  #state: InstanceState = 'starting';
  readonly #process: InstanceProcess;
  readonly #plan: InstancePlan;
  readonly #surroundings: InstanceSurroundings;
  readonly #ending = new AbortController();
  /** False while the readiness probe fails: no new requests, nothing else. */
  #receiving = true;
  /** Since when it is billed, while it starts or serves. */
  #billedSinceMs: number | undefined = performance.now();
  #billedMs = 0;

  constructor(plan: InstancePlan, surroundings: InstanceSurroundings) {
    this.#plan = plan;
    this.#surroundings = surroundings;
    this.port = surroundings.port;
    this.#process = plan.startProgram({
      port: this.port,
      onLine: (stream, line) => {
        surroundings.onLine(this, stream, line);
      },
    });
    this.exited = this.#process.exited.then((exit) => {
      this.#step({ kind: 'exited' });
      this.#ending.abort();
      return exit;
    });
    this.started = this.#start();
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** Whether it may be given a request: it is ready, and its readiness probe does not fail. */
  get receiving(): boolean {
    return this.#receiving && this.#state === 'ready';
  }

  /** A request begins. */
  occupy(): void {
    this.inFlight += 1;
    this.#billedSinceMs ??= performance.now();
  }

  /** A request has ended. */
  vacate(): void {
    this.inFlight -= 1;
    this.lastUsedMs = performance.now();
    if (this.inFlight > 0) return;
    this.#settleBill();
    this.#step({ kind: 'emptied' });
  }

  /** The time to bill since the last call: all of it, or only while it started or served. */
  takeBillableMs(alwaysBilled: boolean): number {
    const busy = this.inFlight > 0 || this.#state === 'starting';
    this.#settleBill();
    if (busy || alwaysBilled) this.#billedSinceMs = performance.now();
    const billedMs = this.#billedMs;
    this.#billedMs = 0;
    return billedMs;
  }

  /** What it uses now; undefined while that is not known. */
  usage(): ResourceUsage | undefined {
    return this.#process.usage();
  }

  /** True only if it is known to live at this moment. */
  isSurelyAlive(): boolean {
    return this.#process.isSurelyAlive();
  }

  /** Ends the instance once it serves nothing any more; safe to call twice. */
  drain(): void {
    this.retired = true;
    this.#step({ kind: 'drain-wanted', inFlight: this.inFlight });
  }

  /** Ends the process now, whatever it does; it is given no request from here on. */
  kill(): void {
    this.#step({ kind: 'kill-wanted' });
  }

  async #start(): Promise<StartOutcome> {
    const startedMs = performance.now();
    const passed = await this.#probe();
    this.#step({ kind: passed ? 'probe-passed' : 'probe-failed' });
    if (this.#state === 'ready') {
      this.#watch();
      return { kind: 'ready', startupMs: performance.now() - startedMs };
    }
    const exit = this.#state === 'stopped' ? await this.exited : undefined;
    return { kind: 'failed', exit };
  }

  async #probe(): Promise<boolean> {
    const { startupProbe } = this.#plan;
    if (startupProbe === undefined) return true;
    return awaitStartup(this.#targetOf(startupProbe), this.#ending.signal);
  }

  /** A probe of the container's port means the port this instance was given in PORT. */
  #targetOf(probe: Probe): ProbeTarget {
    const { containerPort, isBehindRelay } = this.#plan;
    const named = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
    const port = named === undefined || named === containerPort ? this.port : named;
    return { probe, port, isBehindRelay };
  }

  #watch(): void {
    const { livenessProbe, readinessProbe } = this.#plan;
    const { signal } = this.#ending;
    if (livenessProbe !== undefined) {
      const onFailed = (failures: number): void => {
        this.#surroundings.onUnhealthy(
          this,
          `LIVENESS probe failed ${failures} times consecutively for container on port ${this.#plan.containerPort}. The instance has been shut down.`,
        );
        this.kill();
      };
      const target = this.#targetOf(livenessProbe);
      watchHealth(target, { onFailed, onRecovered: () => undefined }, signal);
    }
    if (readinessProbe === undefined) return;
    const receive = (receiving: boolean) => (): void => {
      this.#receiving = receiving;
    };
    const target = this.#targetOf(readinessProbe);
    watchHealth(target, { onFailed: receive(false), onRecovered: receive(true) }, signal);
  }

  /** Billed time is rounded up to 100 ms. https://cloud.google.com/run/pricing */
  #settleBill(): void {
    if (this.#billedSinceMs === undefined) return;
    this.#billedMs += Math.ceil((performance.now() - this.#billedSinceMs) / 100) * 100;
    this.#billedSinceMs = undefined;
  }

  #step(event: InstanceEvent): void {
    const { state, effects } = stepInstance(this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect === 'kill') this.#process.kill();
      else this.#terminate();
    }
  }

  #terminate(): void {
    this.#ending.abort();
    this.#process.terminate();
    const timer = setTimeout(() => {
      this.#step({ kind: 'grace-over' });
    }, this.#plan.killDelayMs);
    void this.exited.then(() => {
      clearTimeout(timer);
    });
  }
}
