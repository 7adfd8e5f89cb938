/**
 * The one place where a rollout is decided: `advance(plan, rollout, event) → { rollout, effects, persist }`.
 *
 * Arithmetic only: no clock, no promise, no I/O. The order of the rules below is the precedence, and it is the product:
 * what somebody else did comes first (never fought), then whatever must go back (waits for nothing), then what may go on.
 * The simulator and the controller run this very function.
 */
import { announce } from './announce.js';
import { command } from './command.js';
import type { RolloutEvent } from './event.js';
import { noteSpotChecks } from './note-spot-checks.js';
import { silenceAlert } from './note-alerts.js';
import { sameFindings } from '../gates/index.js';
import { observeWorld } from './observe-world.js';
import { noteDeliveries } from './outbox.js';
import type { RolloutPlan } from '../plan/plan.js';
import { tidyWords } from '../said.js';
import { isOpen, type OutboxEntry, type Rollout } from '../record/rollout.js';

/** The evidence is written down at least this often; the Admin API has a write quota. */
export const CHECKPOINT_MS = 10 * 60_000;

/** What one event comes to. */
export type Step = {
  readonly rollout: Rollout;
  /** Effects that this event added to the outbox. */
  readonly effects: readonly OutboxEntry[];
  /** True where the new state must be written; otherwise only evidence grew, and any controller recomputes it. */
  readonly persist: boolean;
};

/**
 * The state after `event`. A rollout that has ended changes only by deliveries.
 * @throws AscentError for a person's command at the wrong time (`ASC_ROLLOUT_ENDED`, `ASC_NOT_PAUSED`, …); nothing changes then.
 */
export function advance(plan: RolloutPlan, rollout: Rollout, event: RolloutEvent): Step {
  const next = announce(plan, transition(plan, rollout, event), rollout.seq);
  const known = new Set(rollout.outbox.map(({ key }) => key));
  const due = isOpen(next) && event.nowMs - next.checkpointMs >= CHECKPOINT_MS;
  const persist = due || isMaterial(rollout, next);
  return {
    rollout: persist ? { ...next, checkpointMs: event.nowMs } : next,
    effects: next.outbox.filter(({ key }) => !known.has(key)),
    persist,
  };
}

function transition(plan: RolloutPlan, rollout: Rollout, event: RolloutEvent): Rollout {
  switch (event.type) {
    case 'observed':
      return isOpen(rollout) ? observeWorld(plan, rollout, event) : rollout;
    case 'delivered':
      return noteDeliveries(rollout, event);
    case 'silence':
      return silenceAlert(plan, rollout, tidyWords(event));
    case 'spotChecked':
      return isOpen(rollout) ? noteSpotChecks(plan, rollout, event) : rollout;
    default:
      return command(plan, rollout, tidyWords(event));
  }
}

/** Everything but growing evidence is material: decisions, deliveries, smoke runs, the moment the share is served. */
function isMaterial(before: Rollout, after: Rollout): boolean {
  return (
    before.seq !== after.seq ||
    before.outbox !== after.outbox ||
    before.alerts !== after.alerts ||
    before.smoke !== after.smoke ||
    before.spotChecks !== after.spotChecks ||
    !sameFindings(before.customGates, after.customGates) ||
    before.stageSettledMs !== after.stageSettledMs ||
    before.blindSinceMs !== after.blindSinceMs
  );
}
