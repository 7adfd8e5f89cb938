/** Microseconds since 1970, never the same twice: Cloud Run's versions and timestamps have that grain. */
export type MicrosecondClock = () => number;

/**
 * A clock that always moves forward, even within a millisecond, and even where the machine's own is set back: its times
 * are versions. `afterUs` is the latest time an earlier run gave.
 */
export function makeMicrosecondClock(
  afterUs = 0,
  nowMs: () => number = Date.now,
): MicrosecondClock {
  let lastUs = afterUs;
  return () => {
    lastUs = Math.max(lastUs + 1, Math.floor(nowMs() * 1000));
    return lastUs;
  };
}

/** RFC 3339 with microseconds, as in Cloud Run's answers. */
export function formatTimestamp(timeUs: number): string {
  const millis = Math.floor(timeUs / 1000);
  const micros = String(timeUs % 1000).padStart(3, '0');
  return new Date(millis).toISOString().replace('Z', `${micros}Z`);
}
