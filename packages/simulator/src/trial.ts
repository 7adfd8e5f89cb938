/**
 * One seed, from the first write to rest: real controllers and people in a world that goes wrong, every write judged,
 * then a world that is well again, in which everything must come to rest in time.
 */
import {
  act,
  restart,
  runLoop,
  silence,
  tick,
  type TickReport,
  type Wish,
  type World,
} from '@ascent/controller';
import { AscentError, isOpen, outboxOf, type Rollout, type RolloutRecord } from '@ascent/core';
import { chanceFor, type Chance } from './chance.js';
import { createFaultyPorts, type FaultyPortsOptions, type Process } from './faulty-ports.js';
import type { Turn } from './ledger.js';
import { attentiveWish, meddledTraffic } from './people.js';
import type { Violation } from './rules.js';
import { clockReading, type ClockError } from './skewed-clock.js';
import { drawTrial, type DrawsVersion } from './trial-draw.js';
import { isCommand, type ControllerPlan, type Deed, type TrialPlan } from './trial-plan.js';
import { TrialWorld } from './trial-world.js';

/** The controller's entry points, so that a test can hand in one with a mistake planted in it. */
export type ControllerCode = {
  readonly tick: typeof tick;
  readonly act: typeof act;
  readonly runLoop: typeof runLoop;
};

/** The real one. */
export const realCode: ControllerCode = { tick, act, runLoop };

/** How a trial is run. */
export type TrialOptions = {
  readonly seed: number;
  /** @default the real controller */
  readonly code?: ControllerCode;
  /** Sees every line of what happens. */
  readonly onLine?: (line: string) => void;
  /** What the seed means. @default the newest version */
  readonly draws?: DrawsVersion;
  /** Changes what the seed drew, for a test of one thing. */
  readonly change?: (trial: TrialPlan) => TrialPlan;
};

/** What came of a trial. */
export type TrialResult = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** A fingerprint of everything that happened; the same seed gives the same one. */
  readonly fingerprint: string;
  readonly record: RolloutRecord | null;
  /** Every rollout that ended, in order. */
  readonly ended: readonly Rollout[];
  readonly steps: number;
  readonly writes: number;
  readonly crashes: number;
  /** Virtual time from the first write to rest. */
  readonly tookMs: number;
};

const MINUTE_MS = 60_000;
/** How often an attentive person looks. */
const ATTENTION_MS = 2 * MINUTE_MS;

/** Runs the trial of a seed. Never throws for what a controller does: that is a violation. */
export async function runTrial(options: TrialOptions): Promise<TrialResult> {
  const drawn = drawTrial(options.seed, options.draws);
  const trial = options.change === undefined ? drawn : options.change(drawn);
  const run = new TrialRun(trial, options);
  await run.toRest();
  const { world } = run;
  return {
    seed: options.seed,
    violations: world.violations,
    fingerprint: world.fingerprint.toString(),
    record: world.record,
    ended: [...world.ledger.ended.values()],
    steps: world.steps,
    writes: world.ledger.writes,
    crashes: world.crashes,
    tookMs: world.time.nowMs - trial.startMs,
  };
}

/** What each controller's last step came to. */
type LastTurn = { readonly startedMs: number; readonly idle: boolean; readonly split: boolean };

class TrialRun {
  readonly world: TrialWorld;
  readonly #trial: TrialPlan;
  readonly #code: ControllerCode;
  readonly #restarts: Chance;
  readonly #last = new Map<string, LastTurn>();

  constructor(trial: TrialPlan, { code = realCode, onLine = () => undefined }: TrialOptions) {
    this.#trial = trial;
    this.#code = code;
    this.#restarts = chanceFor(trial.seed, 'restarts');
    this.world = new TrialWorld(trial, onLine);
  }

