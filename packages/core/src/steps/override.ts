/**
 * A person who takes a step upon themselves: `skip` the rest of a stage, or `promote` now. It needs a reason, and it is
 * recorded as what it is: no verdict stands behind it. An override counts as its author's own approval and as nobody
 * else's, so a stage that two people must approve still needs the other one.
 */
import { enterStage, firstUnapproved, promote } from './advancement.js';
import { AscentError } from '../errors.js';
import type { Command } from './event.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { Rollout } from '../record/rollout.js';
import { stageOf } from '../record/stage.js';

/** Leaves the present stage at once. @throws AscentError as {@link checkOverride}. */
export function skipStage(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  const next = plan.stages[rollout.stageIndex + 1];
  if (next === undefined) return promoteNow(plan, rollout, event);
  checkOverride(plan, rollout, { event, last: rollout.stageIndex + 1 });
  const { nowMs, by, reason } = event;
  return enterStage(rollout, next, {
    type: 'skipped',
    nowMs,
    by,
    sentence: `${by} skipped the rest of stage ${stageOf(plan, rollout).name} without a verdict, from ${rollout.sharePercent} % to ${next.sharePercent} %: "${reason}". It still goes back by itself if it must.`,
  });
}

/** Makes the candidate the stable revision at once. @throws AscentError as {@link checkOverride}. */
export function promoteNow(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  checkOverride(plan, rollout, { event, last: plan.stages.length - 1 });
  const { nowMs, by, reason } = event;
  return promote(rollout, stageOf(plan, rollout), {
    nowMs,
    by,
    sentence: `${by} promoted ${rollout.candidate} from ${rollout.sharePercent} % to 100 % without a verdict: "${reason}". It is the stable revision now.`,
  });
}

/** @throws AscentError `ASC_REASON_REQUIRED`, `ASC_FOREIGN_TRAFFIC`, `ASC_CANDIDATE_NOT_READY` or `ASC_APPROVAL_MISSING`. */
function checkOverride(
  plan: RolloutPlan,
  rollout: Rollout,
  { event, last }: { readonly event: Command; readonly last: number },
): void {
  const { type, by, reason, nowMs } = event;
  if (reason.trim() === '') {
    const message = `To ${type} overrides the gates, so it needs a reason for the audit log: ascent ${type} --reason "..."`;
    throw new AscentError('ASC_REASON_REQUIRED', message);
  }
  if (rollout.status.type === 'paused' && rollout.status.cause === 'foreignChange') {
    const message = `The traffic is not as Ascent left it, so there is nothing to ${type} from. Resume first, which goes back to the plan, or roll back.`;
    throw new AscentError('ASC_FOREIGN_TRAFFIC', message);
  }
  if (rollout.sharePercent === 0 && rollout.stageSettledMs === null) {
    const message = `${rollout.candidate} has not been seen ready yet, so no user can be sent to it. Wait until it is, or abort.`;
    throw new AscentError('ASC_CANDIDATE_NOT_READY', message);
  }
  const unapproved = firstUnapproved(plan, rollout, { by, nowMs, last });
  if (unapproved === null) return;
  const message = `Stage ${unapproved.name} (${unapproved.sharePercent} %) needs the approval of ${unapproved.approvalsRequired} people, and an override counts as your own only. Somebody else must approve it before: ascent approve`;
  throw new AscentError('ASC_APPROVAL_MISSING', message);
}
