/** One instance of a revision: a process, the port it listens on, and how many requests it serves now. */
import { randomBytes } from 'node:crypto';
import type { Probe } from '@ascent/knative';
import type { Command } from './command.js';
import {
  startProcess,
  type InstanceProcess,
  type OutputStream,
  type ProcessExit,
} from './instance-process.js';
import { stepInstance, type InstanceEvent, type InstanceState } from './lifecycle.js';
import { awaitStartup } from './probe.js';
import type { ProcessRegistry } from './process-registry.js';

/** How an instance is started and ended. */
export interface InstancePlan {
  readonly command: Command;
  readonly containerPort: number;
  /** Undefined: ready as soon as it runs (`health-check-disabled`). */
  readonly startupProbe: Probe | undefined;
  readonly killDelayMs: number;
}

/** What an instance needs from around it. */
export interface InstanceSurroundings {
  readonly registry: ProcessRegistry;
  readonly port: number;
  readonly onLine: (instance: Instance, stream: OutputStream, line: string) => void;
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
  /** When it last had a request, in the milliseconds of `performance.now()`. */
  lastUsedMs = performance.now();
  #state: InstanceState = 'starting';
  readonly #process: InstanceProcess;
  readonly #plan: InstancePlan;
  readonly #startup = new AbortController();

  constructor(plan: InstancePlan, surroundings: InstanceSurroundings) {
    this.#plan = plan;
    this.port = surroundings.port;
    const env = { ...plan.command.env, PORT: String(this.port) };
    this.#process = startProcess(
      { ...plan.command, env },
      {
        registry: surroundings.registry,
        onLine: (stream, line) => {
          surroundings.onLine(this, stream, line);
        },
      },
    );
    this.exited = this.#process.exited.then((exit) => {
      this.#step({ kind: 'exited' });
      this.#startup.abort();
      return exit;
    });
    this.started = this.#start();
  }

  get state(): InstanceState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Ends the instance once it serves nothing any more; safe to call twice. */
  drain(): void {
    this.#step({ kind: 'drain-wanted', inFlight: this.inFlight });
  }

  /** To be called when a request has ended. */
  noteReleased(): void {
    if (this.inFlight === 0) this.#step({ kind: 'emptied' });
  }

  /** Ends the process now, whatever it does. */
  kill(): void {
    this.#process.kill();
  }

  async #start(): Promise<StartOutcome> {
    const startedMs = performance.now();
    const passed = await this.#probe();
    this.#step({ kind: passed ? 'probe-passed' : 'probe-failed' });
    if (this.#state === 'ready') {
      return { kind: 'ready', startupMs: performance.now() - startedMs };
    }
    const exit = this.#state === 'stopped' ? await this.exited : undefined;
    return { kind: 'failed', exit };
  }

  async #probe(): Promise<boolean> {
    const { startupProbe, containerPort } = this.#plan;
    if (startupProbe === undefined) return true;
    // A probe of the container's port means the port this instance was given in PORT.
    const named = startupProbe.httpGet?.port ?? startupProbe.tcpSocket?.port;
    const port = named === undefined || named === containerPort ? this.port : named;
    return awaitStartup(startupProbe, port, this.#startup.signal);
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
    this.#startup.abort();
    this.#process.terminate();
    const timer = setTimeout(() => {
      this.#step({ kind: 'grace-over' });
    }, this.#plan.killDelayMs);
    void this.exited.then(() => {
      clearTimeout(timer);
    });
  }
}
