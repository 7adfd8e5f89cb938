/** From a series to a line in a box: the path, broken where nothing was measured, and a round end for the scale. */

/** A box in CSS pixels. */
export type Box = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

/** The smallest 1, 2 or 5 times a power of ten that is not below `value`; 1 for 0. */
export function roundAbove(value: number): number {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * unit >= value * (1 - 1e-9)) ?? 10;
  return step * unit;
}

/** The SVG path of `values` (bin centres from left to right) on a scale from 0 to `max`. Higher values lie on the top edge. */
export function linePath(values: readonly (number | null)[], max: number, box: Box): string {
  let path = '';
  let down = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      down = false;
      continue;
    }
    const x = box.left + ((box.right - box.left) * (index + 0.5)) / values.length;
    const y = box.bottom - (box.bottom - box.top) * Math.min(1, value / max);
    path += `${down ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    // A point with nothing beside it would be invisible as a line.
    if (!down && (values[index + 1] ?? null) === null) path += 'h0.01';
    down = true;
  }
  return path;
}
