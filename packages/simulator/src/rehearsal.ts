/**
 * What a plan would do in one release: the real controller, step by step through virtual days, on a platform without
 * faults. Minutes of it take microseconds, so a person can watch four days, or ask for the distribution of a thousand.
 */
import { act, tick, type Wish, type World } from '@ascent/controller';
import {
  countSpotChecks,
  isOpen,
  stageOf,
  type Decision,
  type MetricsOutcome,
  type Rollout,
  type RolloutPlan,
  type RolloutRecord,
} from '@ascent/core';
import { createPrng } from '@ascent/stats';
import { demandAt, type Demand } from './demand.js';
import { cloudRunLayout } from './latency-draw.js';
import { healthyBehaviour, type Scenario } from './scenario.js';
import { SimulatedService } from './simulated-service.js';
import { Users, type Behaviour, type Tally } from './users.js';

/** Where a rehearsal's requests come from: drawn users, or a recording. */
export type TrafficSource = Pick<Users, 'serve' | 'points' | 'tally'>;

/** The two revisions of a rehearsal. */
export type RevisionNames = { readonly stable: string; readonly candidate: string };

/** What is rehearsed. */
export type RehearsalOptions = {
  readonly plan: RolloutPlan;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly demand: Demand;
  /** How the service is when it is well. @default healthyBehaviour */
  readonly healthy?: Behaviour;
  /** Time between two steps of the controller. @default 60000 */
  readonly stepMs?: number;
  /** How long a person takes to approve, or to answer a rollout that asks. @default 1800000 */
  readonly answerAfterMs?: number;
  /** When the rollout begins, Unix milliseconds. @default REHEARSAL_START_MS */
  readonly startMs?: number;
  /** A rollout that has not ended by then is left open. @default 14 days */
  readonly longestMs?: number;
  /** @default users drawn from the seed, who fare as the scenario says */
  readonly traffic?: TrafficSource;
  readonly revisions?: RevisionNames;
  /** Sees the state after every step. */
  readonly onStep?: (step: RehearsalStep) => void;
};

/** One look at a running rehearsal. */
export type RehearsalStep = {
  readonly nowMs: number;
  readonly rollout: Rollout;
  readonly candidate: Tally;
  readonly stable: Tally;
};

/** How a rehearsal ended. */
export type Rehearsal = {
  readonly scenario: string;
  readonly seed: number;
  readonly record: RolloutRecord;
  readonly rollout: Rollout;
  /** Every decision, also those that the record has dropped. */
  readonly decisions: readonly Decision[];
  /** From the start to the end, or to where it was left open. */
  readonly tookMs: number;
  readonly ticks: number;
  readonly writes: number;
  /** What really happened to the users of both revisions. */
  readonly candidate: Tally;
  readonly stable: Tally;
};

/** A Monday morning in UTC. */
export const REHEARSAL_START_MS = Date.UTC(2027, 0, 4, 9, 0, 0);

const DAY_MS = 86_400_000;
const REVISIONS: RevisionNames = { stable: 'web-00001', candidate: 'web-00002' };
/** A container takes some seconds to start, and traffic some seconds to move. */
const START_UP_MS = 20_000;
const SETTLE_MS = 5_000;

type Stage = {
  readonly options: Required<Omit<RehearsalOptions, 'onStep' | 'traffic'>> &
    Pick<RehearsalOptions, 'onStep'>;
  readonly service: SimulatedService;
  readonly users: TrafficSource;
  readonly world: World;
  readonly clock: { nowMs: number };
  readonly decisions: Map<string, Decision>;
  writes: number;
};

/** Rehearses one release. The same options give the same result. */
export async function rehearse(given: RehearsalOptions): Promise<Rehearsal> {
  const stage = setUp(given);
  const { options, clock, service, users } = stage;
  const endMs = options.startMs + options.longestMs;
  let ticks = 0;
  let rollout: Rollout | null = null;
  let record: RolloutRecord | null = null;
  while (clock.nowMs < endMs && (rollout === null || isOpen(rollout))) {
    const report = await tick(stage.world, { plan: options.plan, by: 'ascent' });
    ticks += 1;
    record = report.record;
    rollout = record?.rollout ?? null;
    if (rollout === null) throw new Error(`nothing began: ${report.idle ?? 'no reason given'}`);
    options.onStep?.({ nowMs: clock.nowMs, rollout, ...tallies(stage) });
    await answer(stage, rollout);
    clock.nowMs += options.stepMs;
    users.serve(clock.nowMs, service.shares(clock.nowMs));
  }
  if (rollout === null || record === null) throw new Error('a rehearsal has at least one step');
  return {
    scenario: options.scenario.name,
    seed: options.seed,
    record,
    rollout,
    decisions: [...stage.decisions.values()].sort((a, b) => a.seq - b.seq),
    tookMs: clock.nowMs - options.stepMs - options.startMs,
    ticks,
    writes: stage.writes,
    ...tallies(stage),
  };
}

function tallies({ users, options: { revisions } }: Stage): {
  readonly candidate: Tally;
  readonly stable: Tally;
} {
  return { candidate: users.tally(revisions.candidate), stable: users.tally(revisions.stable) };
}

