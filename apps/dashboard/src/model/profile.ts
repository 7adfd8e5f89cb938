/**
 * The rollout as a dive profile: share over time, the stops, what was decided on the way, and the way still to go.
 *
 * A plan's first stop lasts an hour and its last two days, so the time axis gives every stop a least width and is
 * straight within each stop. The times written under it are exact.
 */
import { isOpen, type Decision, type Rollout, type RolloutPlan, type Stage } from '@ascent/core';
import { nextStep } from './next-step.js';

/** Where a stop stands. */
export type StopState = 'done' | 'here' | 'ahead' | 'left';

/** One stop, left to right. Times in Unix milliseconds; those of a stop ahead are the earliest possible. */
export type Stop = {
  readonly stage: Stage;
  readonly state: StopState;
  readonly fromMs: number;
  readonly untilMs: number;
};

/** A place on the profile. */
export type Place = { readonly atMs: number; readonly sharePercent: number };

/** The whole picture, in time and percent; `profile-scale.ts` knows where that is on the screen. */
export type Profile = {
  readonly stops: readonly Stop[];
  /** What was; each place holds until the next one. */
  readonly past: readonly Place[];
  /** What comes at the earliest if all goes well; empty once the rollout has ended. */
  readonly future: readonly Place[];
  /** Between these the current stop may end: its least hold and its longest. */
  readonly window: { readonly fromMs: number; readonly untilMs: number } | null;
  readonly marks: readonly Decision[];
  readonly nowMs: number;
  readonly endMs: number;
};

/** A little water after the end, so that the last level can be seen. */
const TAIL = 0.08;

/** The profile of `rollout` under `plan`, seen at `nowMs`. */
export function profileOf(plan: RolloutPlan, rollout: Rollout, nowMs: number): Profile {
  return isOpen(rollout) ? openProfile(plan, rollout, nowMs) : endedProfile(plan, rollout);
}

function openProfile(plan: RolloutPlan, rollout: Rollout, atMs: number): Profile {
  const entered = enteredMs(plan, rollout);
  const nowMs = Math.max(atMs, lastMs(rollout));
  const here = pastStops(plan, rollout, { entered, untilMs: leaveMs(plan, rollout, nowMs) });
  const stops = [...here, ...stopsAhead(plan, rollout, nowMs)];
  return {
    stops,
    past: pastPlaces(rollout, { entered, untilMs: nowMs }),
    future: futurePlaces(rollout, stops, nowMs),
    window: holdWindow(plan, rollout),
    marks: rollout.decisions,
    nowMs,
    endMs: stops.at(-1)?.untilMs ?? nowMs,
  };
}

function endedProfile(plan: RolloutPlan, rollout: Rollout): Profile {
  const entered = enteredMs(plan, rollout);
  const { status } = rollout;
  const nowMs = 'atMs' in status ? status.atMs : lastMs(rollout);
  const endMs = nowMs + Math.max(1_000, (nowMs - rollout.startedMs) * TAIL);
  return {
    stops: pastStops(plan, rollout, { entered, untilMs: nowMs }),
    past: pastPlaces(rollout, { entered, untilMs: endMs }),
    future: [],
    window: null,
    marks: rollout.decisions,
    nowMs,
    endMs,
  };
}

function lastMs({ decisions, startedMs }: Rollout): number {
  return decisions.at(-1)?.atMs ?? startedMs;
}

/** When each stage so far was entered. Decisions that were dropped are bridged evenly. */
function enteredMs(plan: RolloutPlan, rollout: Rollout): readonly number[] {
  const times = plan.stages.slice(0, rollout.stageIndex + 1).map(({ name }, index) => {
    if (index === 0) return rollout.startedMs;
    if (index === rollout.stageIndex) return rollout.stageEnteredMs;
    return (
      rollout.decisions.find(({ type, stage }) => type === 'advanced' && stage === name)?.atMs ??
      null
    );
  });
  return times.map((time, index) => time ?? bridged(times, index));
}

function bridged(times: readonly (number | null)[], index: number): number {
  const before = times.findLastIndex((time, at) => at < index && time !== null);
  const after = times.findIndex((time, at) => at > index && time !== null);
  const fromMs = times[before] ?? 0;
  const toMs = times[after] ?? fromMs;
  return fromMs + ((toMs - fromMs) * (index - before)) / (after - before);
}

type Span = { readonly entered: readonly number[]; readonly untilMs: number };

function pastStops(
  plan: RolloutPlan,
  rollout: Rollout,
  { entered, untilMs }: Span,
): readonly Stop[] {
  return entered.flatMap((fromMs, index): readonly Stop[] => {
    const stage = plan.stages[index];
    if (stage === undefined) return [];
    const isLast = index === entered.length - 1;
    return [
      { stage, state: stopState(rollout, isLast), fromMs, untilMs: entered[index + 1] ?? untilMs },
    ];
  });
}

function stopState(rollout: Rollout, isLast: boolean): StopState {
  if (!isLast || rollout.status.type === 'promoted') return 'done';
  return isOpen(rollout) ? 'here' : 'left';
}

/** When the current stop may be left at the earliest. */
function leaveMs(plan: RolloutPlan, rollout: Rollout, nowMs: number): number {
  const holdMs = plan.stages[rollout.stageIndex]?.holdMinMs ?? 0;
  return nextStep(plan, rollout, nowMs).earliestMs ?? nowMs + holdMs;
}

function stopsAhead(plan: RolloutPlan, rollout: Rollout, nowMs: number): readonly Stop[] {
  let fromMs = leaveMs(plan, rollout, nowMs);
  return plan.stages.slice(rollout.stageIndex + 1).map((stage): Stop => {
    const stop: Stop = { stage, state: 'ahead', fromMs, untilMs: fromMs + stage.holdMinMs };
    fromMs = stop.untilMs;
    return stop;
  });
}

function pastPlaces(rollout: Rollout, { entered, untilMs }: Span): readonly Place[] {
  const moves = rollout.decisions
    .filter(({ fromPercent, toPercent }) => fromPercent !== toPercent)
    .map(({ atMs, toPercent }) => ({ atMs, sharePercent: toPercent }));
  const first = rollout.decisions.find(({ fromPercent, toPercent }) => fromPercent !== toPercent);
  const start = {
    atMs: entered[0] ?? rollout.startedMs,
    sharePercent: first?.fromPercent ?? rollout.sharePercent,
  };
  return [start, ...moves, { atMs: untilMs, sharePercent: rollout.sharePercent }];
}

function futurePlaces(rollout: Rollout, stops: readonly Stop[], nowMs: number): readonly Place[] {
  const ahead = stops.filter(({ state }) => state === 'ahead');
  return [
    { atMs: nowMs, sharePercent: rollout.sharePercent },
    ...ahead.map(({ fromMs, stage }) => ({ atMs: fromMs, sharePercent: stage.sharePercent })),
    {
      atMs: stops.at(-1)?.untilMs ?? nowMs,
      sharePercent: ahead.at(-1)?.stage.sharePercent ?? rollout.sharePercent,
    },
  ];
}

function holdWindow(plan: RolloutPlan, rollout: Rollout): Profile['window'] {
  const stage = plan.stages[rollout.stageIndex];
  if (stage === undefined || rollout.stageSettledMs === null) return null;
  return {
    fromMs: rollout.stageSettledMs + stage.holdMinMs,
    untilMs: rollout.stageSettledMs + stage.holdMaxMs,
  };
}
