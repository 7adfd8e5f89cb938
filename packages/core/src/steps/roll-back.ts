/** The way back, one for all causes: the candidate's share is 0, and stays 0 until a person starts anew. */
import { decide } from './decide.js';
import type { Verdict } from '../evidence/index.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { Rollout } from '../record/rollout.js';
import { stageOf } from '../record/stage.js';

/** Why and when it goes back. */
export type WayBack = {
  readonly nowMs: number;
  readonly by: string;
  readonly verdict: Verdict | null;
  /** A few words for the status. */
  readonly reason: string;
  readonly sentence: string;
};

/** `rollout`, ended, with the candidate at 0 %. */
export function rollBack(plan: RolloutPlan, rollout: Rollout, why: WayBack): Rollout {
  return decide(
    { ...rollout, status: { type: 'rolledBack', atMs: why.nowMs, reason: why.reason } },
    {
      type: 'rolledBack',
      nowMs: why.nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: 0,
      verdict: why.verdict,
      by: why.by,
      sentence: why.sentence,
    },
  );
}
