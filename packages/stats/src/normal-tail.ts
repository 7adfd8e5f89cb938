/**
 * The normal distribution's tail, to full double precision in relative terms far into the tail, which
 * the inverse Gaussian law of `planning.ts` needs.
 *
 * Reference: Abramowitz & Stegun 26.2.10 and 26.2.14, https://dlmf.nist.gov/7.
 */
import { requireDomain } from './domain.js';

const logSqrtTwoPi = 0.5 * Math.log(2 * Math.PI);

/** ln P(Z > z) for a standard normal Z, −10³ ≤ z. */
export function logNormalTail(z: number): number {
  requireDomain(Number.isFinite(z), () => `z must be finite, but is ${z}.`);
  if (z < 0) return Math.log1p(-Math.exp(logNormalTail(-z)));
  if (z < 2.5) return Math.log(0.5 - seriesToZ(z));
  return -0.5 * z * z - logSqrtTwoPi + Math.log(millsRatio(z));
}

/** The z below which a standard normal lies with this probability (0 < probability < 1), by bisection. */
export function normalQuantile(probability: number): number {
  requireDomain(
    probability > 0 && probability < 1,
    () => `probability must be > 0 and < 1, but is ${probability}.`,
  );
  const logAbove = Math.log1p(-probability);
  let low = -40;
  let high = 40;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (logNormalTail(middle) > logAbove) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(0 < Z < z) by its series, for small z. */
function seriesToZ(z: number): number {
  let term = z;
  let total = z;
  for (let k = 1; k < 200 && term > 1e-18 * total; k += 1) {
    term *= (z * z) / (2 * k + 1);
    total += term;
  }
  return Math.exp(-0.5 * z * z - logSqrtTwoPi) * total;
}

/** Mills' ratio P(Z > z) / φ(z) by its continued fraction, evaluated backwards. */
function millsRatio(z: number): number {
  let fraction = z;
  for (let k = 200; k >= 1; k -= 1) fraction = z + k / fraction;
  return 1 / fraction;
}
