/** A course over time as one line of text: each column is a stretch of time, its height the value in it. */

const HEIGHTS = ' ▁▂▃▄▅▆▇█';

/** One value at one moment. */
export type Reading = { readonly atMs: number; readonly value: number };

/** `readings` as a line of `columns` characters; `most` fills a column, and anything above 0 shows. */
export function sparkline(
  readings: readonly Reading[],
  { columns, most }: { readonly columns: number; readonly most: number },
): string {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return '';
  const spanMs = Math.max(1, last.atMs - first.atMs);
  const highest = new Array<number>(columns).fill(0);
  for (const { atMs, value } of readings) {
    const column = Math.min(columns - 1, Math.floor((columns * (atMs - first.atMs)) / spanMs));
    highest[column] = Math.max(highest[column] ?? 0, value);
  }
  return highest.map((value) => heightOf(value, most)).join('');
}

function heightOf(value: number, most: number): string {
  if (value <= 0 || most <= 0) return HEIGHTS.charAt(0);
  const step = Math.ceil((8 * Math.min(value, most)) / most);
  return HEIGHTS.charAt(Math.max(1, step));
}
