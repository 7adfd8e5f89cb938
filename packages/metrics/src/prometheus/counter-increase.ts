/**
 * How much a counter grew in each step. Pure.
 *
 * PromQL's `increase()` is not used: it extrapolates to fractions, and it loses what a series already had when it was
 * first seen. The first 503 of a revision makes a new series that starts at 1; for a candidate with little traffic that
 * first error is the evidence.
 */

/** Times of a range: values are read at each, and increases end at each but the first. */
export type StepTimes = readonly number[];

/** What is known about the moment before a series was first seen. */
export type Birth =
  /** Its target was read before and the series was not there: it began at zero. */
  | 'counted'
  /** The target itself was not read before: what the counter holds may be a day old. */
  | 'unknown';

/** Increase per step end, steps without growth left out. A value below the one before is a restart from zero. */
export function counterIncreases(
  values: ReadonlyMap<number, number>,
  times: StepTimes,
  birthAt: (timeMs: number) => Birth,
): ReadonlyMap<number, number> {
  const increases = new Map<number, number>();
  let before: number | null = null;
  times.forEach((timeMs, index) => {
    const value = values.get(timeMs);
    if (value === undefined) return;
    const grown = index === 0 ? 0 : growth(before, value, () => birthAt(timeMs));
    if (grown > 0) increases.set(timeMs, grown);
    before = value;
  });
  return increases;
}

function growth(before: number | null, value: number, birth: () => Birth): number {
  if (before === null) return birth() === 'counted' ? value : 0;
  return value >= before ? value - before : value;
}
