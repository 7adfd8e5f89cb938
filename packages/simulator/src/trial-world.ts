/** The truth of one trial: service, users, ledger, weather. Controllers and people see it only through faulty ports. */
import {
  AscentError,
  type Effect,
  type Rollout,
  type RolloutRecord,
  type ServiceView,
} from '@ascent/core';
import { chanceFor, type Chance } from './chance.js';
import { demandAt } from './demand.js';
import type { TrueWorld } from './faulty-ports.js';
import { Fingerprint } from './fingerprint.js';
import { cloudRunLayout } from './latency-draw.js';
import { areSame, Ledger, namedShares, wantedShares, type Turn, type WriteSeen } from './ledger.js';
import { metricsAnswer } from './metrics-view.js';
import { judgeWrite, type Violation } from './rules.js';
import { SimulatedService, type ServiceState, type ServiceWrite } from './simulated-service.js';
import type { TrialPlan } from './trial-plan.js';
import { Users } from './users.js';
import { VirtualTime } from './virtual-time.js';
import { calm, type Weather } from './weather.js';

/** The revision that serves before anything happens. */
export const FIRST_REVISION = 'web-00001';

/** Fewer and coarser buckets than Cloud Run's: a trial asks about faults, not about milliseconds. */
const coarseLayout = {
  type: 'explicit',
  boundsMs: [100, 200, 400, 600, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000],
} as const;

/** One trial's world. */
export class TrialWorld {
  readonly trial: TrialPlan;
  readonly time: VirtualTime;
  readonly service: SimulatedService;
  readonly users: Users;
  readonly ledger = new Ledger();
  readonly network: Chance;
  readonly violations: Violation[] = [];
  readonly fingerprint = new Fingerprint();
  readonly truth: TrueWorld;
  crashes = 0;
  steps = 0;
  readonly #onLine: (line: string) => void;
  /** The view before the last write, for reads that lag behind. */
  #earlier: ServiceView | null = null;
  #writer: Turn | null = null;
  #decidedOn: ServiceView | null = null;
  #servedMs: number;

  constructor(trial: TrialPlan, onLine: (line: string) => void) {
    this.trial = trial;
    this.#onLine = onLine;
    this.time = new VirtualTime(trial.startMs);
    this.#servedMs = trial.startMs;
    this.network = chanceFor(trial.seed, 'network');
    const first = { name: FIRST_REVISION, createdMs: 0, decidedMs: 0, starts: true };
    this.service = new SimulatedService(first, (before, after) => {
      this.#judge(before, after);
    });
    this.users = this.#createUsers();
    this.truth = this.#createTruth();
  }

  /** The weather now. */
  get weather(): Weather {
    return this.time.nowMs < this.trial.healMs ? this.trial.weather : calm;
  }

  /** Writes one line of the history. */
  say(line: string): void {
    const text = `${this.time.nowMs - this.trial.startMs} ${line}`;
    this.fingerprint.add(text);
    this.#onLine(text);
  }

  /** A rule that is not about one write was broken. */
  blame(rule: string, what: string): void {
    this.violations.push({ rule, atMs: this.time.nowMs, what });
    this.say(`BROKEN ${rule}: ${what}`);
  }

  /** The record as it is written, read by the world and not by a controller. */
  get record(): RolloutRecord | null {
    return this.ledger.recordIn(this.service.state);
  }

  /** Somebody else writes: no compare-and-set, no record. */
  meddle(by: string, traffic: NonNullable<ServiceWrite['traffic']>): void {
    this.serveUsers();
    this.#writer = null;
    this.service.write(null, { by, record: null, traffic }, this.#writeTime());
    this.#planSettling();
    this.say(`${by} sets ${JSON.stringify(traffic)}`);
  }

  /** Lets users come until now. */
  serveUsers(): void {
    const { nowMs } = this.time;
    const switchedMs = this.service.servedFromMs;
    if (this.#servedMs < switchedMs && switchedMs <= nowMs) {
      this.users.serve(switchedMs, this.service.shares(switchedMs - 1));
    }
    this.users.serve(nowMs, this.service.shares(nowMs));
    this.#servedMs = nowMs;
  }

  #createUsers(): Users {
    const { trial } = this;
    const releases = new Map(trial.releases.map((release) => [release.revision, release]));
    return new Users({
      prng: chanceFor(trial.seed, 'users').prng,
      layout: trial.finelyMeasured ? cloudRunLayout : coarseLayout,
      periodMs: trial.plan.metrics.samplePeriodMs,
      startMs: trial.startMs,
      requestsPerMinute: (atMs) => demandAt(trial.demand, atMs),
      behaviour: (revision) => releases.get(revision)?.behaviour ?? trial.healthy,
    });
  }

