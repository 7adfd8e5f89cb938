/** Where a time of the profile lies from left (0) to right (1). Straight within each stop, with a least width for each. */
import type { Profile } from './profile.js';

/** Maps Unix milliseconds to 0..1; clamps outside. */
export type TimeScale = (atMs: number) => number;

/** Splits 1 in proportion to `spansMs`, none below `least` (or all even, where that is not possible). */
export function allotWidths(spansMs: readonly number[], least: number): readonly number[] {
  const count = spansMs.length;
  if (count === 0) return [];
  if (least * count >= 1) return spansMs.map(() => 1 / count);
  const fixed = new Set<number>();
  for (;;) {
    const free = 1 - fixed.size * least;
    const totalMs = spansMs.reduce((sum, span, index) => (fixed.has(index) ? sum : sum + span), 0);
    const width = (index: number): number =>
      fixed.has(index)
        ? least
        : totalMs > 0
          ? (free * (spansMs[index] ?? 0)) / totalMs
          : free / (count - fixed.size);
    const narrow = spansMs.findIndex((_, index) => !fixed.has(index) && width(index) < least);
    if (narrow === -1) return spansMs.map((_, index) => width(index));
    fixed.add(narrow);
  }
}

/** The scale of `profile`. */
export function timeScale({ stops, endMs }: Profile, leastWidth: number): TimeScale {
  const edgesMs = [...stops.map(({ fromMs }) => fromMs), stops.at(-1)?.untilMs ?? endMs];
  if (endMs > (edgesMs.at(-1) ?? endMs)) edgesMs.push(endMs);
  const spansMs = edgesMs
    .slice(1)
    .map((edge, index) => Math.max(0, edge - (edgesMs[index] ?? edge)));
  const widths = allotWidths(spansMs, leastWidth);
  return (atMs) => {
    let left = 0;
    for (const [index, width] of widths.entries()) {
      const fromMs = edgesMs[index] ?? 0;
      const spanMs = spansMs[index] ?? 0;
      if (atMs <= fromMs + spanMs) {
        return left + (spanMs === 0 ? 0 : width * Math.max(0, (atMs - fromMs) / spanMs));
      }
      left += width;
    }
    return Math.min(1, left);
  };
}
