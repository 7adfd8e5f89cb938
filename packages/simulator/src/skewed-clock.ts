/** A machine's clock: off by some time, drifting, and now and then set to something else. */
import type { Chance } from './chance.js';

/** How one clock errs. */
export type ClockError = {
  readonly offsetMs: number;
  /** Parts per million; 200 is a bad quartz. */
  readonly driftPpm: number;
  /** From `atMs` on the clock is off by this much more. */
  readonly jumps: readonly { readonly atMs: number; readonly byMs: number }[];
};

/** A clock that is right. */
export const exactClock: ClockError = { offsetMs: 0, driftPpm: 0, jumps: [] };

/** What the clock shows at true time `nowMs`, whole milliseconds. */
export function clockReading(error: ClockError, nowMs: number, startMs: number): number {
  const drift = ((nowMs - startMs) * error.driftPpm) / 1e6;
  let shown = nowMs + error.offsetMs + drift;
  for (const { atMs, byMs } of error.jumps) if (nowMs >= atMs) shown += byMs;
  return Math.round(shown);
}

/** Furthest from the truth the clock can be within `durationMs`, milliseconds. */
export function worstErrorMs(error: ClockError, durationMs: number): number {
  const jumps = error.jumps.reduce((sum, { byMs }) => sum + Math.abs(byMs), 0);
  return Math.abs(error.offsetMs) + (durationMs * Math.abs(error.driftPpm)) / 1e6 + jumps;
}

/** A drawn clock; many are right. */
export function drawClock(
  chance: Chance,
  span: { readonly startMs: number; readonly durationMs: number },
): ClockError {
  if (chance.happens(0.5)) return exactClock;
  const jumps = chance.happens(0.4)
    ? [
        {
          atMs: span.startMs + Math.round(span.durationMs * chance.prng.uniform()),
          byMs: chance.whole(-300_000, 300_000),
        },
      ]
    : [];
  return {
    offsetMs: chance.whole(-60_000, 60_000),
    driftPpm: chance.whole(-200, 200),
    jumps,
  };
}
