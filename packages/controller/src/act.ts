/** A person's command, applied to the service directly: no controller has to be alive for it. */
import {
  advance,
  AscentError,
  isOpen,
  noteStableBack,
  readRecord,
  silenceWatch,
  stageOf,
  tidyWords,
  writeRecord,
  type Command,
  type Rollout,
  type RolloutEvent,
  type RolloutPlan,
  type RolloutRecord,
  type SilenceAlert,
} from '@ascent/core';
import { changeService } from './change.js';
import { deliverOutbox, type OutboxOutcome } from './outbox.js';
import { changeTo, recordWith } from './record-change.js';
import type { World } from './world.js';

/** What a person wants, and who it is. */
export type Wish = Omit<Command, 'nowMs'>;

/** What a person looked at when they made up their mind: the rollout's id, and the name of its stage. */
export type Seen = { readonly rollout: string; readonly stage: string };

/** How a wish is applied. */
export type ActOptions = {
  /** Guards against an answer to a question that is not asked any more: somebody else may have been quicker. @default nothing */
  readonly seen?: Seen | null;
  /** Called once it is written, before anything is delivered: whoever waits for the answer waits for no webhook. */
  readonly onWritten?: (record: RolloutRecord) => void;
};

/**
 * Applies `wish` in one compare-and-set write, then delivers its effects.
 * @throws AscentError `ASC_NO_ROLLOUT` where the service has none, `ASC_MOVED_ON` where it is not as `seen`, and what
 * `advance` refuses.
 */
export async function act(
  world: World,
  wish: Wish,
  { seen = null, onWritten }: ActOptions = {},
): Promise<OutboxOutcome> {
  return await apply(world, wish.type, {
    eventAt: (nowMs) => ({ ...wish, nowMs }),
    check: ({ plan }, rollout) => {
      if (seen !== null) checkSeen({ plan, rollout, type: wish.type, seen });
    },
    onWritten,
  });
}

/** They end the whole rollout, so it is all the same how far it has come meanwhile; the way back waits for no second look. */
const aboutTheWhole: ReadonlySet<Command['type']> = new Set(['rollback', 'abort', 'promote']);

/** @throws AscentError `ASC_MOVED_ON`. */
function checkSeen(asked: {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly type: Command['type'];
  readonly seen: Seen;
}): void {
  const { plan, rollout, type, seen } = asked;
  const stage = stageOf(plan, rollout).name;
  const isSame = rollout.id === seen.rollout && (aboutTheWhole.has(type) || stage === seen.stage);
  if (isSame) return;
  const message = `The rollout has moved on since you looked: ${rollout.candidate} is at stage ${stage} (${rollout.sharePercent} %) now. Nothing was changed; look again, and decide about that.`;
  throw new AscentError('ASC_MOVED_ON', message);
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
  { onWritten }: Pick<ActOptions, 'onWritten'> = {},
): Promise<OutboxOutcome> {
  return await apply(world, 'silence', {
    onWritten,
    eventAt: (nowMs) => ({ type: 'silence', nowMs, by, rule, untilMs: nowMs + forMs }),
  });
}

/** A silence while no rollout is open is the watch's; everything else is about a rollout. */
function watchSilenced(record: RolloutRecord, event: RolloutEvent): RolloutRecord | null {
  const isIdle = record.rollout === null || !isOpen(record.rollout);
  return isIdle && event.type === 'silence' ? silenceWatch(record, tidyWords(event)) : null;
}

async function apply(
  world: World,
  verb: string,
  {
    eventAt,
    check = () => undefined,
    onWritten,
  }: {
    readonly eventAt: (nowMs: number) => RolloutEvent;
    readonly check?: (record: RolloutRecord, rollout: Rollout) => void;
    readonly onWritten: ActOptions['onWritten'];
  },
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
    check(current, current.rollout);
    // Whoever has just deployed the stable revision again need not wait for a look to go back to it.
    const present = noteStableBack(current.plan, current.rollout, { view, nowMs: event.nowMs });
    const { rollout } = advance(current.plan, present, event);
    const next = recordWith(current, rollout);
    return { change: changeTo({ record: next, before: present, view }), result: next };
  });
  onWritten?.(record);
  return await deliverOutbox(world, record);
}
