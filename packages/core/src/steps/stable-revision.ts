/** The stable revision may be deleted in mid-rollout, and deployed again: with it goes and comes the way back. */
import { decide } from './decide.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { Rollout } from '../record/rollout.js';
import { stageOf } from '../record/stage.js';
import type { ServiceView } from '../world/ports.js';

/** A look at the service. */
type Look = { readonly view: ServiceView; readonly nowMs: number };

/** `rollout`, paused, where its stable revision is gone: traffic that names it would be refused. `null` where it is there. */
export function stableMissing(
  plan: RolloutPlan,
  rollout: Rollout,
  { view, nowMs }: Look,
): Rollout | null {
  if (!view.missing.includes(rollout.stable)) return null;
  if (isPausedForIt(rollout)) return rollout;
  const reason = `the stable revision ${rollout.stable} no longer exists`;
  return decide(
    {
      ...rollout,
      status: { type: 'paused', cause: 'stableMissing', by: 'ascent', reason, sinceMs: nowMs },
    },
    {
      type: 'paused',
      nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: rollout.sharePercent,
      sentence: `The rollout is paused because ${reason}, so there is no way back to it. Deploy it again, or promote ${rollout.candidate} if it is good.`,
    },
  );
}

/**
 * `rollout` with its way back open again once the platform routes to the stable revision: that nobody misses it is no
 * proof, as a platform that is at work has not looked, and looks for what the traffic names alone. It stays paused.
 */
export function noteStableBack(
  plan: RolloutPlan,
  rollout: Rollout,
  { view, nowMs }: Look,
): Rollout {
  const { stable } = rollout;
  const isFound = view.routed && view.traffic.some(({ revision }) => revision === stable);
  if (!isFound || !isPausedForIt(rollout)) return rollout;
  const reason = `the stable revision ${stable} was gone`;
  return decide(
    {
      ...rollout,
      status: { type: 'paused', cause: 'person', by: 'ascent', reason, sinceMs: nowMs },
    },
    {
      type: 'noticed',
      nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: rollout.sharePercent,
      sentence: `${stable} is there again, so there is a way back. The rollout stays paused: resume it, or roll it back.`,
    },
  );
}

function isPausedForIt({ status }: Rollout): boolean {
  return status.type === 'paused' && status.cause === 'stableMissing';
}
