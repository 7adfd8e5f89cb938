/** People and their tools: what they do on a whim while a trial is stormy, and how they attend to it once it is calm. */
import type { Wish } from '@ascent/controller';
import {
  countSpotChecks,
  isOpen,
  stageOf,
  type Rollout,
  type RolloutRecord,
  type TrafficTarget,
} from '@ascent/core';
import type { Deed } from './trial-plan.js';
import { FIRST_REVISION, type TrialWorld } from './trial-world.js';

/** The traffic a meddler sets; `null` where the deed is a command to Ascent. */
export function meddledTraffic({ what }: Deed, world: TrialWorld): readonly TrafficTarget[] | null {
  const rollout = world.record?.rollout ?? null;
  const stable = rollout?.stable ?? FIRST_REVISION;
  const candidate = rollout?.candidate ?? stable;
  const all = (revision: string | null): readonly TrafficTarget[] => [
    { revision, percent: 100, tag: null },
  ];
  switch (what) {
    case 'sendBackInConsole':
      return all(stable);
    case 'sendToLatest':
      return all(null);
    case 'applyTerraform':
      return [...all(FIRST_REVISION), { revision: FIRST_REVISION, percent: 0, tag: 'preview' }];
    case 'splitInConsole':
      return candidate === stable
        ? all(stable)
        : [
            { revision: stable, percent: 65, tag: null },
            { revision: candidate, percent: 35, tag: null },
          ];
    default:
      return null;
  }
}

/** What an attentive person would do now; `null` is nothing. */
export function attentiveWish(record: RolloutRecord | null, world: TrialWorld): Wish | null {
  const rollout = record?.rollout ?? null;
  if (record === null || rollout === null || !isOpen(rollout)) return null;
  const { trial, time } = world;
  const by = 'ana';
  const lateMs = trial.healMs + (trial.restMs - trial.healMs) / 2;
  if (time.nowMs > lateMs) return { type: 'rollback', by, reason: 'it takes too long' };
  if (rollout.status.type === 'paused') {
    const type = resumesAt(record, rollout) < 2 ? 'resume' : 'rollback';
    return { type, by, reason: 'looked at it' };
  }
  return triedByHand(record, rollout) ?? approval(record, rollout, world);
}

/** One scenario more, where the rollout waits for people to try some. */
function triedByHand({ plan }: RolloutRecord, rollout: Rollout): Wish | null {
  const asked = rollout.decisions.some(
    ({ type, atMs }) => type === 'awaitingSpotChecks' && atMs >= rollout.stageEnteredMs,
  );
  const missing = stageOf(plan, rollout).spotChecks - countSpotChecks(rollout.spotChecks);
  return asked && missing > 0 ? { type: 'tickOff', by: 'ana', reason: 'tried it by hand' } : null;
}

/** The approval of whoever has not given one, where one is missing. */
function approval(
  { plan }: RolloutRecord,
  rollout: Rollout,
  { trial, time }: TrialWorld,
): Wish | null {
  const next = plan.stages[rollout.stageIndex + 1];
  if (next === undefined || !trial.approvalStages.includes(next.name)) return null;
  const approvers = rollout.approvals
    .filter(
      ({ stage, expiresMs }) => stage === next.name && expiresMs > time.nowMs + trial.clocksApartMs,
    )
    .map(({ by }) => by);
  const other = ['ana', 'ben'].find((name) => !approvers.includes(name));
  const enough = new Set(approvers).size >= next.approvalsRequired;
  return enough || other === undefined
    ? null
    : { type: 'approve', by: other, reason: 'looks good' };
}

/** How often somebody resumed at the present stage. */
function resumesAt({ plan }: RolloutRecord, rollout: Rollout): number {
  const { name } = stageOf(plan, rollout);
  return rollout.decisions.filter(({ type, stage }) => type === 'resumed' && stage === name).length;
}
