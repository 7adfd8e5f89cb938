/** What a person's command does to a rollout. A command at the wrong time is refused and changes nothing. */
import { decide } from './decide.js';
import { AscentError } from './errors.js';
import type { Command } from './event.js';
import type { RolloutPlan, Stage } from './plan.js';
import { isOpen, type PauseCause, type Rollout } from './rollout.js';
import { rollBack } from './roll-back.js';
import { stageOf } from './stage.js';

/**
 * Applies `event` to an open rollout.
 * @throws AscentError `ASC_ROLLOUT_ENDED`, `ASC_ALREADY_PAUSED`, `ASC_NOT_PAUSED` or `ASC_NO_APPROVAL_NEEDED`.
 */
export function command(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  if (!isOpen(rollout)) {
    const message = `The rollout of ${rollout.candidate} has ended (${rollout.status.type}); there is nothing to ${event.type}. Deploy a new revision to begin another.`;
    throw new AscentError('ASC_ROLLOUT_ENDED', message);
  }
  return handlers[event.type](plan, rollout, event);
}

type Handler = (plan: RolloutPlan, rollout: Rollout, event: Command) => Rollout;

const handlers: Readonly<Record<Command['type'], Handler>> = { approve, pause, resume, rollback };

/** `… because "reason"`, or nothing where no reason was given. */
function because(reason: string): string {
  return reason === '' ? '' : `: "${reason}"`;
}

function approve(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  const next = plan.stages[rollout.stageIndex + 1];
  if (!next?.approvalRequired) {
    const current = stageOf(plan, rollout).name;
    const message = `No approval is needed after stage ${current}${upcoming(plan, rollout)}.`;
    throw new AscentError('ASC_NO_APPROVAL_NEEDED', message);
  }
  const approval = {
    stage: next.name,
    by: event.by,
    reason: event.reason,
    atMs: event.nowMs,
    expiresMs: event.nowMs + plan.approvalExpiresMs,
  };
  return decide(
    {
      ...rollout,
      approvals: [...rollout.approvals.filter((a) => a.stage !== next.name), approval],
    },
    {
      type: 'approved',
      nowMs: event.nowMs,
      stage: next.name,
      toPercent: rollout.sharePercent,
      by: event.by,
      sentence: `${event.by} approved stage ${next.name} (${next.sharePercent} %)${because(event.reason)}.`,
    },
  );
}

function upcoming(plan: RolloutPlan, rollout: Rollout): string {
  const later = plan.stages
    .slice(rollout.stageIndex + 1)
    .find((stage: Stage) => stage.approvalRequired);
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
  }
}

function rollback(plan: RolloutPlan, rollout: Rollout, event: Command): Rollout {
  return rollBack(plan, rollout, {
    nowMs: event.nowMs,
    by: event.by,
    verdict: null,
    reason: event.reason === '' ? `${event.by} asked for it` : event.reason,
    sentence: `${event.by} rolled back ${rollout.candidate} from ${rollout.sharePercent} %${because(event.reason)}. ${rollout.stable} serves everything again.`,
  });
}
