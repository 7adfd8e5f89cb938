/** The stage a rollout is at. */
import type { RolloutPlan, Stage } from '../plan/plan.js';
import type { Rollout } from './rollout.js';

/** The plan's stage that `rollout` is holding at. */
export function stageOf(plan: RolloutPlan, rollout: Rollout): Stage {
  const stage = plan.stages[rollout.stageIndex];
  if (stage === undefined)
    throw new Error(
      `the record is at stage ${rollout.stageIndex}, the plan has ${plan.stages.length}`,
    );
  return stage;
}
