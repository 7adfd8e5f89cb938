/** Which decisions are told to people, through which channels of the plan, and how urgently. */
import { post } from './outbox.js';
import type { Channel, RolloutPlan } from '../plan/plan.js';
import type { Decision, DecisionType, Effect, Rollout } from '../record/rollout.js';

/** How much a message matters to a tired person. */
export type Urgency = 'info' | 'ask' | 'bad';

/** `null` is not told: it is on the page and in the journal for whoever looks. Alerts choose their channels themselves. */
const urgencies: Readonly<Record<DecisionType, Urgency | null>> = {
  started: 'info',
  noticed: null,
  smokePassed: null,
  smokeFailed: null,
  advanced: 'info',
  skipped: 'info',
  spotChecksPassed: null,
  spotChecksFailed: null,
  tickedOff: null,
  awaitingSpotChecks: 'ask',
  awaitingApproval: 'ask',
  approved: null,
  paused: 'ask',
  resumed: 'info',
  rolledBack: 'bad',
  promoted: 'info',
  superseded: 'info',
  aborted: 'info',
  blind: 'ask',
  sighted: 'info',
  alertFired: 'bad',
  alertRepeated: 'bad',
  alertResolved: 'info',
};

/** Decisions of alerts; their rules name the channels. */
const alertTypes: ReadonlySet<DecisionType> = new Set([
  'alertFired',
  'alertRepeated',
  'alertResolved',
]);

/** How urgent a decision is; `info` for what is usually not told. */
export function urgencyOf({ type }: Decision): Urgency {
  return urgencies[type] ?? 'info';
}

/** `rollout` with a message in the outbox, channel by channel, for every decision after `afterSeq` that is told to people. */
export function announce(plan: RolloutPlan, rollout: Rollout, afterSeq: number): Rollout {
  if (rollout.seq === afterSeq) return rollout;
  const told = rollout.decisions.filter(
    ({ seq, type }) => seq > afterSeq && urgencies[type] !== null && !alertTypes.has(type),
  );
  return told.reduce((next, decision) => announceTo(next, plan.notify.channels, decision), rollout);
}

/** `rollout` with a message about `decision` for each of `channels`. */
export function announceTo(
  rollout: Rollout,
  channels: readonly Channel[],
  decision: Decision,
): Rollout {
  const effects = channels.map(({ type }): Effect => ({
    key: `${rollout.id}/${decision.seq}/${type}`,
    type: 'notify',
    channel: type,
    decision,
  }));
  if (effects.length === 0) return rollout;
  return { ...rollout, outbox: post(rollout.outbox, effects, decision.atMs) };
}
