/** What comes next in an open rollout, when at the earliest, and what it still needs. */
import { approversOf, stageOf, type Rollout, type RolloutPlan, type Stage } from '@ascent/core';

/** The next step of a rollout. */
export type NextStep = {
  /** The stage it leads to; `null` is the promotion at the end. */
  readonly stage: Stage | null;
  /** The earliest time, Unix milliseconds; `null` while the hold has not begun. */
  readonly earliestMs: number | null;
  /** When the longest hold ends; `null` while the hold has not begun. */
  readonly latestMs: number | null;
  /** True where a person must approve and has not. */
  readonly needsApproval: boolean;
  /** True once the gates were healthy and the rollout asked for the approval. */
  readonly askedForApproval: boolean;
};

/** The next step of `rollout`, seen at `nowMs`. */
export function nextStep(plan: RolloutPlan, rollout: Rollout, nowMs: number): NextStep {
  const here = stageOf(plan, rollout);
  const stage = plan.stages[rollout.stageIndex + 1] ?? null;
  const settledMs = rollout.stageSettledMs;
  const needsApproval = stage !== null && !isApproved(rollout, stage, nowMs);
  return {
    stage,
    earliestMs: settledMs === null ? null : Math.max(nowMs, settledMs + here.holdMinMs),
    latestMs: settledMs === null ? null : settledMs + here.holdMaxMs,
    needsApproval,
    askedForApproval: needsApproval && hasAsked(rollout, here),
  };
}

/** As many approvals as the stage asks for, none of them expired. */
export function isApproved(rollout: Rollout, stage: Stage, nowMs: number): boolean {
  return approversOf(rollout, stage, nowMs).size >= stage.approvalsRequired;
}

function hasAsked({ decisions, stageEnteredMs }: Rollout, here: Stage): boolean {
  return decisions.some(
    ({ type, atMs, stage }) =>
      type === 'awaitingApproval' && stage === here.name && atMs >= stageEnteredMs,
  );
}
