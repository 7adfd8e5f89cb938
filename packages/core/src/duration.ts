/**
 * Durations as a person writes them: `90s`, `15m`, `1h30m`, `7d`, and ranges of two, `4h to 6h`.
 * Past the plan's compile step only whole milliseconds exist.
 */

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration: one or more whole or decimal numbers, each with its unit, largest unit first by habit. */
export const durationPattern = /^\d+(\.\d+)?(ms|s|m|h|d)(\s?\d+(\.\d+)?(ms|s|m|h|d))*$/;

/** A least and a most duration: `4h to 6h`. One duration alone stands for both ends. */
export const holdPattern =
  /^\d+(\.\d+)?(ms|s|m|h|d)(\s?\d+(\.\d+)?(ms|s|m|h|d))*(\s+to\s+\d+(\.\d+)?(ms|s|m|h|d)(\s?\d+(\.\d+)?(ms|s|m|h|d))*)?$/;

/** Whole milliseconds of a duration such as `1h30m`, or `null` where the text is none. */
export function parseDurationMs(text: string): number | null {
  const trimmed = text.trim();
  if (!durationPattern.test(trimmed)) return null;
  let totalMs = 0;
  for (const [, amount, , unit] of trimmed.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return Math.round(totalMs);
}

/** Least and most milliseconds of `4h to 6h` (or of `1h`, which is both), or `null`. */
export function parseHoldMs(
  text: string,
): { readonly minMs: number; readonly maxMs: number } | null {
  const ends = text.trim().split(/\s+to\s+/);
  const [first, second, ...rest] = ends;
  if (first === undefined || rest.length > 0) return null;
  const minMs = parseDurationMs(first);
  const maxMs = second === undefined ? minMs : parseDurationMs(second);
  return minMs === null || maxMs === null ? null : { minMs, maxMs };
}

/** A duration in the words of a plan, rounded to what a person cares about: `1h 30m`, `45s`, `800ms`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)}ms`;
  let restMs = Math.round(durationMs / 1_000) * 1_000;
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const amount = Math.floor(restMs / unitMs[unit]);
    restMs -= amount * unitMs[unit];
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}
