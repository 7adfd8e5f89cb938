/**
 * What a trial remembers to judge by: every record that was ever written, who set the traffic last, what users saw.
 * It is filled from the service itself, never from what a controller believes.
 */
import {
  isOpen,
  readRecord,
  sharesByRevision,
  type Decision,
  type Rollout,
  type RolloutRecord,
  type TrafficTarget,
} from '@ascent/core';
import type { ServiceState } from './simulated-service.js';

/** One turn of a controller or a person: what it asked for before it wrote. */
export type Turn = {
  readonly actor: string;
  /** The command of a person; `null` is a controller's step. */
  readonly wish: { readonly by: string; readonly type: string } | null;
  readonly startedMs: number;
  /** Calls so far, in order. */
  readonly calls: ('read' | 'replace' | 'metrics' | 'smoke' | 'deliver')[];
  /** What the metrics answered last. */
  sight: 'not asked' | 'points' | 'unavailable';
};

/** One write of Ascent that took effect. */
export type WriteSeen = {
  readonly nowMs: number;
  readonly turn: Turn;
  readonly before: ServiceState;
  readonly after: ServiceState;
  readonly recordBefore: RolloutRecord | null;
  readonly recordAfter: RolloutRecord;
  /** The rollout of `recordAfter` as it was before; `null` where this write begins it. */
  readonly rolloutBefore: Rollout | null;
  /** Decisions that this write added. */
  readonly made: readonly Decision[];
  /** The traffic that the write found was set by somebody else, against the record. */
  readonly foundForeign: boolean;
  /** Percent per revision that the write found and left, with LATEST by its name. */
  readonly sharesBefore: ReadonlyMap<string, number>;
  readonly sharesAfter: ReadonlyMap<string, number>;
  readonly ledger: Ledger;
};

/** The history of one trial's service. */
export class Ledger {
  /** Every decision ever written, by `rollout/seq`, as JSON. */
  readonly decisions = new Map<string, string>();
  /** Every effect that reached its destination, by key. */
  readonly delivered = new Set<string>();
  /** Rollouts that have ended, by id. */
  readonly ended = new Map<string, Rollout>();
  /** Candidates that were sent back, and not begun anew by a person. */
  readonly sentBack = new Set<string>();
  /** Approvals that people gave: stage and name. */
  readonly approvals = new Set<string>();
  /** True time of the last write that changed the candidate's share, and its requests by then. */
  shareSince = { ms: 0, requests: 0 };
  /** The traffic now was set by somebody else. */
  trafficIsForeign = false;
  writes = 0;
  #parsed: { readonly text: string; readonly record: RolloutRecord } | null = null;

  /** The record in `state`. Reads the text that was really written. */
  recordIn({ record: text }: ServiceState): RolloutRecord | null {
    if (text === null) return null;
    if (this.#parsed?.text !== text) this.#parsed = { text, record: readRecord(text) };
    return this.#parsed.record;
  }

  #noteWatch({ watch }: RolloutRecord): void {
    if (watch === undefined) return;
    for (const decision of watch.news) {
      this.decisions.set(`${watch.id}/${decision.seq}`, JSON.stringify(decision));
    }
  }

  /** Remembers a write after it was judged. */
  note(write: WriteSeen, candidateRequests: number): void {
    const { nowMs, made, recordAfter, turn, sharesBefore } = write;
    const { rollout, stable } = recordAfter;
    this.writes += 1;
    // Somebody else gave everything to it, and it is what the next rollout goes back to.
    if (sharesBefore.get(stable) === 100) this.sentBack.delete(stable);
    this.#noteWatch(recordAfter);
    if (rollout === null) return;
    for (const decision of made) {
      this.decisions.set(`${rollout.id}/${decision.seq}`, JSON.stringify(decision));
      if (decision.fromPercent !== decision.toPercent || decision.type === 'started') {
        this.shareSince = { ms: nowMs, requests: candidateRequests };
      }
      if (decision.type === 'rolledBack') this.sentBack.add(rollout.candidate);
      if (decision.type === 'started' && turn.wish !== null)
        this.sentBack.delete(rollout.candidate);
      if (decision.type === 'approved') {
        for (const { stage, by } of rollout.approvals) this.approvals.add(`${stage} ${by}`);
      }
    }
    if (!isOpen(rollout)) this.ended.set(rollout.id, rollout);
  }
}

/** Percent per revision, with LATEST by the name of the revision it means. */
export function namedShares(
  traffic: readonly TrafficTarget[],
  latestReady: string | null,
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const [name, percent] of sharesByRevision(traffic)) {
    const revision = name === 'LATEST' ? (latestReady ?? name) : name;
    shares.set(revision, (shares.get(revision) ?? 0) + percent);
  }
  return shares;
}

/** The shares that a record asks for. */
export function wantedShares(record: RolloutRecord): ReadonlyMap<string, number> {
  const { rollout } = record;
  if (rollout === null) return new Map([[record.stable, 100]]);
  const { stable, candidate, sharePercent, status } = rollout;
  if (status.type === 'promoted') return new Map([[candidate, 100]]);
  if (!isOpen(rollout)) return new Map([[stable, 100]]);
  const both: readonly (readonly [string, number])[] = [
    [stable, 100 - sharePercent],
    [candidate, sharePercent],
  ];
  return new Map(both.filter(([, percent]) => percent > 0));
}

/** True where both are the same revisions with the same percent. */
export function areSame(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([name, percent]) => b.get(name) === percent);
}
