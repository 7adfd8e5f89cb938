/** A world of one service for the tests of `advance`: it serves as asked, at a steady rate, with a failure rate per revision. */
import { createPrng } from '@ascent/stats';
import { advance, type Step } from '../src/steps/advance.js';
import { begin, type BeginOutcome } from '../src/steps/begin.js';
import type { Command, RolloutEvent } from '../src/steps/event.js';
import { compilePlan } from '../src/plan/plan-compile.js';
import type { GateReading } from '../src/gates/index.js';
import type { RolloutPlan } from '../src/plan/plan.js';
import type { SmokeOutcome } from '../src/plan/smoke-plan.js';
import type {
  MetricsOutcome,
  ServiceView,
  TrafficTarget,
  UtilizationOutcome,
} from '../src/world/ports.js';
import { readRecord, writeRecord } from '../src/record/record.js';
import { isOpen, type Rollout, type RolloutRecord } from '../src/record/rollout.js';
import type { TrafficPoint } from '../src/world/traffic-point.js';
import { isTrafficLeftAlone, trafficFor } from '../src/steps/traffic.js';

/** Milliseconds. */
export const SECOND = 1_000;
const START = 1_800_000_000_000;

/** Four stages with holds of a minute, and an approval before half. */
export const planInput = {
  service: 'web',
  platform: { local: { url: 'http://127.0.0.1:8080' } },
  stages: [
    {
      name: 'smoke',
      share: 0,
      hold: '5s',
      smoke: { checks: [{ name: 'health', path: '/health' }] },
    },
    { name: 'canary', share: 10, hold: '60s to 600s' },
    { name: 'half', share: 50, hold: '60s to 600s', approval: 'required' },
    { name: 'full', share: 100, hold: '60s to 600s' },
  ],
  gates: { errorRate: { max: '2%', worseThanStableBy: '2%' } },
  rollback: { errorRate: { above: '10%', for: '20s' } },
  warmUp: '0s',
};

/** {@link planInput}, compiled. */
export const plan = compiled(planInput);

/** A plan that must be valid. */
export function compiled(input: unknown): RolloutPlan {
  const result = compilePlan(input);
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

/** One service, its record and its traffic. */
export class World {
  nowMs = START;
  record: RolloutRecord;
  traffic: readonly TrafficTarget[] = [{ revision: 'web-1', percent: 100, tag: null }];
  latestCreated = 'web-2';
  readiness: ServiceView['latestReadiness'] = { type: 'ready' };
  metrics: MetricsOutcome | null = null;
  missing: readonly string[] = [];
  /** Whether the platform has taken the traffic as it is asked for. */
  routed = true;
  utilization: UtilizationOutcome = { type: 'points', points: [] };
  readings: readonly GateReading[] = [];
  smoke: 'passes' | 'fails' | 'not run' = 'passes';
  smokeFailures: SmokeOutcome['failures'] = [{ check: 'health', message: 'status 503' }];
  failureRates: Readonly<Record<string, number>> = {};
  requestsPerSecond = 50;
  readonly #points: TrafficPoint[] = [];
  readonly #prng = createPrng(5);

  readonly plan: RolloutPlan;

  constructor(plan: RolloutPlan) {
    this.plan = plan;
    const outcome = begin({
      plan,
      record: null,
      view: this.view(),
      nowMs: this.nowMs,
      by: 'mia',
      again: null,
      traffic: null,
    });
    if (outcome.type !== 'started') throw new Error(outcome.type);
    this.record = outcome.record;
    this.traffic = outcome.traffic;
  }

  get rollout(): Rollout {
    if (this.record.rollout === null) throw new Error('no rollout');
    return this.record.rollout;
  }

  view(): ServiceView {
    return {
      service: 'web',
      resourceVersion: '1',
      record: null,
      traffic: this.traffic,
      served: this.traffic.map((target) => ({ ...target, url: null })),
      settled: true,
      missing: this.missing,
      routed: this.routed && this.missing.length === 0,
      latestCreated: this.latestCreated,
      latestReady: this.latestCreated,
      latestReadiness: this.readiness,
      url: null,
      sessionAffinity: false,
      lastModifier: 'tom@example.com',
    };
  }

  /** Applies `event` as a controller would: what is persisted survives as text, the rest is forgotten. */
  send(event: RolloutEvent): Step {
    const step = advance(this.plan, this.rollout, event);
    if (step.persist) {
      this.record = readRecord(writeRecord({ ...this.record, rollout: step.rollout }));
      if (!isTrafficLeftAlone(this.rollout)) {
        this.traffic = trafficFor(this.rollout, this.traffic);
      }
    }
    return step;
  }

  command(type: Command['type'], by = 'mia', reason = ''): Step {
    return this.send({ type, nowMs: this.nowMs, by, reason });
  }

  look(): Step {
    const smokeDue = this.rollout.stageIndex === 0 && this.rollout.smoke?.passed !== true;
    const smoke =
      !smokeDue || this.smoke === 'not run'
        ? null
        : this.smoke === 'passes'
          ? { passed: true, failures: [], checks: 1 }
          : { passed: false, failures: this.smokeFailures, checks: 1 };
    const metrics = this.metrics ?? {
      type: 'points',
      points: this.#points,
      youngestTrustedMs: this.nowMs,
    };
    return this.send({
      type: 'observed',
      nowMs: this.nowMs,
      view: this.view(),
      metrics,
      utilization: this.utilization,
      smoke,
      readings: this.readings,
    });
  }

  /** Lets seconds pass, with a look at the end of each. */
  pass(seconds: number, until: () => boolean = () => false): void {
    for (let second = 0; second < seconds && !until(); second += 1) {
      this.nowMs += SECOND;
      for (const { revision, percent } of this.traffic) this.#serve(revision ?? 'LATEST', percent);
      this.look();
    }
  }

  passUntilStage(name: string): void {
    this.pass(
      2_000,
      () => this.plan.stages[this.rollout.stageIndex]?.name === name || !isOpen(this.rollout),
    );
  }

  #serve(revision: string, percent: number): void {
    const requests = this.#prng.poisson((this.requestsPerSecond * percent) / 100);
    const errors = this.#prng.binomial(requests, this.failureRates[revision] ?? 0);
    if (requests > 0) {
      this.#points.push({
        revision,
        startMs: this.nowMs - SECOND,
        endMs: this.nowMs,
        requests,
        errors,
        latency: null,
      });
    }
  }
}

/** The record that beginning came to. */
export function recordOf(outcome: BeginOutcome): RolloutRecord {
  if (outcome.type === 'nothing') throw new Error(outcome.reason);
  return outcome.record;
}