  #createTruth(): TrueWorld {
    const { trial, time, service, ledger } = this;
    const { samplePeriodMs: periodMs, visibilityDelayMs } = trial.plan.metrics;
    return {
      view: () => service.view(time.nowMs),
      staleView: () => this.#earlier ?? service.view(time.nowMs),
      write: (turn, view, { record, traffic }) => {
        refuseGone(service, traffic);
        this.serveUsers();
        this.#writer = turn;
        this.#decidedOn = view;
        const earlier = service.view(time.nowMs);
        const write = { by: 'ascent', record, traffic };
        const outcome = service.write(Number(view.resourceVersion), write, this.#writeTime());
        if (outcome === 'written') this.#earlier = earlier;
        this.#planSettling();
        return outcome;
      },
      metrics: (question) => {
        this.serveUsers();
        const view = { users: this.users, seed: trial.seed, periodMs, visibilityDelayMs };
        const moment = { nowMs: time.nowMs, weather: this.weather.metrics };
        return metricsAnswer(view, question, moment);
      },
      smoke: (checks, baseUrl) => {
        const isCandidate = baseUrl.startsWith('https://candidate---');
        const fails = isCandidate && this.#newest()?.kind === 'failsSmoke';
        const failures = fails ? checks.map(({ name }) => ({ check: name, message: '500' })) : [];
        return { passed: !fails, failures, checks: checks.length };
      },
      deliver: (effect, record) => {
        this.#noteDelivery(effect, record);
        ledger.delivered.add(effect.key);
      },
    };
  }

  #newest(): TrialPlan['releases'][number] | undefined {
    const name = this.service.view(this.time.nowMs).latestCreated;
    return this.trial.releases.find(({ revision }) => revision === name);
  }

  #writeTime(): { readonly nowMs: number; readonly settleMs: number } {
    return { nowMs: this.time.nowMs, settleMs: this.network.whole(0, 15_000) };
  }

  /** Users must be served by the old shares until the new ones are in force. */
  #planSettling(): void {
    this.time.at(this.service.servedFromMs, () => {
      this.serveUsers();
    });
  }

  /** An effect reports what was written, of the rollout it belongs to. */
  #noteDelivery(effect: Effect, { rollout }: RolloutRecord): void {
    const rule = 'an effect reports what was written';
    const key = effect.key.split('/').slice(0, 2).join('/');
    if (effect.type === 'archive' && rollout?.id !== key.split('/')[0]) {
      this.blame(rule, `${effect.key} came with the record of ${rollout?.id ?? 'no rollout'}`);
    }
    if (effect.type !== 'journal') return;
    const written = this.ledger.decisions.get(key);
    if (written === JSON.stringify(effect.decision)) return;
    this.blame(rule, `${effect.key} is not in the service`);
  }

  #judge(before: ServiceState, after: ServiceState): void {
    const write = this.#seen(before, after);
    if (write === null) return;
    const { ledger } = this;
    const found = judgeWrite(write, {
      trial: this.trial,
      candidateRequests: this.#candidateRequests(write) - ledger.shareSince.requests,
    });
    const types = write.made.map(({ type, toPercent }) => `${type}@${toPercent}`).join(' ');
    this.say(`${write.turn.actor} writes ${after.version} ${types}`);
    for (const { rule, what } of found) this.blame(rule, what);
    ledger.note(write, this.#candidateRequests(write));
  }

  #candidateRequests({ recordAfter: { rollout } }: WriteSeen): number {
    return rollout === null ? 0 : this.users.tally(rollout.candidate).requests;
  }

  /** Both sides of a write of Ascent; `null` for everybody else's. */
  #seen(before: ServiceState, after: ServiceState): WriteSeen | null {
    const turn = this.#writer;
    const { ledger } = this;
    const recordBefore = ledger.recordIn(before);
    const recordAfter = ledger.recordIn(after);
    if (turn === null || recordAfter === null || after.record === before.record) return null;
    // A revision may become ready between a look and the write: LATEST is what it was when it was decided about.
    const latestReady = this.#decidedOn?.latestReady ?? null;
    const sharesBefore = namedShares(before.traffic, latestReady);
    const rolloutBefore = sameRollout(recordBefore, recordAfter);
    const seq = rolloutBefore?.seq ?? 0;
    return {
      nowMs: this.time.nowMs,
      turn,
      before,
      after,
      recordBefore,
      recordAfter,
      rolloutBefore,
      made: recordAfter.rollout?.decisions.filter((decision) => decision.seq > seq) ?? [],
      foundForeign: recordBefore !== null && !areSame(sharesBefore, wantedShares(recordBefore)),
      sharesBefore,
      sharesAfter: namedShares(after.traffic, latestReady),
      ledger,
    };
  }
}

/** The platform's adapter asks for every revision that a split names, and writes none that is gone. */
function refuseGone({ gone }: SimulatedService, traffic: ServiceWrite['traffic']): void {
  const missing = (traffic ?? []).find(({ revision }) => revision !== null && gone.has(revision));
  if (missing === undefined) return;
  const message = `There is no revision ${missing.revision ?? ''}; deploy it again.`;
  throw new AscentError('ASC_REVISION_UNKNOWN', message);
}

/** The rollout of `after` as it was in `before`. */
function sameRollout(before: RolloutRecord | null, after: RolloutRecord): Rollout | null {
  const rollout = before?.rollout ?? null;
  return rollout?.id === after.rollout?.id ? rollout : null;
}