  async toRest(): Promise<void> {
    const { world } = this;
    const { time } = world;
    for (const release of this.#trial.releases) {
      time.at(release.atMs, () => {
        const { revision, startUpMs, kind } = release;
        world.say(`deploy ${revision} (${kind})`);
        const starts = kind !== 'unready';
        const decidedMs = time.nowMs + startUpMs;
        world.service.deploy({ name: revision, createdMs: time.nowMs, decidedMs, starts });
      });
    }
    for (const controller of this.#trial.controllers) this.#start(controller);
    for (const deed of this.#trial.deeds) time.at(deed.atMs, () => void this.#do(deed));
    time.at(this.#trial.healMs, () => void this.#attend());
    await time.run(this.#trial.restMs, () => this.#isAtRest() || world.violations.length > 20);
    if (world.violations.length === 0) this.#judgeRest();
  }

  /** Starts a controller's process; a crash starts another some time later. */
  #start(controller: ControllerPlan): void {
    const { world } = this;
    const process: Process = {
      isAlive: true,
      crash: () => {
        if (!process.isAlive) return;
        process.isAlive = false;
        world.crashes += 1;
        world.say(`${controller.name} dies`);
        const downMs = this.#restarts.whole(1_000, 5 * MINUTE_MS);
        world.time.at(world.time.nowMs + downMs, () => {
          this.#start(controller);
        });
      },
    };
    if (controller.style === 'loop') void this.#loop(controller, process);
    else if (controller.style === 'runLoop') void this.#runLoop(controller, process);
    else this.#cron(controller, process);
  }

  async #loop(controller: ControllerPlan, process: Process): Promise<void> {
    while (process.isAlive) {
      await this.#step(controller, process);
      await this.world.time.sleep(controller.intervalMs);
    }
  }

  /** The product's own loop, in virtual time. Its deliveries go on beside its steps, so they are no part of a step's turn. */
  async #runLoop({ name, clock, intervalMs }: ControllerPlan, process: Process): Promise<void> {
    const { world } = this;
    const beside = this.#turn(name, null);
    let turn = this.#turn(name, null);
    const stopped = new AbortController();
    const ports = this.#ports((kind) => (kind === 'deliver' ? beside : turn), process, clock);
    await this.#code.runLoop(ports, {
      plan: this.#trial.plan,
      by: 'ascent',
      intervalMs,
      signal: stopped.signal,
      onTurn: (seen) => {
        world.steps += 1;
        const last = { startedMs: turn.startedMs, idle: false, split: false };
        if (seen.type === 'stepped') {
          this.#checkReport(name, seen.report.record);
          this.#last.set(name, { ...last, idle: isIdle(seen.report) });
        } else {
          const code = this.#noteError(name, seen.error);
          this.#last.set(name, { ...last, split: code === 'ASC_TRAFFIC_SPLIT' });
        }
      },
      until: () => !process.isAlive,
      sleep: async (durationMs) => {
        await world.time.sleep(durationMs);
        turn = this.#turn(name, null);
        if (!process.isAlive) stopped.abort();
      },
    });
  }

  #cron(controller: ControllerPlan, process: Process): void {
    if (!process.isAlive) return;
    void this.#step(controller, process);
    this.world.time.at(this.world.time.nowMs + controller.intervalMs, () => {
      this.#cron(controller, process);
    });
  }

  async #step({ name, clock }: ControllerPlan, process: Process): Promise<void> {
    const { world } = this;
    const turn = this.#turn(name, null);
    world.steps += 1;
    const last = { startedMs: turn.startedMs, idle: false, split: false };
    try {
      const plan = this.#trial.plan;
      const report = await this.#code.tick(
        this.#ports(() => turn, process, clock),
        {
          plan,
          by: 'ascent',
        },
      );
      this.#checkReport(name, report.record);
      this.#last.set(name, { ...last, idle: isIdle(report) });
    } catch (error) {
      const code = this.#noteError(name, error);
      this.#last.set(name, { ...last, split: code === 'ASC_TRAFFIC_SPLIT' });
    }
  }

  async #do(deed: Deed): Promise<void> {
    const traffic = meddledTraffic(deed, this.world);
    if (traffic !== null) {
      this.world.meddle(deed.by, traffic);
      return;
    }
    if (deed.what === 'deleteStable') this.#deleteStable();
    else if (deed.what === 'tickOff' || isCommand(deed.what)) {
      await this.#wish({ type: deed.what, by: deed.by, reason: 'because' });
    } else if (deed.what === 'restart') {
      const { plan } = this.#trial;
      await this.#ask(deed, (ports) => restart(ports, { plan, by: deed.by, reason: 'again' }));
    } else if (deed.what === 'silence') {
      const wish = { by: deed.by, rule: 'high-error-rate', forMs: 30 * MINUTE_MS };
      await this.#ask(deed, (ports) => silence(ports, wish));
    }
  }

  /** Somebody tidies up revisions without looking who needs them. */
  #deleteStable(): void {
    const { record } = this.world;
    if (!record?.rollout || !isOpen(record.rollout)) return;
    this.world.say(`console deletes ${record.rollout.stable}`);
    this.world.service.remove(record.rollout.stable);
  }

  async #wish(wish: Wish): Promise<void> {
    await this.#ask({ what: wish.type, by: wish.by }, (ports) => this.#code.act(ports, wish));
  }

  /** What a person at a laptop asks of Ascent. */
  async #ask(
    { what, by }: { readonly what: string; readonly by: string },
    ask: (ports: World) => Promise<{ readonly record: RolloutRecord | null }>,
  ): Promise<void> {
    const { world } = this;
    const process: Process = {
      isAlive: true,
      crash: () => {
        process.isAlive = false;
      },
    };
    const turn = this.#turn(by, { by, type: what });
    try {
      const { record } = await ask(this.#ports(() => turn, process, this.#trial.laptop));
      world.say(`${by} did ${what}`);
      this.#checkReport(by, record);
    } catch (error) {
      this.#noteError(`${by} (${what})`, error);
    }
  }

  /** After the storm: somebody who looks, answers what is asked, and repairs what only a person can. */
  async #attend(): Promise<void> {
    const { world } = this;
    world.say('calm');
    for (;;) {
      if (world.service.gone.size > 0) {
        world.say('ana deploys the deleted revision again');
        world.service.restore();
      }
      const { record } = world;
      const wish = attentiveWish(record, world);
      if (wish !== null) await this.#wish(wish);
      else if ([...this.#last.values()].some(({ split }) => split)) this.#unsplit(record);
      await world.time.sleep(ATTENTION_MS);
    }
  }

  #unsplit(record: RolloutRecord | null): void {
    this.#last.clear();
    const stable = record?.stable ?? this.world.service.view(this.world.time.nowMs).latestReady;
    this.world.meddle('ana', [{ revision: stable, percent: 100, tag: null }]);
  }

  #turn(actor: string, wish: Turn['wish']): Turn {
    const startedMs = this.world.time.nowMs;
    return { actor, wish, startedMs, calls: [], sight: 'not asked' };
  }

  #ports(turn: FaultyPortsOptions['turn'], process: Process, clock: ClockError): World {
    const { world } = this;
    return createFaultyPorts({
      time: world.time,
      chance: world.network,
      weather: () => world.weather,
      process,
      turn,
      now: () => clockReading(clock, world.time.nowMs, this.#trial.startMs),
      truth: world.truth,
    });
  }

  /** What a controller or a person was told is in the service's history. */
  #checkReport(actor: string, record: RolloutRecord | null): void {
    const rollout = record?.rollout;
    if (!rollout || this.world.ledger.decisions.has(`${rollout.id}/${rollout.seq}`)) return;
    const what = `${actor} was told of decision ${rollout.seq} of ${rollout.id}`;
    this.world.blame('what was confirmed is written', what);
  }

  #noteError(actor: string, error: unknown): string {
    if (error instanceof AscentError) {
      this.world.say(`${actor}: ${error.code}`);
      return error.code;
    }
    const what = error instanceof Error ? firstLines(error) : String(error);
    this.world.blame('errors are from the catalogue', `${actor}: ${what}`);
    return '';
  }

  /** Calm, nothing open, nothing to deliver, and every controller has looked since and found nothing to do. */
  #isAtRest(): boolean {
    const { healMs, controllers } = this.#trial;
    if (this.world.time.nowMs < healMs) return false;
    const { record } = this.world;
    const rollout = record?.rollout ?? null;
    if (rollout !== null && isOpen(rollout)) return false;
    if (record !== null && outboxOf(record).length > 0) return false;
    return controllers.every(({ name }) => {
      const last = this.#last.get(name);
      return last !== undefined && last.startedMs >= healMs && last.idle;
    });
  }

  #judgeRest(): void {
    const { world } = this;
    const { ledger } = world;
    if (!this.#isAtRest()) {
      const { record } = world;
      const left = record === null ? [] : outboxOf(record).map(({ key }) => key);
      const where = JSON.stringify({ status: record?.rollout?.status, outbox: left });
      world.blame('when all is well again, it comes to rest', where);
      return;
    }
    const untold = [...ledger.decisions.keys()].filter(
      (key) => !ledger.delivered.has(`${key}/journal`),
    );
    if (untold.length > 0) world.blame('every decision reaches the journal', untold.join(', '));
    for (const rollout of ledger.ended.values()) {
      const key = `${rollout.id}/${rollout.seq}/archive`;
      if (!ledger.delivered.has(key)) world.blame('every rollout that ended is archived', key);
      this.#judgeEnd(rollout);
    }
  }

  #judgeEnd({ candidate, status, decisions }: Rollout): void {
    const kind = this.#trial.releases.find(({ revision }) => revision === candidate)?.kind;
    if (status.type !== 'promoted') return;
    const healthy = decisions.at(-1)?.verdict === 'healthy';
    if (kind === 'unready' || (kind === 'broken' && healthy)) {
      this.world.blame('a broken release is not promoted', `${candidate} is ${kind}`);
    }
  }
}

function isIdle({ idle, wrote, undelivered }: TickReport): boolean {
  return idle !== null && !wrote && undelivered.length === 0;
}

/** An error of ours, and where it began. */
function firstLines({ stack, message }: Error): string {
  return (stack ?? message).split('\n').slice(0, 4).join(' ');
}
