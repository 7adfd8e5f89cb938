/** Steps at a steady pace until told to stop. A failed step is reported and the next one tries again. */
import { setTimeout as delay } from 'node:timers/promises';
import { tick, type TickOptions, type TickReport } from './tick.js';
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
};

/** Takes steps until `until` says so or `signal` fires. Resolves then; it throws only what `onTurn` throws. */
export async function runLoop(world: World, options: LoopOptions): Promise<void> {
  while (!options.signal.aborted) {
    const turn = await takeTurn(world, options);
    options.onTurn(turn);
    if (options.until(turn)) return;
    await delay(options.intervalMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

async function takeTurn(world: World, options: TickOptions): Promise<Turn> {
  try {
    return { type: 'stepped', report: await tick(world, options) };
  } catch (error) {
    return { type: 'failed', error };
  }
}
