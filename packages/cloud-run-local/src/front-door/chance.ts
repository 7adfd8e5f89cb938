/**
 * The numbers behind the split. Cloud Run's cannot be known in advance, and by default neither can ours; with
 * `--seed` the n-th request that is split gets the same number in every run, so a run can be had again.
 */

/** Gives numbers in [0, 1), one for each choice. */
export type Chance = () => number;

/**
 * Chance itself, or the stream of a seed (a whole number): mulberry32, which is enough to split by percent.
 * https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function makeChance(seed?: number): Chance {
  if (seed === undefined) return Math.random;
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
