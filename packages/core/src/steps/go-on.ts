/**
 * Whether a rollout that nothing speaks against may go on. The share rises only here, only on a healthy verdict
 * (or by the plan's own word when the longest hold ended undecided), and only to the next stage's share.
 */
import { approversOf, enterStage, promote } from './advancement.js';
import { decide } from './decide.js';
import { formatDuration } from '../duration.js';
import type { Judgement, Verdict } from '../evidence/index.js';
import { holdingGate } from './note-gates.js';
import type { RolloutPlan, Stage } from '../plan/plan.js';
import { countOfChecks } from '../plan/smoke-words.js';
import type { Approval, DecisionType, Rollout } from '../record/rollout.js';
import { areScenariosDue, countSpotChecks, scenariosOf } from '../record/spot-checks.js';
import { stageOf } from '../record/stage.js';

/** What going on is decided by. */
export type GoOnContext = { readonly nowMs: number; readonly judgement: Judgement };

/** Why a stage may be left: on which verdict, and the sentence that says so. */
type Leave = {
  readonly verdict: Verdict | null;
  readonly sentence: string;
  /** The custom gate that holds it, where one does. */
  readonly gate?: string;
  /** Left out where nothing that was measured speaks against the release. */
  readonly isAgainst?: true;
};

/** Undecided, and not for want of traffic: something was seen, and it was not good. */
const reasonsAgainst: ReadonlySet<Judgement['reason']['code']> = new Set([
  'evidence-against',
  'worse-within-tolerance',
  'limit-exceeded',
]);

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
  if (stage.sharePercent > 0) return gatesVerdict(rollout, judgement);
  const smoke = stage.smoke.length;
  if (smoke > 0 && rollout.smoke?.passed !== true) {
    return { verdict: 'undecided', sentence: 'The smoke checks have not passed yet.' };
  }
  const checked =
    smoke > 0 ? ` and passed ${countOfChecks(smoke)}` : '; the plan names no smoke checks';
  return { verdict: 'healthy', sentence: `The new revision started${checked}.` };
}

/** Custom gates cannot make a release healthy, and none of them may be anything else. */
function gatesVerdict(rollout: Rollout, judgement: Judgement): Leave {
  const { verdict, explanation, reason } = judgement;
  const holding = verdict === 'healthy' ? holdingGate(rollout) : null;
  if (holding !== null) {
    const sentence = `Gate ${holding.sentence} ${explanation}`;
    return { verdict: holding.verdict, sentence, gate: holding.name };
  }
  const found = rollout.customGates.map(({ sentence }) => sentence);
  const sentence = [explanation, ...found].join(' ');
  return { verdict, sentence, ...(reasonsAgainst.has(reason.code) && { isAgainst: true }) };
}

function leave(
  plan: RolloutPlan,
  rollout: Rollout,
  { nowMs, leave: { verdict, sentence } }: GoOnContext & { readonly leave: Leave },
): Rollout {
  const stage = stageOf(plan, rollout);
  const next = plan.stages[rollout.stageIndex + 1];
  // Recorded scenarios run by themselves; only what is left for people is asked for.
  if (scenariosOf(plan, stage).length > 0 && areScenariosDue(rollout.spotChecks)) return rollout;
  if (countSpotChecks(rollout.spotChecks) < stage.spotChecks) {
    return awaitSpotChecks(rollout, { nowMs, stage });
  }
  if (next === undefined) {
    const said = `${rollout.candidate} is the stable revision now. ${sentence}`;
    return promote(rollout, stage, { nowMs, verdict, sentence: said });
  }
  const missing = next.approvalsRequired - approversOf(rollout, next, nowMs).size;
  if (missing > 0) {
    return awaitApproval(rollout, { nowMs, stage, next, verdict, sentence });
  }
  const said = `From ${rollout.sharePercent} % to ${next.sharePercent} %. ${sentence}`;
  return enterStage(rollout, next, { type: 'advanced', nowMs, verdict, sentence: said });
}

/** Said once per stage: how many scenarios are left for people to try. */
function awaitSpotChecks(
  rollout: Rollout,
  { nowMs, stage }: { readonly nowMs: number; readonly stage: Stage },
): Rollout {
  if (hasSaid(rollout, 'awaitingSpotChecks')) return rollout;
  const tried = countSpotChecks(rollout.spotChecks);
  return decide(rollout, {
    type: 'awaitingSpotChecks',
    nowMs,
    stage: stage.name,
    toPercent: rollout.sharePercent,
    sentence: `Stage ${stage.name} is ready to be left, and ${tried} of its ${stage.spotChecks} scenarios have been tried. Try the others by hand and tick each off: ascent tick-off --what "..."`,
  });
}

/** Whether something has been said since this stage began, and since `sinceMs`. */
function hasSaid(
  { decisions, stageEnteredMs }: Rollout,
  said: DecisionType,
  sinceMs = stageEnteredMs,
): boolean {
  const fromMs = Math.max(stageEnteredMs, sinceMs);
  return decisions.some(({ type, atMs }) => type === said && atMs >= fromMs);
}

/** The approval of `next` that expired last; `null` where none has. */
function lastExpired(
  { approvals }: Rollout,
  { next, nowMs }: { readonly next: Stage; readonly nowMs: number },
): Approval | null {
  const expired = approvals.filter(
    ({ stage, expiresMs }) => stage === next.name && expiresMs <= nowMs,
  );
  return expired.toSorted((a, b) => a.expiresMs - b.expiresMs).at(-1) ?? null;
}

/** Said once per stage, and again once an approval of it has expired; the rollout stays open and keeps watching. */
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
  const expired = lastExpired(rollout, { next, nowMs });
  if (hasSaid(rollout, 'awaitingApproval', expired?.expiresMs)) return rollout;
  const lapsed = expired === null ? '' : `The approval by ${expired.by} has expired. `;
  const people =
    next.approvalsRequired === 1
      ? "a person's approval"
      : `the approval of ${next.approvalsRequired} people`;
  return decide(rollout, {
    type: 'awaitingApproval',
    nowMs,
    stage: stage.name,
    toPercent: rollout.sharePercent,
    verdict,
    sentence: `${lapsed}Ready for ${next.sharePercent} %, and stage ${next.name} needs ${people}. ${sentence}`,
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
  const { gate, isAgainst } = context.leave;
  // `promote` is a word about too little traffic. What was seen and speaks against the release is another matter, and so
  // is a gate of the owner's own that is broken or unreadable.
  const needsPerson = gate !== undefined || isAgainst === true;
  const policy = needsPerson && plan.whenUndecidable === 'promote' ? 'ask' : plan.whenUndecidable;
  switch (policy) {
    case 'hold':
      return rollout;
    case 'promote': {
      const sentence = `Undecided after ${heldFor}, and the plan says to go on then. ${context.leave.sentence}`;
      return leave(plan, rollout, { ...context, leave: { verdict: 'undecided', sentence } });
    }
    case 'ask': {
      const by = gate === undefined ? 'is undecided' : `is held by the gate ${gate}`;
      const reason = `stage ${stage.name} ${by} after ${heldFor}`;
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
          verdict: context.leave.verdict,
          sentence: `The rollout waits for a person because ${reason}. ${context.leave.sentence}`,
        },
      );
    }
  }
}
