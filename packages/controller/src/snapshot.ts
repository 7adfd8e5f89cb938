/** What the page, the API and the terminal show after one turn: everything that was seen and decided, as plain JSON. */
import type { RolloutPlan, RolloutRecord, ServedTarget } from '@ascent/core';
import type { Turn } from './loop.js';

/** One turn for a reader. */
export type Snapshot = {
  readonly service: string;
  readonly atMs: number;
  readonly served: readonly ServedTarget[];
  readonly record: RolloutRecord | null;
  /** Why nothing is rolled out, where nothing is. */
  readonly idle: string | null;
  /** What went wrong in this turn; the rollout is as the last good turn left it. */
  readonly error: string | null;
};

/** The snapshot of `turn`. A failed turn shows what the one before it saw, with the error. */
export function snapshotOf(
  turn: Turn,
  context: {
    readonly plan: RolloutPlan;
    readonly atMs: number;
    readonly previous: Snapshot | null;
  },
): Snapshot {
  const { plan, atMs, previous } = context;
  if (turn.type === 'failed') {
    const error = turn.error instanceof Error ? turn.error.message : String(turn.error);
    const nothing = { service: plan.service, served: [], record: null, idle: null };
    return { ...(previous ?? nothing), atMs, error };
  }
  const { view, record, idle } = turn.report;
  return { service: plan.service, atMs, served: view.served, record, idle, error: null };
}
