/**
 * Random numbers from a seed. Everything that simulates takes one of these, so every run can be had again.
 *
 * sfc32 (Chris Doty-Humphrey's Small Fast Counter, 128 bits of state) passes PractRand to 16 TB; seeded
 * through SplitMix32 so that neighbouring seeds give unrelated streams. Counts are drawn by inversion when
 * small and by transformed rejection otherwise.
 *
 * References: https://pracrand.sourceforge.net/; Hörmann 1993 (PTRS, BTRS),
 * https://doi.org/10.1016/0167-6687(93)90997-4, https://doi.org/10.1080/00949659308811496.
 */
import { requireAtLeast, requireCount, requireDomain } from './domain.js';

/** A stream of random numbers. Drawing advances it: the one thing in this package that is not a value. */
export type Prng = {
  /** A whole number, 0 … 2³² − 1. */
  readonly uint32: () => number;
  /** A number in (0, 1), with 53 random bits. */
  readonly uniform: () => number;
  /** A standard normal number. */
  readonly normal: () => number;
  /** A Poisson count with this mean. */
  readonly poisson: (mean: number) => number;
  /** Successes in so many trials of this probability. */
  readonly binomial: (trials: number, probability: number) => number;
};

/** A stream that is the same for the same whole-number seed. */
export function createPrng(seed: number): Prng {
  requireDomain(Number.isSafeInteger(seed), () => `seed must be a whole number, but is ${seed}.`);
  const uint32 = sfc32(seed);
  const uniform = (): number =>
    ((uint32() >>> 5) * 67_108_864 + (uint32() >>> 6) + 0.5) / 9_007_199_254_740_992;
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uint32,
    uniform,
    normal,
    poisson: (mean) => drawPoisson(uniform, mean),
    binomial: (trials, probability) => drawBinomial(uniform, trials, probability),
  };
}

function sfc32(seed: number): () => number {
  let mixed = (seed % 4_294_967_296) | 0;
  const high = Math.floor(seed / 4_294_967_296) | 0;
  const splitMix = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = mixed ^ high;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = splitMix();
  let b = splitMix();
  let c = splitMix();
  let counter = 1;
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    c |= 0;
    return result >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}

function drawPoisson(uniform: () => number, mean: number): number {
  requireAtLeast(mean, 0, 'mean');
  if (mean === 0) return 0;
  if (mean >= 10) return rejectPoisson(uniform, mean);
  let k = 0;
  let product = uniform();
  const limit = Math.exp(-mean);
  while (product > limit) {
    k += 1;
    product *= uniform();
  }
  return k;
}

/** PTRS. */
function rejectPoisson(uniform: () => number, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= quick) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    const left = Math.log((v * inverseAlpha) / (a / (edge * edge) + b));
    if (left <= k * Math.log(mean) - mean - logFactorial(k)) return k;
  }
}

function drawBinomial(uniform: () => number, trials: number, probability: number): number {
  requireCount(trials, 'trials');
  requireDomain(
    probability >= 0 && probability <= 1,
    () => `probability must be 0 … 1, but is ${probability}.`,
  );
  if (trials === 0 || probability === 0) return 0;
  if (probability > 0.5) return trials - drawBinomial(uniform, trials, 1 - probability);
  if (trials * probability >= 10) return rejectBinomial(uniform, trials, probability);
  // Inversion: walk the distribution upwards from 0.
  const odds = probability / (1 - probability);
  let term = Math.exp(trials * Math.log1p(-probability));
  let left = uniform();
  let k = 0;
  while (left > term && k < trials) {
    left -= term;
    k += 1;
    term *= ((trials - k + 1) / k) * odds;
  }
  return k;
}

/** BTRS. */
function rejectBinomial(uniform: () => number, trials: number, probability: number): number {
  const deviation = Math.sqrt(trials * probability * (1 - probability));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const c = trials * probability + 0.5;
  const quick = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((trials + 1) * probability);
  const logOdds = Math.log(probability / (1 - probability));
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + c);
    if (edge >= 0.07 && v <= quick) return k;
    if (k < 0 || k > trials) continue;
    const left = Math.log((v * alpha) / (a / (edge * edge) + b));
    const right =
      logFactorial(mode) +
      logFactorial(trials - mode) -
      logFactorial(k) -
      logFactorial(trials - k) +
      (k - mode) * logOdds;
    if (left <= right) return k;
  }
}

/** ln n!, to eleven digits: enough for rejection, and not for evidence. */
function logFactorial(n: number): number {
  const known = smallLogFactorials[n];
  if (known !== undefined) return known;
  const y = 1 / (n * n);
  return (
    n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + (1 / 12 - y * (1 / 360 - y / 1260)) / n
  );
}

const smallLogFactorials: readonly number[] = (() => {
  const values = [0];
  for (let k = 1; k < 256; k += 1) values.push((values.at(-1) ?? 0) + Math.log(k));
  return values;
})();
