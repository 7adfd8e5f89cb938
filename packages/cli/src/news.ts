/** A rollout as it goes on, in lines: what is new, and how it ended. `up` and `watch` say the same. */
import type { Turn } from '@ascent/controller';
import { isOpen, type Decision, type Rollout, type RolloutRecord } from '@ascent/core';

/** Ctrl-C. */
export const INTERRUPTED_STATUS = 130;
/** Nothing went wrong with Ascent; the release did not get through. */
export const NOT_PROMOTED_STATUS = 4;

/** The record that a turn left, or `null`. */
export function recordOf(turn: Turn | null): RolloutRecord | null {
  return turn === null || turn.type === 'failed' ? null : turn.report.record;
}

/** One decision as a line. */
export function decisionLine({ atMs, stage, sentence }: Decision): string {
  return `${new Date(atMs).toISOString()}  ${stage.padEnd(8)} ${sentence}`;
}

/** The decisions of `record` after the number `said`. */
export function newDecisions(record: RolloutRecord | null, said: number): readonly Decision[] {
  return (record?.rollout?.decisions ?? []).filter(({ seq }) => seq > said);
}

/** Exit status for how a rollout stands: 0 promoted, 4 ended otherwise, 130 left while it was open. */
export function statusFor(rollout: Rollout): number {
  if (rollout.status.type === 'promoted') return 0;
  return isOpen(rollout) ? INTERRUPTED_STATUS : NOT_PROMOTED_STATUS;
}
