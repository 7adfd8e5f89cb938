/**
 * Writing a decision down: the audit line, and the effect that reports it, in the same state as what was decided.
 * One write carries both, so a crash can neither act without a trace nor leave a trace of what did not happen.
 */
import type { Verdict } from '../evidence/index.js';
import { post } from './outbox.js';
import {
  isOpen,
  type Decision,
  type DecisionType,
  type Effect,
  type Rollout,
} from '../record/rollout.js';
import { oneLine } from '../said.js';

/** The annotation is no archive: it keeps the newest decisions, the journal keeps all. */
const DECISIONS_KEPT = 40;

/** Characters. Forty of the longest still leave room for the rest of the record. */
const SENTENCE_LENGTH_MAX = 2_000;

/** A decision before it has its number. */
export type NewDecision = {
  readonly type: DecisionType;
  readonly nowMs: number;
  readonly stage: string;
  readonly toPercent: number;
  readonly verdict?: Verdict | null;
  readonly by?: string;
  readonly sentence: string;
};

/** `rollout` (already in its new status) with `made` in its audit log and its outbox. The share is set to `made.toPercent`. */
export function decide(rollout: Rollout, made: NewDecision): Rollout {
  const decision: Decision = {
    seq: rollout.seq + 1,
    atMs: made.nowMs,
    type: made.type,
    stage: made.stage,
    fromPercent: rollout.sharePercent,
    toPercent: made.toPercent,
    verdict: made.verdict ?? null,
    by: made.by ?? 'ascent',
    // A sentence quotes platforms, metrics and answers of candidates; whatever these say, it stays a line of the log.
    sentence: oneLine(made.sentence, SENTENCE_LENGTH_MAX),
  };
  const key = `${rollout.id}/${decision.seq}`;
  const effects: readonly Effect[] = [
    { key: `${key}/journal`, type: 'journal', decision },
    ...(isOpen(rollout) ? [] : [{ key: `${key}/archive`, type: 'archive' } as const]),
  ];
  return {
    ...rollout,
    seq: decision.seq,
    sharePercent: made.toPercent,
    decisions: [...rollout.decisions, decision].slice(-DECISIONS_KEPT),
    outbox: post(rollout.outbox, effects, made.nowMs),
  };
}
