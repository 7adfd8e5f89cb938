/**
 * Spot checks: a stage asks that so many scenarios are tried on the candidate. Recorded ones are run by the controller
 * against the candidate's own URL and the stable revision's, people tick off what they tried by hand.
 *
 * Only what the stable revision can do and the candidate cannot is held against the candidate: a scenario that fails on
 * both says nothing about the release (the provider is down, or the recording is out of date), so it counts for neither.
 */
import type { Stage } from '../plan/plan.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { SmokeCheck, SmokeOutcome } from '../plan/smoke-plan.js';

/** One failing run may be a blip, above all with answers that a model writes; two in a row are for a person to look at. */
export const SPOT_FAILURES_ALLOWED = 1;

/** What came of one run of the recorded scenarios, revision by revision. */
export type SpotOutcome = { readonly candidate: SmokeOutcome; readonly stable: SmokeOutcome };

/** Where a stage's spot checks stand. */
export type SpotChecks = {
  /** Recorded scenarios that the candidate passed; `null` before they ran. */
  readonly passed: number | null;
  /** Scenarios that the stable revision passed and the candidate did not, in the last run. */
  readonly worse: SmokeOutcome['failures'];
  /** Runs in a row in which the candidate was worse. */
  readonly failures: number;
  /** What people tried by hand. */
  readonly ticks: readonly { readonly by: string; readonly what: string; readonly atMs: number }[];
};

/** A stage at its beginning. */
export const noSpotChecks: SpotChecks = { passed: null, worse: [], failures: 0, ticks: [] };

/** The recorded scenarios that a stage runs. */
export function scenariosOf(plan: RolloutPlan, stage: Stage): readonly SmokeCheck[] {
  return plan.scenarios.slice(0, stage.spotChecks);
}

/** True where a run is due: none yet, or one that went badly and may have been a blip. */
export function areScenariosDue({ passed, failures }: SpotChecks): boolean {
  return passed === null || (failures > 0 && failures <= SPOT_FAILURES_ALLOWED);
}

/** How many scenarios have been tried, by anybody. */
export function countSpotChecks({ passed, ticks }: SpotChecks): number {
  return (passed ?? 0) + ticks.length;
}

/** `checks` after one more run of `scenarios`. */
export function noteSpotRun(
  checks: SpotChecks,
  scenarios: readonly SmokeCheck[],
  { candidate, stable }: SpotOutcome,
): SpotChecks {
  const stableFails = new Set(stable.failures.map(({ check }) => check));
  const candidateFails = new Set(candidate.failures.map(({ check }) => check));
  const worse = candidate.failures.filter(({ check }) => !stableFails.has(check));
  return {
    ...checks,
    passed: scenarios.filter(({ name }) => !candidateFails.has(name)).length,
    worse,
    failures: worse.length === 0 ? 0 : checks.failures + 1,
  };
}
