/**
 * How long to wait before an instance is started again after others ended early: nothing after the first,
 * then twice as long each time, ten seconds at most. An instance that lived for ten seconds ends the series.
 * Cloud Run says only that it throttles crash loops; the numbers are ours.
 */

/** An instance that lives less than this ended early. */
const earlyMs = 10_000;
const firstDelayMs = 200;
const delayMsMax = 10_000;

/** Counts early ends in a row. */
export class CrashBackoff {
  #inRow = 0;
  #notBeforeMs = 0;

  /** An instance ended by itself, or never became ready, after `livedMs`. */
  noteEnd(livedMs: number, nowMs: number): void {
    this.#inRow = livedMs < earlyMs ? this.#inRow + 1 : 0;
    const delayMs = this.#inRow < 2 ? 0 : firstDelayMs * 2 ** (this.#inRow - 2);
    this.#notBeforeMs = nowMs + Math.min(delayMs, delayMsMax);
  }

  /** How long to wait still, in milliseconds; 0 when an instance may be started now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#notBeforeMs - nowMs);
  }
}
