/** The instants at which a source's intervals end: whole multiples of its sample period. */

/** The stretch of the grid a question needs: intervals that end after `startMs` and up to `endMs`. */
export type GridRange = { readonly startMs: number; readonly endMs: number };

/** What a range is cut from. */
export type GridQuestion = {
  readonly afterMs: number;
  readonly nowMs: number;
  readonly periodMs: number;
  readonly visibilityDelayMs: number;
};

/** From the last boundary at or before `afterMs` to the last one that is old enough to be trusted. */
export function gridRange(question: GridQuestion): GridRange {
  const { afterMs, nowMs, periodMs, visibilityDelayMs } = question;
  return {
    startMs: floorTo(afterMs, periodMs),
    endMs: floorTo(nowMs - visibilityDelayMs, periodMs),
  };
}

/** Cuts a range into pieces of at most `longestMs`, oldest first. Empty for an empty range. */
export function cutRange(range: GridRange, longestMs: number): readonly GridRange[] {
  const pieces: GridRange[] = [];
  for (let startMs = range.startMs; startMs < range.endMs; startMs += longestMs) {
    pieces.push({ startMs, endMs: Math.min(startMs + longestMs, range.endMs) });
  }
  return pieces;
}

function floorTo(timeMs: number, periodMs: number): number {
  return Math.floor(timeMs / periodMs) * periodMs;
}
