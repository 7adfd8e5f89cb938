/** What one run of the recorded scenarios does to an open rollout. */
import { decide } from './decide.js';
import type { SpotChecked } from './event.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { Rollout } from '../record/rollout.js';
import {
  areScenariosDue,
  noteSpotRun,
  scenariosOf,
  SPOT_FAILURES_ALLOWED,
} from '../record/spot-checks.js';
import { stageOf } from '../record/stage.js';

/** `rollout` after the run; paused for a person where the candidate was worse than the stable revision twice in a row. */
export function noteSpotChecks(
  plan: RolloutPlan,
  rollout: Rollout,
  { outcome, nowMs }: SpotChecked,
): Rollout {
  const stage = stageOf(plan, rollout);
  const scenarios = scenariosOf(plan, stage);
  // Two controllers may have run them at once, and the stage may have been left or the rollout paused meanwhile.
  const due = rollout.status.type === 'running' && areScenariosDue(rollout.spotChecks);
  if (scenarios.length === 0 || !due) return rollout;
  const spotChecks = noteSpotRun(rollout.spotChecks, scenarios, outcome);
  const shared = { nowMs, stage: stage.name, toPercent: rollout.sharePercent };
  const counts = `${spotChecks.passed ?? 0} of ${scenarios.length} recorded scenarios`;
  const [first] = spotChecks.worse;
  if (first === undefined) {
    const sentence = `${rollout.candidate} does ${counts}, and none that ${rollout.stable} does is missing.`;
    return decide({ ...rollout, spotChecks }, { ...shared, type: 'spotChecksPassed', sentence });
  }
  const said = `${rollout.candidate} does ${counts} and fails ${new Set(spotChecks.worse.map(({ check }) => check)).size} that ${rollout.stable} does (${first.check}: ${first.message}).`;
  if (spotChecks.failures <= SPOT_FAILURES_ALLOWED) {
    const sentence = `${said} They are run once more.`;
    return decide({ ...rollout, spotChecks }, { ...shared, type: 'spotChecksFailed', sentence });
  }
  const reason = 'the spot checks failed twice in a row';
  const status = {
    type: 'paused',
    cause: 'spotChecks',
    by: 'ascent',
    reason,
    sinceMs: nowMs,
  } as const;
  const sentence = `The rollout waits for a person because ${reason}. ${said} Resume to run them again, or roll back.`;
  return decide({ ...rollout, status, spotChecks }, { ...shared, type: 'paused', sentence });
}
