/** Runs rehearsals for `ascent simulate`: one with its course over time, or many with their distribution. */
import { type Decision, type RolloutPlan } from '@ascent/core';
import type { Size } from '../cost/size.js';
import { moneyOf, type Money } from './money.js';
import { rehearse, type Rehearsal, type Scenario, type Tally } from '@ascent/simulator';

/** What is simulated. */
export type Simulated = {
  readonly plan: RolloutPlan;
  readonly planFile: string;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly runs: number;
  /** Requests per minute. */
  readonly rate: number;
  /** Part of a healthy revision's answers that fail. */
  readonly errors: number;
  /** Median of a healthy revision, milliseconds. */
  readonly latency: number;
  readonly stepMs: number;
  /** Of the instances. */
  readonly size: Size;
};

/** The candidate's share and its users at one moment. */
export type Moment = {
  readonly atMs: number;
  readonly sharePercent: number;
  readonly candidate: Tally;
};

/** How one run went. */
export type SimulatedRun = {
  readonly seed: number;
  /** `promoted`, `rolledBack`, …; `running` or `paused` where it did not end in two weeks. */
  readonly end: string;
  readonly tookMs: number;
  readonly decisions: readonly Decision[];
  readonly candidate: Tally;
  readonly stable: Tally;
  /** Answers of the candidate that failed, and would not have failed without the release. */
  readonly usersHurt: number;
  readonly steps: number;
  readonly money: Money;
  /** Empty where only the distribution was asked for. */
  readonly course: readonly Moment[];
};

/** Many runs. */
export type Distribution = {
  readonly runs: readonly Omit<SimulatedRun, 'decisions' | 'course'>[];
  /** Runs by how they ended. */
  readonly ends: Readonly<Record<string, number>>;
};

/** Tells the person who waits something new. */
export type Tell = (line: string) => void;

const DAY_MS = 86_400_000;
const PROGRESS_MS = 2_000;

/** One run, with its course. */
export async function simulate(wanted: Simulated, tell: Tell): Promise<SimulatedRun> {
  const course: Moment[] = [];
  let toldMs = performance.now();
  let startMs: number | null = null;
  const result = await rehearse({
    ...inputsOf(wanted, wanted.seed),
    onStep: ({ nowMs, rollout, candidate }) => {
      startMs ??= nowMs;
      course.push({ atMs: nowMs, sharePercent: rollout.sharePercent, candidate });
      if (performance.now() - toldMs < PROGRESS_MS) return;
      toldMs = performance.now();
      tell(`${((nowMs - startMs) / DAY_MS).toFixed(1)} days, ${rollout.sharePercent} %`);
    },
  });
  return { ...summarize(wanted, result), decisions: result.decisions, course };
}

/** Runs of the seeds from `seed` on. */
export async function simulateMany(wanted: Simulated, tell: Tell): Promise<Distribution> {
  const runs: Distribution['runs'][number][] = [];
  const ends: Record<string, number> = {};
  const startedMs = performance.now();
  let toldMs = startedMs;
  for (let index = 0; index < wanted.runs; index += 1) {
    const run = summarize(wanted, await rehearse(inputsOf(wanted, wanted.seed + index)));
    runs.push(run);
    ends[run.end] = (ends[run.end] ?? 0) + 1;
    if (performance.now() - toldMs < PROGRESS_MS) continue;
    toldMs = performance.now();
    const perRunMs = (toldMs - startedMs) / runs.length;
    const leftSeconds = Math.ceil((perRunMs * (wanted.runs - runs.length)) / 1_000);
    tell(`${runs.length} of ${wanted.runs} runs, about ${leftSeconds} s left`);
  }
  return { runs, ends };
}

function inputsOf(wanted: Simulated, seed: number): Parameters<typeof rehearse>[0] {
  const { plan, scenario, stepMs } = wanted;
  return {
    plan,
    scenario,
    seed,
    stepMs,
    demand: { requestsPerMinute: wanted.rate, dailySwing: 0.6, peakMs: 0.6 * DAY_MS },
    healthy: {
      failureRate: wanted.errors,
      latency: { medianMs: wanted.latency, steepness: 3 },
    },
  };
}

function summarize(
  { size, latency: medianMs }: Simulated,
  result: Rehearsal,
): Omit<SimulatedRun, 'decisions' | 'course'> {
  const { seed, rollout, tookMs, candidate, stable, ticks } = result;
  const usersHurt = Math.round(candidate.hurt ?? 0);
  const money = moneyOf(result, { size, medianMs });
  const end = rollout.status.type;
  return { seed, end, tookMs, candidate, stable, usersHurt, steps: ticks, money };
}
