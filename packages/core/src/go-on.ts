/**
 * Whether a rollout that nothing speaks against may go on. The share rises only here, only on a healthy verdict
 * (or by the plan's own word when the longest hold ended undecided), and only to the next stage's share.
 */
import { decide } from './decide.js';
import { formatDuration } from './duration.js';
import type { Judgement, Verdict } from './evidence/index.js';
import type { RolloutPlan, Stage } from './plan.js';
import type { Rollout } from './rollout.js';
import { stageOf } from './stage.js';

/** What going on is decided by. */
export type GoOnContext = { readonly nowMs: number; readonly judgement: Judgement };

/** Why a stage may be left: on which verdict, and the sentence that says so. */
type Leave = { readonly verdict: Verdict | null; readonly sentence: string };

/** `rollout`, at its next stage if it may go there now; else as it was, paused or waiting. */
export function goOn(plan: RolloutPlan, rollout: Rollout, context: GoOnContext): Rollout {
  const stage = stageOf(plan, rollout);
  const heldMs = rollout.stageSettledMs === null ? 0 : context.nowMs - rollout.stageSettledMs;
  if (rollout.status.type !== 'running' || rollout.blindSinceMs !== null) return rollout;
  if (rollout.stageSettledMs === null || heldMs < stage.holdMinMs) return rollout;
  const verdict = stageVerdict(rollout, stage, context.judgement);
  if (verdict.verdict === 'healthy') return leave(plan, rollout, { ...context, leave: verdict });
  return heldMs < stage.holdMaxMs
    ? rollout
    : undecided(plan, rollout, { ...context, leave: verdict });
}

/** At 0 % there are no users to measure: the verdict is that of the start and the smoke checks. */
function stageVerdict(rollout: Rollout, stage: Stage, judgement: Judgement): Leave {
  if (stage.sharePercent > 0)
    return { verdict: judgement.verdict, sentence: judgement.explanation };
  const smoke = stage.smoke.length;
  if (smoke > 0 && rollout.smoke?.passed !== true) {
    return { verdict: 'undecided', sentence: 'The smoke checks have not passed yet.' };
  }
  const checked =
    smoke > 0 ? ` and passed ${smoke} smoke checks` : '; the plan names no smoke checks';
  return { verdict: 'healthy', sentence: `The new revision started${checked}.` };
}

function leave(
  plan: RolloutPlan,
  rollout: Rollout,
  { nowMs, leave: { verdict, sentence } }: GoOnContext & { readonly leave: Leave },
): Rollout {
  const stage = stageOf(plan, rollout);
  const next = plan.stages[rollout.stageIndex + 1];
  if (next === undefined) {
    return decide(
      { ...rollout, status: { type: 'promoted', atMs: nowMs } },
      {
        type: 'promoted',
        nowMs,
        stage: stage.name,
        toPercent: 100,
        verdict,
        sentence: `${rollout.candidate} is the stable revision now. ${sentence}`,
      },
    );
  }
  if (next.approvalRequired && !isApproved(rollout, next, nowMs)) {
    return awaitApproval(rollout, { nowMs, stage, next, verdict, sentence });
  }
  return decide(
    {
      ...rollout,
      stageIndex: rollout.stageIndex + 1,
      stageEnteredMs: nowMs,
      stageSettledMs: null,
      smoke: null,
      smokeFailures: 0,
    },
    {
      type: 'advanced',
      nowMs,
      stage: next.name,
      toPercent: next.sharePercent,
      verdict,
      sentence: `From ${rollout.sharePercent} % to ${next.sharePercent} %. ${sentence}`,
    },
  );
}

function isApproved({ approvals }: Rollout, next: Stage, nowMs: number): boolean {
  return approvals.some(({ stage, expiresMs }) => stage === next.name && nowMs < expiresMs);
}

/** Said once per stage; the rollout stays open and keeps watching. */
function awaitApproval(
  rollout: Rollout,
  {
    nowMs,
    stage,
    next,
    verdict,
    sentence,
  }: { readonly nowMs: number; readonly stage: Stage; readonly next: Stage } & Leave,
): Rollout {
  const asked = rollout.decisions.some(
    ({ type, atMs, stage: name }) =>
      type === 'awaitingApproval' && name === stage.name && atMs >= rollout.stageEnteredMs,
  );
  if (asked) return rollout;
  return decide(rollout, {
    type: 'awaitingApproval',
    nowMs,
    stage: stage.name,
    toPercent: rollout.sharePercent,
    verdict,
    sentence: `Ready for ${next.sharePercent} %, and stage ${next.name} needs a person's approval. ${sentence}`,
  });
}

/** The longest hold is over and the gates still cannot tell: the plan says what then. */
function undecided(
  plan: RolloutPlan,
  rollout: Rollout,
  context: GoOnContext & { readonly leave: Leave },
): Rollout {
  const stage = stageOf(plan, rollout);
  const heldFor = formatDuration(stage.holdMaxMs);
  switch (plan.whenUndecidable) {
    case 'hold':
      return rollout;
    case 'promote': {
      const sentence = `Undecided after ${heldFor}, and the plan says to go on then. ${context.leave.sentence}`;
      return leave(plan, rollout, { ...context, leave: { verdict: 'undecided', sentence } });
    }
    case 'ask': {
      const reason = `stage ${stage.name} is undecided after ${heldFor}`;
      return decide(
        {
          ...rollout,
          status: {
            type: 'paused',
            cause: 'undecidable',
            by: 'ascent',
            reason,
            sinceMs: context.nowMs,
          },
        },
        {
          type: 'paused',
          nowMs: context.nowMs,
          stage: stage.name,
          toPercent: rollout.sharePercent,
          verdict: 'undecided',
          sentence: `The rollout waits for a person because ${reason}. ${context.leave.sentence}`,
        },
      );
    }
  }
}
