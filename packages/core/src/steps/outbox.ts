/**
 * The outbox: what is still to be delivered because of decisions that are already written. Deliveries are at least once;
 * one that fails is tried again ever more rarely, and when the next try is due is decided here and stands in the record,
 * so that any controller may make it. It never holds up a decision.
 */
import type { Delivered } from './event.js';
import type { Effect, OutboxEntry, RolloutRecord } from '../record/rollout.js';

/** A first failure is often a restart somewhere. */
const FIRST_BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 3_600_000;
/** About a day of trying: news older than that is in the journal and on the page. */
const NOTIFY_TRIES_MAX = 30;
/** The annotation is no archive: what a broken journal or channel leaves behind is kept only this far back. */
const ENTRIES_KEPT: Readonly<Record<Effect['type'], number>> = {
  journal: 40,
  archive: 3,
  notify: 30,
};

/** `outbox` with new effects, due at once. */
export function post(
  outbox: readonly OutboxEntry[],
  effects: readonly Effect[],
  nowMs: number,
): readonly OutboxEntry[] {
  const all = [...outbox, ...effects.map((effect) => ({ ...effect, tries: 0, dueMs: nowMs }))];
  return all.filter((entry, index) => {
    const later = all.slice(index + 1).filter(({ type }) => type === entry.type).length;
    return later < ENTRIES_KEPT[entry.type];
  });
}

/** Everything in the record that is still to be delivered. */
export function outboxOf({ rollout, watch }: RolloutRecord): readonly OutboxEntry[] {
  return [...(rollout?.outbox ?? []), ...(watch?.outbox ?? [])];
}

/** The entries to deliver now. */
export function dueEntries(record: RolloutRecord, nowMs: number): readonly OutboxEntry[] {
  return outboxOf(record).filter(({ dueMs }) => dueMs <= nowMs);
}

/** `holder` (a rollout or a watch) without what arrived, and with the next try of what did not. */
export function noteDeliveries<T extends { readonly outbox: readonly OutboxEntry[] }>(
  holder: T,
  { nowMs, keys, failed }: Delivered,
): T {
  const arrived = new Set(keys);
  const missed = new Set(failed);
  if (!holder.outbox.some(({ key }) => arrived.has(key) || missed.has(key))) return holder;
  const outbox = holder.outbox
    .filter(({ key }) => !arrived.has(key))
    .map((entry) => (missed.has(entry.key) ? postponed(entry, nowMs) : entry))
    .filter(({ type, tries }) => type !== 'notify' || tries < NOTIFY_TRIES_MAX);
  return { ...holder, outbox };
}

/** Two controllers may report the same failure; only a try that was due counts. */
function postponed(entry: OutboxEntry, nowMs: number): OutboxEntry {
  if (entry.dueMs > nowMs) return entry;
  const backOffMs = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** entry.tries);
  return { ...entry, tries: entry.tries + 1, dueMs: nowMs + backOffMs };
}
