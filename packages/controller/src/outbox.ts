/**
 * Delivers what the record's outbox holds, after the decision was written and never before. What fails stays in the
 * outbox and is tried again when `core` says, with the same key; a delivery can delay nothing that moves traffic.
 */
import {
  advance,
  dueEntries,
  noteDeliveries,
  writeRecord,
  type Delivered,
  type OutboxEntry,
  type RolloutRecord,
} from '@ascent/core';
import { changeService } from './change.js';
import { keepWritten, recordOf } from './known-record.js';
import type { World } from './world.js';

/** What came of one round of deliveries. */
export type OutboxOutcome = {
  readonly record: RolloutRecord;
  readonly undelivered: readonly { readonly key: string; readonly reason: string }[];
};

/**
 * Delivers every effect of `record` that is due, then writes down which ones arrived. Never throws for a failed delivery.
 * `arrivedBefore` holds the keys that this process has delivered: they are struck out again and not sent again.
 */
export async function deliverOutbox(
  world: World,
  record: RolloutRecord,
  arrivedBefore: Set<string> = new Set<string>(),
): Promise<OutboxOutcome> {
  const due = dueEntries(record, world.now());
  if (due.length === 0) return { record, undelivered: [] };
  const settled = await Promise.allSettled(
    due.map(async (entry) => {
      if (!arrivedBefore.has(entry.key)) await world.deliver(entry, recordAbout(entry, record));
    }),
  );
  const arrived: string[] = [];
  const undelivered: { key: string; reason: string }[] = [];
  settled.forEach((result, index) => {
    const key = due[index]?.key ?? '';
    if (result.status === 'fulfilled') arrived.push(key);
    else undelivered.push({ key, reason: reasonOf(result.reason) });
  });
  for (const key of arrived) arrivedBefore.add(key);
  const failed = undelivered.map(({ key }) => key);
  try {
    return { record: await strike(world, { arrived, failed }, record), undelivered };
  } catch (error) {
    // The effects did arrive; a repeat with the same keys does no harm.
    return { record, undelivered: [...undelivered, { key: 'outbox', reason: reasonOf(error) }] };
  }
}

/** The record that an entry is about: its own, where a newer rollout has taken its place. */
function recordAbout(entry: OutboxEntry, record: RolloutRecord): RolloutRecord {
  return entry.type === 'archive' ? (entry.of ?? record) : record;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Takes the delivered keys out of the record as it is now, and puts off the others. */
async function strike(
  world: World,
  { arrived, failed }: { readonly arrived: readonly string[]; readonly failed: readonly string[] },
  fallback: RolloutRecord,
): Promise<RolloutRecord> {
  return await changeService(world, (view) => {
    const record = recordOf(world, view);
    if (record === null) return { change: null, result: fallback };
    const event = { type: 'delivered', nowMs: world.now(), keys: arrived, failed } as const;
    const next = withDeliveries(record, event);
    const isNews = next.rollout !== record.rollout || next.watch !== record.watch;
    const change = isNews ? { record: writeRecord(next), traffic: null } : null;
    if (change !== null) keepWritten(world, { text: change.record, record: next });
    return { change, result: next };
  });
}

function withDeliveries(record: RolloutRecord, event: Delivered): RolloutRecord {
  const { plan, watch } = record;
  const step = record.rollout === null ? null : advance(plan, record.rollout, event);
  return {
    ...record,
    rollout: step?.persist === true ? step.rollout : record.rollout,
    ...(watch === undefined ? {} : { watch: noteDeliveries(watch, event) }),
  };
}
