/** Microseconds since 1970, never the same twice: Cloud Run's versions and timestamps have that grain. */
export type MicrosecondClock = () => number;

/** A clock that always moves forward, even within a millisecond. */
export function makeMicrosecondClock(nowMs: () => number = Date.now): MicrosecondClock {
  let lastUs = 0;
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
