/**
 * The state of a rollout: plain JSON that travels in one annotation of the Service, beside the traffic it explains.
 * Whoever reads it knows everything that was decided and why, and any controller can go on from it.
 */
import type { Evidence, Judgement, Verdict } from '../evidence/index.js';
import type { AlertState } from '../alerts/index.js';
import type { GateState } from '../gates/index.js';
import type { Channel, RolloutPlan } from '../plan/plan.js';
import type { SmokeOutcome } from '../plan/smoke-plan.js';
import type { SpotChecks } from './spot-checks.js';

/** Why a rollout stands still. */
export type PauseCause =
  'person' | 'foreignChange' | 'undecidable' | 'blind' | 'spotChecks' | 'stableMissing';

/** Where a rollout is. The first two are open, the others are ends. */
export type RolloutStatus =
  | { readonly type: 'running' }
  | {
      readonly type: 'paused';
      readonly cause: PauseCause;
      readonly by: string;
      readonly reason: string;
      readonly sinceMs: number;
    }
  | { readonly type: 'promoted'; readonly atMs: number }
  | { readonly type: 'rolledBack'; readonly atMs: number; readonly reason: string }
  | { readonly type: 'superseded'; readonly atMs: number; readonly revision: string }
  /** A person ended it, and nothing is held against the candidate. */
  | { readonly type: 'aborted'; readonly atMs: number; readonly reason: string };

/** A person's yes to one stage's share. It has a name, a time and a reason, and expires. */
export type Approval = {
  readonly stage: string;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
  readonly expiresMs: number;
};

/** What kind of thing was decided. */
export type DecisionType =
  | 'started'
  | 'noticed'
  | 'smokePassed'
  | 'smokeFailed'
  | 'advanced'
  | 'skipped'
  | 'spotChecksPassed'
  | 'spotChecksFailed'
  | 'tickedOff'
  | 'awaitingSpotChecks'
  | 'awaitingApproval'
  | 'approved'
  | 'paused'
  | 'resumed'
  | 'rolledBack'
  | 'promoted'
  | 'superseded'
  | 'aborted'
  | 'blind'
  | 'sighted'
  | 'alertFired'
  | 'alertRepeated'
  | 'alertResolved';

/** One line of the audit log: what was decided, on what verdict, by whom, and why in one sentence. */
export type Decision = {
  readonly seq: number;
  readonly atMs: number;
  readonly type: DecisionType;
  readonly stage: string;
  readonly fromPercent: number;
  readonly toPercent: number;
  /** The gates' verdict it rests on; `null` where a person or a rule without statistics decided. */
  readonly verdict: Verdict | null;
  /** `ascent`, or the name of the person. */
  readonly by: string;
  readonly sentence: string;
};

/**
 * Something the shell must do because of a decision. Delivered at least once; `key` makes repeats harmless.
 * `journal` writes one decision down, `archive` the whole record of a rollout that has ended, `notify` tells people.
 */
export type Effect =
  | { readonly key: string; readonly type: 'journal'; readonly decision: Decision }
  | {
      readonly key: string;
      readonly type: 'archive';
      /** The record to archive, once a newer rollout has taken its place; without it, the one this lies in. */
      readonly of?: RolloutRecord;
    }
  | {
      readonly key: string;
      readonly type: 'notify';
      readonly channel: Channel['type'];
      readonly decision: Decision;
    };

/** An effect that has not arrived yet. */
export type OutboxEntry = Effect & {
  /** Tries so far, all of them in vain. */
  readonly tries: number;
  /** When the next try is due, Unix milliseconds. */
  readonly dueMs: number;
};

/** One rollout of one candidate. */
export type Rollout = {
  readonly id: string;
  readonly stable: string;
  readonly candidate: string;
  readonly status: RolloutStatus;
  readonly stageIndex: number;
  /** The candidate's share now, integer percent. */
  readonly sharePercent: number;
  readonly startedMs: number;
  /** When the share of this stage was written. */
  readonly stageEnteredMs: number;
  /** When the platform was first seen to serve the share of this stage; the hold counts from here. */
  readonly stageSettledMs: number | null;
  readonly evidence: Evidence;
  /** When `evidence` was last written down. */
  readonly checkpointMs: number;
  /** The gates' last judgement that a decision rested on. */
  readonly judgement: Judgement | null;
  /** The plan's custom gates as they were found last; empty before the first look at them. */
  readonly customGates: readonly GateState[];
  /** The smoke run of this stage; `null` until it ran. */
  readonly smoke: SmokeOutcome | null;
  /** Smoke runs of this stage that failed, in a row. */
  readonly smokeFailures: number;
  readonly spotChecks: SpotChecks;
  readonly approvals: readonly Approval[];
  /** Since when the metrics could not be read; `null` when they can. */
  readonly blindSinceMs: number | null;
  /** Newest last; the oldest are dropped, the journal keeps all. */
  readonly decisions: readonly Decision[];
  readonly alerts: AlertState;
  readonly outbox: readonly OutboxEntry[];
  /** Number of decisions so far. */
  readonly seq: number;
};

/** Alerts of the time without an open rollout. */
export type Watch = {
  /** Begins with the stable revision's name, as a rollout's begins with its candidate's. */
  readonly id: string;
  readonly alerts: AlertState;
  /** Number of news so far. */
  readonly seq: number;
  /** Newest last; the oldest are dropped, the journal keeps all. */
  readonly news: readonly Decision[];
  readonly outbox: readonly OutboxEntry[];
};

/** The whole annotation. */
export type RolloutRecord = {
  readonly version: 1;
  readonly plan: RolloutPlan;
  /** The revision that last completed a rollout (or was adopted as the first). */
  readonly stable: string;
  /** The open rollout, or the last one that ended; `null` after an adoption. */
  readonly rollout: Rollout | null;
  /** Left out while nothing became of any alert since the last rollout. */
  readonly watch?: Watch;
};

/** True while the rollout may still move. */
export function isOpen(rollout: Rollout): boolean {
  return rollout.status.type === 'running' || rollout.status.type === 'paused';
}
