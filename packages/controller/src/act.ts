/** A person's command, applied to the service directly: no controller has to be alive for it. */
import {
  advance,
  AscentError,
  isOpen,
  readRecord,
  silenceWatch,
  tidyWords,
  writeRecord,
  type Command,
  type RolloutEvent,
  type RolloutRecord,
  type SilenceAlert,
} from '@ascent/core';
import { changeService } from './change.js';
import { deliverOutbox, type OutboxOutcome } from './outbox.js';
import { changeTo, recordWith } from './record-change.js';
import type { World } from './world.js';

/** What a person wants, and who it is. */
export type Wish = Omit<Command, 'nowMs'>;

/**
 * Applies `wish` in one compare-and-set write, then delivers its effects.
 * @throws AscentError `ASC_NO_ROLLOUT` where the service has none, and what `advance` refuses.
 */
export async function act(world: World, wish: Wish): Promise<OutboxOutcome> {
  return await apply(world, wish.type, (nowMs) => ({ ...wish, nowMs }));
}

/** Silences an alert for `forMs`, in the same way. @throws AscentError as {@link act}, and `ASC_UNKNOWN_ALERT`. */
export async function silence(
  world: World,
  {
    by,
    rule,
    forMs,
  }: Pick<SilenceAlert, 'by' | 'rule'> & {
    /** Milliseconds; 0 ends a silence. */
    readonly forMs: number;
  },
): Promise<OutboxOutcome> {
  return await apply(world, 'silence', (nowMs) => ({
    type: 'silence',
    nowMs,
    by,
    rule,
    untilMs: nowMs + forMs,
  }));
}

/** A silence while no rollout is open is the watch's; everything else is about a rollout. */
function watchSilenced(record: RolloutRecord, event: RolloutEvent): RolloutRecord | null {
  const isIdle = record.rollout === null || !isOpen(record.rollout);
  return isIdle && event.type === 'silence' ? silenceWatch(record, tidyWords(event)) : null;
}

async function apply(
  world: World,
  verb: string,
  eventAt: (nowMs: number) => RolloutEvent,
): Promise<OutboxOutcome> {
  const record = await changeService<RolloutRecord>(world, (view) => {
    const current = view.record === null ? null : readRecord(view.record);
    const event = eventAt(world.now());
    const watched = current === null ? null : watchSilenced(current, event);
    if (watched !== null) {
      return { change: { record: writeRecord(watched), traffic: null }, result: watched };
    }
    if (!current?.rollout) {
      const message = `${view.service} has no rollout to ${verb}. Begin one with: ascent up`;
      throw new AscentError('ASC_NO_ROLLOUT', message);
    }
    const { rollout } = advance(current.plan, current.rollout, event);
    const next = recordWith(current, rollout);
    return { change: changeTo({ record: next, before: current.rollout, view }), result: next };
  });
  return await deliverOutbox(world, record);
}
