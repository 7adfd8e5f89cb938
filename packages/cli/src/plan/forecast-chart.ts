/**
 * One stage's forecast as bars on an axis of time that grows by tens: until half of the rollouts have seen it, until
 * nine of ten, and where the longest hold ends.
 */
import type { StageForecast, TimeToSee } from '@ascent/core';
import { forecastRows, sayDuration } from './forecast-table.js';

/** Cells of the axis, from a minute to ten days. */
const CELLS = 48;
const FIRST_MS = 60_000;
const DECADES = Math.log10((10 * 86_400_000) / FIRST_MS);
const MARKS = [60_000, 600_000, 3_600_000, 6 * 3_600_000, 86_400_000, 5 * 86_400_000] as const;

/** The lines of the chart of one stage whose longest hold is `holdMaxMs`. */
export function forecastChart(stage: StageForecast, holdMaxMs: number): readonly string[] {
  const rows = forecastRows([stage]);
  const width = Math.max(...rows.map(({ what }) => what.length));
  const holdEnds = cellOf(holdMaxMs);
  const bars = rows.map(({ what, times }) => {
    return `  ${what.padEnd(width)}  ${bar(times[0] ?? null, holdEnds)}`;
  });
  const axis = ' '.repeat(width + 4) + axisLine();
  const hold = `${' '.repeat(width + 4 + holdEnds)}╵ the longest hold, ${sayDuration(holdMaxMs)}`;
  return [axis, ...bars.map((line) => line.trimEnd()), hold];
}

/** The cell in which a time lies; the first and the last hold everything beyond. */
function cellOf(ms: number): number {
  const part = Math.log10(Math.max(ms, FIRST_MS) / FIRST_MS) / DECADES;
  return Math.min(CELLS - 1, Math.round(part * (CELLS - 1)));
}

function bar(time: TimeToSee, holdEnds: number): string {
  const cells = Array.from({ length: CELLS }, () => ' ');
  cells[holdEnds] = '│';
  if (time !== null) {
    const half = cellOf(time.medianMs);
    const most = cellOf(time.q90Ms);
    for (let cell = 0; cell <= most; cell += 1) cells[cell] = cell <= half ? '━' : '╌';
    if (holdEnds <= most) cells[holdEnds] = '┿';
  }
  return cells.join('');
}

function axisLine(): string {
  const cells = Array.from({ length: CELLS }, () => ' ');
  for (const mark of MARKS) {
    const text = sayDuration(mark);
    const at = Math.min(cellOf(mark), CELLS - text.length);
    for (let i = 0; i < text.length; i += 1) cells[at + i] = text.charAt(i);
  }
  return cells.join('').trimEnd();
}
