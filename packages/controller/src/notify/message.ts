/** What people are told of a decision: the same sentence as everywhere else, with what to do next. Pure. */
import { isOpen, urgencyOf, type Decision, type RolloutRecord, type Urgency } from '@ascent/core';

/** One message, for any channel. */
export type Message = {
  /** The same for every repeat, so that a receiver can tell them apart from news. */
  readonly key: string;
  readonly service: string;
  readonly candidate: string;
  readonly urgency: Urgency;
  /** A line that can stand alone: a subject, a notification on a telephone. */
  readonly title: string;
  readonly sentence: string;
  readonly decision: Decision;
  /** The page on which a person can act; `null` where the plan names none. */
  readonly pageUrl: string | null;
  /** Whether the rollout that it is about is still open, so that there is something to roll back. */
  readonly canGoBack: boolean;
};

const titles: Readonly<Partial<Record<Decision['type'], string>>> = {
  started: 'rollout begins',
  advanced: 'goes on',
  skipped: 'stage skipped',
  awaitingSpotChecks: 'spot checks wanted',
  awaitingApproval: 'approval wanted',
  paused: 'paused',
  resumed: 'resumed',
  rolledBack: 'rolled back',
  promoted: 'promoted',
  superseded: 'superseded',
  aborted: 'aborted',
  blind: 'metrics lost',
  sighted: 'metrics back',
  alertFired: 'alert',
  alertRepeated: 'alert goes on',
  alertResolved: 'alert over',
};

/** The message about `decision` in `record`. */
export function messageOf(key: string, decision: Decision, record: RolloutRecord): Message {
  const { plan, rollout } = record;
  // The outbox may still hold news of the rollout before: its candidate is in the key (`CANDIDATE@TIME/NUMBER/CHANNEL`).
  const candidate = key.split('@')[0] ?? '';
  const { fromPercent, toPercent } = decision;
  const share = fromPercent === toPercent ? `${toPercent} %` : `${fromPercent} % → ${toPercent} %`;
  return {
    key,
    service: plan.service,
    candidate,
    urgency: urgencyOf(decision),
    title: `${candidate} ${titles[decision.type] ?? decision.type} (${share})`,
    sentence: decision.sentence,
    decision,
    pageUrl: plan.notify.pageUrl,
    canGoBack: rollout !== null && isOpen(rollout) && key.startsWith(`${rollout.id}/`),
  };
}
