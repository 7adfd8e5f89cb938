/** What a person's command does to a rollout. A command at the wrong time is refused and changes nothing. */
import { approversOf, isSamePerson } from './advancement.js';
import { decide } from './decide.js';
import { AscentError } from '../errors.js';
import type { Command } from './event.js';
import type { RolloutPlan, Stage } from '../plan/plan.js';
import { promoteNow, skipStage } from './override.js';
import { isOpen, type PauseCause, type Rollout } from '../record/rollout.js';
import { rollBack } from './roll-back.js';
import { countSpotChecks, noSpotChecks } from '../record/spot-checks.js';
import { stageOf } from '../record/stage.js';

/**
 * Applies `event` to an open rollout.
 * @throws AscentError `ASC_ROLLOUT_ENDED`, and the code of what is wrong at this time, such as `ASC_ALREADY_PAUSED`.
 */
export function command(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  if (!isOpen(rollout)) throw ended(rollout, event);
  if (named.has(event.type)) checkNamed(event);
  return handlers[event.type](plan, rollout, event);
}

/** Whoever asks for the way back may be in a hurry, so they are told where it is. */
function ended({ candidate, stable, status }: Rollout, { type }: Command): AscentError {
  const gone = `The rollout of ${candidate} has ended (${endings[status.type]}), so there is nothing left to ${verbs[type]}.`;
  const next =
    type === 'rollback'
      ? `To move users now, send all traffic to a revision that works (before this rollout that was ${stable}); docs/rollback.md has the command. Ascent leaves such a change alone.`
      : 'Deploy a new revision to begin another.';
  return new AscentError('ASC_ROLLOUT_ENDED', `${gone} ${next}`);
}

const endings: Readonly<Record<Rollout['status']['type'], string>> = {
  running: 'running',
  paused: 'paused',
  promoted: 'promoted',
  rolledBack: 'rolled back',
  superseded: 'superseded',
  aborted: 'aborted',
};

const verbs: Readonly<Record<Command['type'], string>> = {
  approve: 'approve',
  pause: 'pause',
  resume: 'resume',
  rollback: 'roll back',
  abort: 'abort',
  promote: 'promote',
  skip: 'skip',
  tickOff: 'tick off',
};

/** What lets a share rise is somebody's word; the way back and a pause are taken from anybody. */
const named: ReadonlySet<Command['type']> = new Set(['approve', 'skip', 'promote']);

/** @throws AscentError `ASC_NAME_REQUIRED`: an approval that nobody gave is none. */
function checkNamed({ type, by }: Command): void {
  if (by.trim() !== '') return;
  const message = `To ${type} needs the name of the person who does: ascent ${type} --as NAME`;
  throw new AscentError('ASC_NAME_REQUIRED', message);
}

type Handler = (plan: RolloutPlan, rollout: Rollout, event: Command) => Rollout;

const handlers: Readonly<Record<Command['type'], Handler>> = {
  approve,
  pause,
  resume,
  rollback,
  abort,
  promote: promoteNow,
  skip: skipStage,
  tickOff,
};

/** `… because "reason"`, or nothing where no reason was given. */
function because(reason: string): string {
  return reason === '' ? '' : `: "${reason}"`;
}

function approve(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  const { by, reason, nowMs } = event;
  const next = plan.stages[rollout.stageIndex + 1];
  if (next === undefined || next.approvalsRequired === 0) {
    const current = stageOf(plan, rollout).name;
    const message = `No approval is needed after stage ${current}${upcoming(plan, rollout)}.`;
    throw new AscentError('ASC_NO_APPROVAL_NEEDED', message);
  }
  const stage = next.name;
  checkAsked(event, next);
  const approval = { stage, by, reason, atMs: nowMs, expiresMs: nowMs + plan.approvalExpiresMs };
  const others = rollout.approvals.filter(
    (one) => one.stage !== stage || !isSamePerson(one.by, by),
  );
  const approved = { ...rollout, approvals: [...others, approval] };
  const count = approversOf(approved, next, nowMs).size;
  const progress = next.approvalsRequired === 1 ? '' : `, ${count} of ${next.approvalsRequired}`;
  return decide(approved, {
    type: 'approved',
    nowMs,
    stage,
    toPercent: rollout.sharePercent,
    by,
    sentence: `${by} approved stage ${stage} (${next.sharePercent} %${progress})${because(reason)}.`,
  });
}

/** @throws AscentError `ASC_MOVED_ON` where the person speaks of another stage than the one that comes next. */
function checkAsked({ stage }: Command, next: Stage): void {
  if (stage === undefined || stage === next.name) return;
  const message = `The next stage is ${next.name} (${next.sharePercent} %), not ${stage}. Nothing was approved; look with ascent status, and if you mean that one: ascent approve --stage ${next.name}`;
  throw new AscentError('ASC_MOVED_ON', message);
}

function upcoming(plan: RolloutPlan, rollout: Rollout): string {
  const later = plan.stages
    .slice(rollout.stageIndex + 1)
    .find((stage: Stage) => stage.approvalsRequired > 0);
  return later === undefined ? '' : `; the next one that needs it is ${later.name}`;
}

