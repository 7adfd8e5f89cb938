/**
 * A whole rollout as each tool documents it, four hours from its start: who is rolled back, who reaches
 * 100 %, and how many users were hurt meanwhile.
 */
import { createPrng } from '@ascent/stats';
import { benchPlan, mayAdvance, startWatch, watchTicks } from './ascent.js';
import type { Watch } from './ascent.js';
import { argoRollouts, errorPercent, flagger } from './peers.js';
import type { Minute } from './peers.js';
import type { Scenario } from './scenario.js';
import { createSource } from './traffic.js';
import type { Tick } from './traffic.js';

/** Tools with a schedule of their own. */
export type RolloutTool = 'ascent' | 'Flagger' | 'Argo Rollouts' | 'Release Manager';

/** One cell: a world, a tool, how often. */
export type RolloutJob = {
  readonly type: 'rollout';
  readonly cell: string;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly runs: number;
  readonly tool: RolloutTool;
};

/** What a tool did in one cell. */
export type RolloutOutcome = {
  readonly runs: number;
  readonly rolledBack: number;
  readonly promoted: number;
  /** Failed requests of users of the candidate, summed. */
  readonly failed: number;
  /** Minutes until 100 %, of those that reached it. */
  readonly promotedMinutes: readonly number[];
};

/** Runs a cell. */
export function runRollouts(job: RolloutJob): RolloutOutcome {
  let rolledBack = 0;
  let promoted = 0;
  let failed = 0;
  const promotedMinutes: number[] = [];
  for (let run = 0; run < job.runs; run += 1) {
    const end = rollOut(job, run);
    failed += end.failed;
    if (end.rolledBack) rolledBack += 1;
    if (end.promotedMinute === null) continue;
    promoted += 1;
    promotedMinutes.push(end.promotedMinute);
  }
  return { runs: job.runs, rolledBack, promoted, failed, promotedMinutes };
}

type End = {
  readonly rolledBack: boolean;
  readonly promotedMinute: number | null;
  readonly failed: number;
};

/** A schedule: the share to serve next, after a tick; `null` rolls back. */
type Schedule = { share: number; readonly next: (tick: Tick, minute: number) => number | null };

function rollOut(job: RolloutJob, run: number): End {
  const { scenario, tool } = job;
  const source = createSource(scenario, createPrng(job.seed * 1_000_003 + run));
  const schedule = scheduleOf(tool, scenario.tickMs);
  const ticks = Math.round((scenario.minutes * 60_000) / scenario.tickMs);
  let { share } = schedule;
  let failed = 0;
  let promotedMinute: number | null = null;
  for (let n = 1; n <= ticks; n += 1) {
    const tick = source.draw(share);
    const minute = (n * scenario.tickMs) / 60_000;
    failed += tick.candidateErrors;
    const next = schedule.next(tick, minute);
    if (next === null) return { rolledBack: true, promotedMinute, failed };
    if (next === 1 && share < 1) promotedMinute = minute;
    share = next;
  }
  return { rolledBack: false, promotedMinute, failed };
}

function scheduleOf(tool: RolloutTool, tickMs: number): Schedule {
  switch (tool) {
    case 'ascent':
      return ascentSchedule(tickMs);
    case 'Flagger':
      return flaggerSchedule();
    case 'Argo Rollouts':
      return argoSchedule();
    case 'Release Manager':
      return releaseManagerSchedule();
  }
}

/** These rollouts measure no latency, so the plan must not wait for any. */
const errorsOnly = { ...benchPlan, latencyP95: null };

/** 10 % and 50 %, each 5 to 60 minutes; at the end of a hold on if nothing speaks against; then 100 %. */
function ascentSchedule(tickMs: number): Schedule {
  const stages = [0.1, 0.5, 1];
  let watch: Watch = startWatch(errorsOnly);
  let stage = 0;
  let enteredMinute = 0;
  return {
    share: 0.1,
    next(tick, minute) {
      watch = watchTicks(errorsOnly, watch, { ticks: [tick], tickMs });
      if (watch.evidence.crossing !== null) return null;
      const share = stages[stage] ?? 1;
      const heldMinutes = minute - enteredMinute;
      if (share === 1 || heldMinutes < 5) return share;
      const context = { sharePercent: share * 100, overdue: heldMinutes >= 60 };
      if (!mayAdvance(errorsOnly, watch, context)) return share;
      stage += 1;
      enteredMinute = minute;
      watch = { ...watch, shareChangedMs: watch.nowMs };
      return stages[stage] ?? 1;
    },
  };
}

/** maxWeight 50, stepWeight 10, interval 1 minute, then promotion at once. */
function flaggerSchedule(): Schedule {
  const rule = flagger();
  let share = 0.1;
  return {
    share,
    next(tick) {
      if (share === 1) return 1;
      if (rule.add(tick)) return null;
      const failing = !(1 - tick.candidateErrors / tick.candidateRequests >= 0.99);
      if (!failing) share = share >= 0.5 ? 1 : share + 0.1;
      return share;
    },
  };
}

/** 20, 40, 60, 80 % for ten minutes each, analysis in the background from the second step. */
function argoSchedule(): Schedule {
  const rule = argoRollouts();
  return {
    share: 0.2,
    next(tick, minute) {
      if (minute > 10 && minute <= 40 && rule.add(tick)) return null;
      return Math.min(1, 0.2 * (1 + Math.floor(minute / 10)));
    },
  };
}

/** 5, 20, 50, 80, 100 %, thirty minutes each, at least 100 requests in the window to go on. */
function releaseManagerSchedule(): Schedule {
  const steps = [0.05, 0.2, 0.5, 0.8, 1];
  const recent: Minute[] = [];
  let step = 0;
  let movedMinute = 0;
  let stable = false;
  return {
    share: 0.05,
    next(tick, minute) {
      if (stable) return 1;
      recent.push(tick);
      if (recent.length > 30) recent.shift();
      if (errorPercent(recent) > 1) return null;
      const requests = recent.reduce((sum, { candidateRequests }) => sum + candidateRequests, 0);
      if (minute - movedMinute >= 30 && requests >= 100) {
        if (step === steps.length - 1) stable = true;
        step = Math.min(step + 1, steps.length - 1);
        movedMinute = minute;
      }
      return steps[step] ?? 1;
    },
  };
}
