/**
 * The rules that never bend (docs/architecture.md and the plan's own words), judged at every write that Ascent makes,
 * by somebody who sees both sides of the write and the truth about users. Each answers `null`, or what is wrong.
 */
import { countSpotChecks, isOpen, type Decision, type Rollout } from '@ascent/core';
import { areSame, wantedShares, type WriteSeen } from './ledger.js';
import type { TrialPlan } from './trial-plan.js';

/** A rule that was broken: which, when, and what happened. */
export type Violation = { readonly rule: string; readonly atMs: number; readonly what: string };

/** Room for the trial's plan and the candidate's requests since its share changed. */
export type RuleContext = { readonly trial: TrialPlan; readonly candidateRequests: number };

type Rule = (write: WriteSeen, context: RuleContext) => string | null;

/** Kubernetes refuses objects whose annotations are larger together. */
const ANNOTATION_BYTES_MAX = 262_144;

/** By a person's name: the controllers of a trial call themselves `ascent`. */
function isByPerson({ by }: Decision): boolean {
  return by !== 'ascent';
}

/** On to the next stage or to the end, and no person said so. */
function goesOnByItself(decision: Decision): boolean {
  const goesOn = decision.type === 'advanced' || decision.type === 'promoted';
  return goesOn && !isByPerson(decision);
}

/** Undecided, and nothing that was seen spoke against the release. */
function isForWantOfTraffic({ verdict }: Decision, rollout: Rollout | null): boolean {
  const code = rollout?.judgement?.reason.code;
  return verdict === 'undecided' && code !== 'evidence-against' && code !== 'limit-exceeded';
}

function shown(shares: ReadonlyMap<string, number>): string {
  return [...shares].map(([name, percent]) => `${name} ${percent}`).join(', ') || 'nothing';
}

