/**
 * Delivers what the record's outbox holds, after the decision was written and never before. What fails stays in the
 * outbox and is tried again at the next step, with the same key; a delivery can delay nothing that moves traffic.
 */
import { advance, readRecord, type RolloutRecord } from '@ascent/core';
import { changeService } from './change.js';
import { changeTo } from './record-change.js';
import type { World } from './world.js';

/** What came of one round of deliveries. */
export type OutboxOutcome = {
  readonly record: RolloutRecord;
  readonly undelivered: readonly { readonly key: string; readonly reason: string }[];
};

/** Delivers every effect of `record`, then writes down which ones arrived. Never throws for a failed delivery. */
export async function deliverOutbox(world: World, record: RolloutRecord): Promise<OutboxOutcome> {
  const outbox = record.rollout?.outbox ?? [];
  if (outbox.length === 0) return { record, undelivered: [] };
  const settled = await Promise.allSettled(outbox.map((effect) => world.deliver(effect, record)));
  const arrived: string[] = [];
  const undelivered: { key: string; reason: string }[] = [];
  settled.forEach((result, index) => {
    const key = outbox[index]?.key ?? '';
    if (result.status === 'fulfilled') arrived.push(key);
    else undelivered.push({ key, reason: String(result.reason) });
  });
  if (arrived.length === 0) return { record, undelivered };
  try {
    return { record: await strike(world, arrived, record), undelivered };
  } catch (error) {
    // The effects did arrive; a repeat with the same keys does no harm.
    return { record, undelivered: [...undelivered, { key: 'outbox', reason: String(error) }] };
  }
}

/** Takes the delivered keys out of the record as it is now. */
async function strike(
  world: World,
  keys: readonly string[],
  fallback: RolloutRecord,
): Promise<RolloutRecord> {
  return await changeService(world, (view) => {
    const record = view.record === null ? null : readRecord(view.record);
    if (!record?.rollout) return { change: null, result: record ?? fallback };
    const event = { type: 'delivered', nowMs: world.now(), keys } as const;
    const { rollout, persist } = advance(record.plan, record.rollout, event);
    const next = { ...record, rollout };
    return { change: persist ? { ...changeTo(next, view), traffic: null } : null, result: next };
  });
}
