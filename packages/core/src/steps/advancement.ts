/** Moving to the next stage, however that came about: by a verdict, or by a person who took it upon themselves. */
import { decide, type NewDecision } from './decide.js';
import type { RolloutPlan, Stage } from '../plan/plan.js';
import type { Rollout } from '../record/rollout.js';
import { noSpotChecks } from '../record/spot-checks.js';

/** Who or what moves it, and why. */
export type Move = Pick<NewDecision, 'type' | 'nowMs' | 'sentence'> &
  Pick<Partial<NewDecision>, 'verdict' | 'by'>;

/** `rollout` at the stage after its own, which the caller has found to exist. */
export function enterStage(rollout: Rollout, next: Stage, move: Move): Rollout {
  return decide(
    {
      ...rollout,
      status: { type: 'running' },
      stageIndex: rollout.stageIndex + 1,
      stageEnteredMs: move.nowMs,
      stageSettledMs: null,
      smoke: null,
      smokeFailures: 0,
      spotChecks: noSpotChecks,
    },
    { ...move, stage: next.name, toPercent: next.sharePercent },
  );
}

/** `rollout`, ended, with the candidate as the stable revision. */
export function promote(rollout: Rollout, stage: Stage, move: Omit<Move, 'type'>): Rollout {
  return decide(
    { ...rollout, status: { type: 'promoted', atMs: move.nowMs } },
    { ...move, type: 'promoted', stage: stage.name, toPercent: 100 },
  );
}

/** The names of those whose approval of `stage` is good at `nowMs`. */
export function approversOf(rollout: Rollout, stage: Stage, nowMs: number): ReadonlySet<string> {
  const good = rollout.approvals.filter(
    (approval) => approval.stage === stage.name && nowMs < approval.expiresMs,
  );
  return people(good.map(({ by }) => by));
}

/** Whether two names are one person's: `Mia` and `mia` are, so a slip of the keyboard is no second approver. */
export function isSamePerson(one: string, other: string): boolean {
  return plainName(one) === plainName(other);
}

function plainName(name: string): string {
  return name.trim().toLowerCase();
}

function people(names: readonly string[]): ReadonlySet<string> {
  return new Set(new Map(names.map((name) => [plainName(name), name])).values());
}

/** The first stage after the present one, up to `last`, that lacks approvals even if `by` counts as one. */
export function firstUnapproved(
  plan: RolloutPlan,
  rollout: Rollout,
  { by, nowMs, last }: { readonly by: string; readonly nowMs: number; readonly last: number },
): Stage | null {
  const above = plan.stages.slice(rollout.stageIndex + 1, last + 1);
  return (
    above.find((stage) => {
      const approvers = people([...approversOf(rollout, stage, nowMs), by]);
      return stage.approvalsRequired > 0 && approvers.size < stage.approvalsRequired;
    }) ?? null
  );
}