function setUp(given: RehearsalOptions): Stage {
  const options = {
    healthy: healthyBehaviour,
    stepMs: 60_000,
    answerAfterMs: 1_800_000,
    startMs: REHEARSAL_START_MS,
    longestMs: 14 * DAY_MS,
    revisions: REVISIONS,
    ...given,
  };
  const { startMs, scenario, revisions } = options;
  const clock = { nowMs: startMs };
  const service = new SimulatedService({
    name: revisions.stable,
    createdMs: 0,
    decidedMs: 0,
    starts: true,
  });
  service.deploy({
    name: revisions.candidate,
    createdMs: startMs,
    decidedMs: startMs + START_UP_MS,
    starts: scenario.starts,
  });
  const users = given.traffic ?? drawUsers(options);
  const stage: Omit<Stage, 'world'> = {
    options,
    service,
    users,
    clock,
    decisions: new Map(),
    writes: 0,
  };
  return Object.assign(stage, { world: createWorld(stage) });
}

function drawUsers(options: Stage['options']): Users {
  const { plan, scenario, startMs, healthy, revisions } = options;
  return new Users({
    prng: createPrng(options.seed),
    layout: cloudRunLayout,
    periodMs: plan.metrics.samplePeriodMs,
    startMs,
    requestsPerMinute: (atMs) => demandAt(options.demand, atMs),
    behaviour: (revision, atMs) =>
      (revision === revisions.candidate ? scenario.candidate : scenario.stable)(
        atMs - startMs,
        healthy,
      ),
    failureRateWithout: (atMs) => scenario.stable(atMs - startMs, healthy).failureRate,
    slowAboveMs: plan.gates.latencyP95?.maxMs ?? Infinity,
  });
}

function createWorld(stage: Omit<Stage, 'world'>): World {
  const { service, clock, options } = stage;
  return {
    service: {
      read: () => Promise.resolve(service.view(clock.nowMs)),
      replace: (view, change) => {
        stage.writes += 1;
        const time = { nowMs: clock.nowMs, settleMs: SETTLE_MS };
        const write = { by: 'ascent', ...change };
        return Promise.resolve(service.write(Number(view.resourceVersion), write, time));
      },
    },
    metrics: { read: ({ afterMs, nowMs }) => Promise.resolve(readMetrics(stage, afterMs, nowMs)) },
    smoke: (checks) => {
      const failures = options.scenario.passesSmoke
        ? []
        : checks.map(({ name }) => ({ check: name, message: 'status 503 instead of 200' }));
      return Promise.resolve({ passed: failures.length === 0, failures, checks: checks.length });
    },
    deliver: (effect) => {
      if (effect.type === 'journal') stage.decisions.set(effect.key, effect.decision);
      return Promise.resolve();
    },
    now: () => clock.nowMs,
  };
}

function readMetrics(
  { users, options }: Omit<Stage, 'world'>,
  afterMs: number,
  nowMs: number,
): MetricsOutcome {
  if (!options.scenario.metricsReadable(nowMs - options.startMs)) {
    return { type: 'unavailable', reason: 'the server answered 503' };
  }
  const { samplePeriodMs, visibilityDelayMs } = options.plan.metrics;
  const youngestTrustedMs =
    Math.floor((nowMs - visibilityDelayMs) / samplePeriodMs) * samplePeriodMs;
  return { type: 'points', points: users.points(afterMs, youngestTrustedMs), youngestTrustedMs };
}

/** The people on call: they try and approve what asks for it, resume once, and send back what asks a second time. */
async function answer(stage: Stage, rollout: Rollout): Promise<void> {
  const { clock, options } = stage;
  const last = rollout.decisions.at(-1);
  if (!isOpen(rollout) || last === undefined || clock.nowMs - last.atMs < options.answerAfterMs) {
    return;
  }
  for (const wish of answers(options.plan, rollout, last)) await act(stage.world, wish);
}

function answers(plan: RolloutPlan, rollout: Rollout, last: Decision): readonly Wish[] {
  const by = 'on-call';
  if (rollout.status.type === 'paused') {
    const asked = rollout.decisions.filter(
      ({ type, stage }) => type === 'paused' && stage === last.stage,
    );
    const type = asked.length > 1 ? 'rollback' : 'resume';
    return [{ type, by, reason: `asked ${asked.length} times at stage ${last.stage}` }];
  }
  if (last.type === 'awaitingSpotChecks') {
    const missing = stageOf(plan, rollout).spotChecks - countSpotChecks(rollout.spotChecks);
    return Array.from({ length: Math.max(0, missing) }, (_, index) => {
      return { type: 'tickOff', by, reason: `scenario ${index + 1}, tried by hand` } as const;
    });
  }
  const next = plan.stages[rollout.stageIndex + 1];
  if (last.type !== 'awaitingApproval' || next === undefined) return [];
  return Array.from({ length: next.approvalsRequired }, (_, index) => {
    return { type: 'approve', by: `${by} ${index + 1}`, reason: 'looks good' } as const;
  });
}
