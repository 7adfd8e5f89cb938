/** One service that the controller looks after: its loop, and what everybody sees of it. A server has one or several. */
import type { RolloutPlan } from '@ascent/core';
import { ControllerMetrics } from './controller-metrics.js';
import type { ErrorLog } from './error-log.js';
import { EventStream } from './event-stream.js';
import { runLoop, type Turn } from './loop.js';
import { snapshotOf, type Snapshot } from './snapshot.js';
import { takeStep, tick, type TickReport } from './tick.js';
import { createTurnLog } from './turn-log.js';
import type { World } from './world.js';

/** A service to watch, and where what the page tells of it comes from. */
export type ServiceOptions = {
  readonly world: World;
  readonly plan: RolloutPlan;
  /** Where rollouts that ended are kept; `null` shows no history. */
  readonly journalDir: string | null;
  /** The candidate's error lines. @default none are shown */
  readonly errorLog?: ErrorLog | null;
};

/** How it is watched. */
export type WatchOptions = {
  readonly by: string;
  /** `null` leaves all steps to whoever asks for one. */
  readonly intervalMs: number | null;
  /** Where every decision and every trouble is a JSON line. @default nowhere */
  readonly logTo?: { readonly write: (text: string) => void };
};

/** A service that is watched. */
export class WatchedService {
  readonly name: string;
  readonly options: ServiceOptions;
  readonly stream: EventStream<Snapshot>;
  readonly metrics: ControllerMetrics;
  readonly #how: WatchOptions;
  readonly #log: ((turn: Turn) => void) | null;

  /** Nothing is looked at before {@link run} or {@link step}. */
  constructor(options: ServiceOptions, how: WatchOptions) {
    const { plan, world } = options;
    this.name = plan.service;
    this.options = options;
    this.stream = new EventStream<Snapshot>(world.now);
    this.metrics = new ControllerMetrics(plan.service, world.now);
    this.#how = how;
    this.#log = how.logTo === undefined ? null : createTurnLog(plan.service, how.logTo);
  }

  /** Looks at a steady pace until `signal` fires. A look that fails ends nothing, here or elsewhere. */
  async run(signal: AbortSignal): Promise<void> {
    const { by, intervalMs } = this.#how;
    if (intervalMs === null) return;
    const { world, plan } = this.options;
    const onTurn = (turn: Turn): void => {
      this.#publish(turn);
    };
    await runLoop(world, { plan, by, intervalMs, signal, onTurn, until: () => false });
  }

  /** One step now with all that follows from it, which every reader sees. @throws what the step throws; the readers see that too. */
  async step(): Promise<TickReport> {
    return await this.#take(tick);
  }

  /** One step now, and nothing delivered: the readers do not wait for anybody. What went wrong they see as well. */
  async lookNow(): Promise<void> {
    await this.#take(takeStep).catch(() => undefined);
  }

  async #take(take: typeof tick): Promise<TickReport> {
    const { world, plan } = this.options;
    const report = await take(world, { plan, by: this.#how.by }).catch((error: unknown) => {
      this.#publish({ type: 'failed', error });
      throw error;
    });
    this.#publish({ type: 'stepped', report });
    return report;
  }

  #publish(turn: Turn): void {
    const { plan, world } = this.options;
    this.metrics.observe(turn);
    this.#log?.(turn);
    const { latest: previous } = this.stream;
    this.stream.publish(snapshotOf(turn, { plan, atMs: world.now(), previous }));
  }
}
