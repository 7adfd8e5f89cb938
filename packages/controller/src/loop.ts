/** Steps at a steady pace until told to stop. A failed step is reported and the next one tries again. */
import { setTimeout as delay } from 'node:timers/promises';
import { FollowUp } from './follow-up.js';
import { takeStep, type TickOptions, type TickReport } from './tick.js';
import type { World } from './world.js';

/** What one turn of the loop came to. */
export type Turn =
  | { readonly type: 'stepped'; readonly report: TickReport }
  | { readonly type: 'failed'; readonly error: unknown };

/** How the loop runs. `until` sees every turn and ends the loop by answering true. */
export type LoopOptions = TickOptions & {
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly onTurn: (turn: Turn) => void;
  readonly until: (turn: Turn) => boolean;
  /** Waits between two steps. @default real time */
  readonly sleep?: (durationMs: number, signal: AbortSignal) => Promise<unknown>;
};

/**
 * Takes steps until `until` says so or `signal` fires; what they leave to do is done beside the steps and never delays
 * the next one. Resolves once that is done too; it throws only what `onTurn` throws.
 */
export async function runLoop(world: World, options: LoopOptions): Promise<void> {
  const followUp = new FollowUp(world);
  const sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal }));
  while (!options.signal.aborted) {
    const turn = await takeTurn(world, options, followUp);
    options.onTurn(turn);
    const ended = options.until(turn);
    if (ended) await followUp.idle();
    if (turn.type === 'stepped') followUp.start(turn.report.record, turn.report.view);
    if (ended) break;
    await sleep(options.intervalMs, options.signal).catch(() => undefined);
  }
  await followUp.idle();
}

async function takeTurn(
  world: World,
  options: TickOptions,
  { undelivered }: FollowUp,
): Promise<Turn> {
  try {
    return { type: 'stepped', report: { ...(await takeStep(world, options)), undelivered } };
  } catch (error) {
    return { type: 'failed', error };
  }
}
