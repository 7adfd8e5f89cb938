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