const rules: Readonly<Record<string, Rule>> = {
  'shares are whole and sum to 100': ({ after }) => {
    const sum = after.traffic.reduce((total, { percent }) => total + percent, 0);
    const whole = after.traffic.every(({ percent }) => Number.isInteger(percent) && percent >= 0);
    return whole && sum === 100 ? null : JSON.stringify(after.traffic);
  },

  'traffic names only the stable revision and the candidate, never LATEST': (write) => {
    const { after, before, recordAfter } = write;
    if (after.traffic === before.traffic) return null;
    const { stable, rollout } = recordAfter;
    const known = new Set([stable, rollout?.stable, rollout?.candidate]);
    const others = after.traffic.filter(
      ({ revision, percent }) => percent > 0 && (revision === null || !known.has(revision)),
    );
    return others.length === 0 ? null : JSON.stringify(others);
  },

  'record and traffic agree': ({ sharesAfter, recordAfter, foundForeign }) => {
    const { rollout } = recordAfter;
    if (foundForeign && (rollout === null || isOpen(rollout))) return null;
    const wanted = wantedShares(recordAfter);
    if (areSame(wanted, sharesAfter) || foundForeign) return null;
    return `the record asks for ${shown(wanted)}, the traffic is ${shown(sharesAfter)}`;
  },

  'the share rises only on a healthy verdict, an override, or the plan’s own word': (write) => {
    const { rolloutBefore, made } = write;
    const { rollout, plan } = write.recordAfter;
    const from = rolloutBefore?.sharePercent ?? 0;
    const to = rollout?.sharePercent ?? 0;
    if (to <= from) return null;
    const risen = made.findLast(({ toPercent }) => toPercent === to);
    if (risen === undefined) return `from ${from} % to ${to} % without a decision`;
    const word = plan.whenUndecidable === 'promote' && isForWantOfTraffic(risen, rollout);
    if (risen.verdict === 'healthy' || isByPerson(risen) || word) return null;
    return `from ${from} % to ${to} % on ${risen.type}, verdict ${String(risen.verdict)}`;
  },

  'the share is never past its stage, and stages are not jumped': (write) => {
    const { rollout, plan } = write.recordAfter;
    if (rollout === null || !isOpen(rollout)) return null;
    const stage = plan.stages[rollout.stageIndex];
    if (stage === undefined || rollout.sharePercent > stage.sharePercent) {
      return `${rollout.sharePercent} % at stage ${stage?.name ?? rollout.stageIndex}`;
    }
    const from = write.rolloutBefore?.stageIndex ?? 0;
    const jumped = rollout.stageIndex > from + 1 && !write.made.some(isByPerson);
    return jumped ? `from stage ${from} to ${rollout.stageIndex} in one write` : null;
  },

  'once rolled back, the candidate has no users': ({ ledger, sharesBefore, sharesAfter, turn }) => {
    if (turn.wish !== null) return null;
    const back = [...sharesAfter].filter(
      ([name, percent]) => ledger.sentBack.has(name) && percent > (sharesBefore.get(name) ?? 0),
    );
    return back.length === 0 ? null : shown(new Map(back));
  },

  'what was decided about is not begun again': ({ made, recordAfter, ledger, turn }) => {
    const { rollout } = recordAfter;
    if (rollout === null || turn.wish !== null) return null;
    if (!made.some(({ type }) => type === 'started')) return null;
    const earlier = [...ledger.ended.values()].find(
      ({ candidate, status }) => candidate === rollout.candidate && status.type !== 'superseded',
    );
    if (earlier === undefined) return null;
    return `a new rollout of ${rollout.candidate}, which was ${earlier.status.type}`;
  },

  'what somebody else set is left alone until a person decides': (write) => {
    const { foundForeign, sharesBefore, sharesAfter, made, turn } = write;
    if (!foundForeign || areSame(sharesBefore, sharesAfter)) return null;
    const moving = new Set(['resumed', 'rolledBack', 'aborted', 'promoted', 'skipped', 'started']);
    if (made.some((decision) => isByPerson(decision) && moving.has(decision.type))) return null;
    const types = made.map(({ type }) => type).join(', ') || 'no decision';
    return `${turn.actor} (${types}) made ${shown(sharesAfter)} of ${shown(sharesBefore)}`;
  },

  'nobody else’s tag is lost': ({ before, after }) => {
    const ours = new Set([null, 'candidate', 'stable']);
    const tags = after.traffic.map(({ tag }) => tag);
    const lost = before.traffic.filter(({ tag }) => !ours.has(tag) && !tags.includes(tag));
    return lost.length === 0 ? null : JSON.stringify(lost);
  },

  'a stage that needs an approval has one: a name, a reason, a time, unexpired': (
    { made, recordAfter, rolloutBefore, ledger },
    { trial },
  ) => {
    const approvals = [
      ...(rolloutBefore?.approvals ?? []),
      ...(recordAfter.rollout?.approvals ?? []),
    ];
    const unapproved = made
      .filter((decision) => decision.type === 'advanced' && !isByPerson(decision))
      .filter(({ stage }) => trial.approvalStages.includes(stage))
      .find((decision) => {
        const good = approvals.filter(
          ({ stage, by, reason, expiresMs }) =>
            stage === decision.stage &&
            by !== '' &&
            reason !== '' &&
            decision.atMs < expiresMs &&
            ledger.approvals.has(`${stage} ${by}`),
        );
        const wanted = recordAfter.plan.stages.find(({ name }) => name === decision.stage);
        return new Set(good.map(({ by }) => by)).size < (wanted?.approvalsRequired ?? 1);
      });
    return unapproved === undefined
      ? null
      : `stage ${unapproved.stage} was entered without its approvals`;
  },

  'a stage is left by itself only when its scenarios were tried': ({
    made,
    rolloutBefore,
    recordAfter,
  }) => {
    if (rolloutBefore === null || !made.some(goesOnByItself)) return null;
    const wanted = recordAfter.plan.stages[rolloutBefore.stageIndex]?.spotChecks ?? 0;
    const tried = countSpotChecks(rolloutBefore.spotChecks);
    return tried < wanted ? `${tried} of ${wanted} were tried` : null;
  },

  'history only grows': ({ recordBefore, recordAfter, rolloutBefore, made, ledger }) => {
    const gone = recordBefore?.rollout ?? null;
    const after = recordAfter.rollout;
    if (gone !== null && rolloutBefore === null) {
      return isOpen(gone) ? `the open rollout ${gone.id} is gone` : null;
    }
    if (after === null) return null;
    const seq = rolloutBefore?.seq ?? 0;
    if (after.seq !== seq + made.length) {
      return `seq ${seq} became ${after.seq}, ${made.length} made`;
    }
    const changed = after.decisions.find((decision) => {
      const known = ledger.decisions.get(`${after.id}/${decision.seq}`);
      return known !== undefined && known !== JSON.stringify(decision);
    });
    return changed === undefined ? null : `decision ${changed.seq} was rewritten`;
  },

  'what has ended stays as it ended': ({ recordAfter, ledger }) => {
    const { rollout } = recordAfter;
    const ended = rollout === null ? undefined : ledger.ended.get(rollout.id);
    if (rollout === null || ended === undefined) return null;
    const same = JSON.stringify(rollout.status) === JSON.stringify(ended.status);
    return same && rollout.seq === ended.seq
      ? null
      : `${ended.status.type}, then ${rollout.status.type}`;
  },

  'stable is what last completed a rollout': ({ recordBefore, recordAfter, made }) => {
    const promoted = made.some(({ type }) => type === 'promoted');
    const { rollout, stable } = recordAfter;
    if (promoted) return stable === rollout?.candidate ? null : `promoted, and stable is ${stable}`;
    if (recordBefore === null || recordBefore.stable === stable) return null;
    const open = recordBefore.rollout !== null && isOpen(recordBefore.rollout);
    return open ? `${recordBefore.stable} became ${stable} in mid-rollout` : null;
  },

  'no users, no healthy verdict': ({ made, rolloutBefore }, { candidateRequests }) => {
    const share = rolloutBefore?.sharePercent ?? 0;
    const went = made.some(
      (decision) => goesOnByItself(decision) && decision.verdict === 'healthy',
    );
    return went && share > 0 && candidateRequests === 0
      ? `healthy at ${share} % with no request`
      : null;
  },

  'blind, it does not go on': ({ made, turn }) =>
    made.some(goesOnByItself) && turn.sight === 'unavailable' ? 'it went on without metrics' : null,

  'a stage is held as long as the plan says': (write, { trial }) => {
    const { made, rolloutBefore, recordAfter, nowMs, ledger } = write;
    if (rolloutBefore === null || !made.some(goesOnByItself)) return null;
    const stage = recordAfter.plan.stages[rolloutBefore.stageIndex];
    const heldMs = nowMs - ledger.shareSince.ms;
    if (stage === undefined || heldMs >= stage.holdMinMs - trial.clocksApartMs) return null;
    return `${stage.name} was left after ${heldMs} ms of ${stage.holdMinMs} ms`;
  },

  'a rollback waits for nothing': ({ made, turn }) => {
    const back = made.find(({ type }) => type === 'rolledBack');
    if (back === undefined) return null;
    const allowed = isByPerson(back)
      ? ['read', 'replace']
      : ['read', 'replace', 'metrics', 'smoke'];
    const waited = turn.calls.filter((call) => !allowed.includes(call));
    return waited.length === 0 ? null : `it waited for ${[...new Set(waited)].join(' and ')}`;
  },

  'evidence never goes back': ({ rolloutBefore, recordAfter }) => {
    const after = recordAfter.rollout;
    if (rolloutBefore === null || after === null) return null;
    const [from, to] = [rolloutBefore.evidence.watermarkMs, after.evidence.watermarkMs];
    return to < from ? `${from} became ${to}` : null;
  },

  'the record fits into an annotation': ({ after }) => {
    const bytes = Buffer.byteLength(after.record ?? '');
    return bytes <= ANNOTATION_BYTES_MAX ? null : `${bytes} bytes`;
  },
};

/** Every rule by name. */
export const ruleNames: readonly string[] = Object.keys(rules);

/** The rules that `write` breaks. */
export function judgeWrite(write: WriteSeen, context: RuleContext): readonly Violation[] {
  return Object.entries(rules).flatMap(([rule, judge]) => {
    const what = judge(write, context);
    return what === null ? [] : [{ rule, atMs: write.nowMs, what }];
  });
}
