/** Chance, named by what it decides: streams that do not disturb each other, and draws in the words of a trial. */
import { createPrng, type Prng } from '@ascent/stats';

/** What a stream of random numbers is for. A new purpose goes to the end, so that old seeds keep their meaning. */
const purposes = ['world', 'users', 'network', 'people', 'metrics', 'restarts', 'life'] as const;

/** One of them. */
export type Purpose = (typeof purposes)[number];

const WORD = 4_294_967_296;

/** The stream of `seed` for this purpose. */
export function chanceFor(seed: number, purpose: Purpose): Chance {
  return new Chance(createPrng(seed + (purposes.indexOf(purpose) + 1) * WORD));
}

/** Draws in the words of a trial. */
export class Chance {
  readonly prng: Prng;

  constructor(prng: Prng) {
    this.prng = prng;
  }

  /** True with this probability. */
  happens(probability: number): boolean {
    return probability > 0 && this.prng.uniform() < probability;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.prng.uniform() * (most - least + 1));
  }

  /** Between `least` and `most`, small and large scales equally likely. */
  scale(least: number, most: number): number {
    return least * (most / least) ** this.prng.uniform();
  }

  /** One of `options`. */
  pick<T>(options: readonly [T, ...T[]]): T {
    return options[this.whole(0, options.length - 1)] ?? options[0];
  }
}

/** A number in [0, 1) that is always the same for the same parts: a fault that stays with what it befell. */
export function fixedChance(seed: number, parts: string): number {
  let hash = seed | 0;
  for (let i = 0; i < parts.length; i += 1) {
    hash = Math.imul(hash ^ parts.charCodeAt(i), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / WORD;
}