function pause(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  if (rollout.status.type === 'paused') {
    const { by, reason } = rollout.status;
    const message = `The rollout is already paused by ${by}${because(reason)}. Use resume to go on or rollback to go back.`;
    throw new AscentError('ASC_ALREADY_PAUSED', message);
  }
  const status = {
    type: 'paused',
    cause: 'person',
    by: event.by,
    reason: event.reason,
    sinceMs: event.nowMs,
  } as const;
  return decide(
    { ...rollout, status },
    {
      type: 'paused',
      nowMs: event.nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: rollout.sharePercent,
      by: event.by,
      sentence: `${event.by} paused the rollout at ${rollout.sharePercent} %${because(event.reason)}. It goes back by itself if it must, and does not go on.`,
    },
  );
}

function resume(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  if (rollout.status.type !== 'paused') {
    throw new AscentError(
      'ASC_NOT_PAUSED',
      'The rollout is not paused; there is nothing to resume.',
    );
  }
  return decide(
    { ...rollout, status: { type: 'running' }, ...restarted(rollout.status.cause, event.nowMs) },
    {
      type: 'resumed',
      nowMs: event.nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: rollout.sharePercent,
      by: event.by,
      sentence: `${event.by} resumed the rollout at ${rollout.sharePercent} %${because(event.reason)}.`,
    },
  );
}

/** What counts from the moment of resuming: without it, the reason for the pause would pause it again at once. */
function restarted(cause: PauseCause, nowMs: number): Partial<Rollout> {
  switch (cause) {
    case 'person':
      return {};
    case 'foreignChange':
      return { stageEnteredMs: nowMs, stageSettledMs: null };
    case 'undecidable':
      return { stageSettledMs: nowMs };
    case 'blind':
      return { blindSinceMs: null };
    case 'spotChecks':
      return { spotChecks: noSpotChecks };
    case 'stableMissing':
      return {};
  }
}

/** @throws AscentError `ASC_STABLE_MISSING` where there is nothing to go back to. */
function checkWayBack({ status, stable, candidate }: Rollout): void {
  if (status.type !== 'paused' || status.cause !== 'stableMissing') return;
  const message = `The stable revision ${stable} no longer exists, so there is nothing to go back to. Deploy it again, or promote ${candidate}.`;
  throw new AscentError('ASC_STABLE_MISSING', message);
}

function rollback(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  checkWayBack(rollout);
  return rollBack(plan, rollout, {
    nowMs: event.nowMs,
    by: event.by,
    verdict: null,
    reason: event.reason === '' ? `${event.by} asked for it` : event.reason,
    sentence: `${event.by} rolled back ${rollout.candidate} from ${rollout.sharePercent} %${because(event.reason)}. ${rollout.stable} serves everything again.`,
  });
}

/** Ends the rollout without holding anything against the candidate: another release comes first, the wrong one was deployed. */
function abort(plan: RolloutPlan, rollout: Rollout, { nowMs, by, reason }: Command): Rollout {
  checkWayBack(rollout);
  const why = reason === '' ? `${by} asked for it` : reason;
  return decide(
    { ...rollout, status: { type: 'aborted', atMs: nowMs, reason: why } },
    {
      type: 'aborted',
      nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: 0,
      by,
      sentence: `${by} aborted the rollout of ${rollout.candidate} at ${rollout.sharePercent} %${because(reason)}. Nothing is held against it; ${rollout.stable} serves everything.`,
    },
  );
}

function tickOff(plan: RolloutPlan, rollout: Rollout, { nowMs, by, reason }: Command): Rollout {
  const stage = stageOf(plan, rollout);
  if (reason.trim() === '') {
    const message =
      'Say what was tried, so that others try something else: ascent tick-off --what "..."';
    throw new AscentError('ASC_REASON_REQUIRED', message);
  }
  if (stage.spotChecks === 0) {
    const message = `Stage ${stage.name} asks for no spot checks; there is nothing to tick off.`;
    throw new AscentError('ASC_NO_SPOT_CHECKS', message);
  }
  const before = rollout.spotChecks.ticks.find(({ what }) => sameText(what, reason));
  if (before !== undefined) {
    const message = `"${before.what}" has been ticked off by ${before.by}; say what else was tried.`;
    throw new AscentError('ASC_REASON_REQUIRED', message);
  }
  const ticks = [...rollout.spotChecks.ticks, { by, what: reason, atMs: nowMs }];
  const spotChecks = { ...rollout.spotChecks, ticks };
  return decide(
    { ...rollout, spotChecks },
    {
      type: 'tickedOff',
      nowMs,
      stage: stage.name,
      toPercent: rollout.sharePercent,
      by,
      sentence: `${by} tried "${reason}": ${countSpotChecks(spotChecks)} of ${stage.spotChecks} scenarios are done at stage ${stage.name}.`,
    },
  );
}

/** Two scenarios that differ in capitals and spaces alone are one that was ticked off twice. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  return plain(one) === plain(other);
}
