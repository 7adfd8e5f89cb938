/**
 * Bounds for a rate that hold at every look at once: what a person reads beside the verdict.
 *
 * Inverts Robbins' beta-binomial mixture with Jeffreys' prior: all rates p whose likelihood ratio
 * mixture / p is below 1/α. Refused: a Wilson or Clopper-Pearson interval, which is wrong as soon as one
 * looks twice.
 *
 * Reference: Robbins 1970, https://doi.org/10.1214/aoms/1177696786; Howard et al. 2021,
 * https://arxiv.org/abs/1810.08240.
 */
import { requireCounts, requireOpenUnit } from './domain.js';

/** Lower and upper bound of a rate. */
export type RateBounds = { readonly lower: number; readonly upper: number };

/**
 * The (1 − risk) confidence sequence of a rate after `errors` in `requests` (0 to 10⁹).
 * Without a request nothing is known: 0 to 1.
 */
export function rateBounds(requests: number, errors: number, risk: number): RateBounds {
  requireCounts(requests, errors, 'sample');
  requireOpenUnit(risk, 'risk');
  if (requests === 0) return { lower: 0, upper: 1 };
  const room = -Math.log(risk);
  const sample = { requests, errors, logPrior: logJeffreysMixture(requests, errors) };
  return {
    lower: errors === 0 ? 0 : lowerBound(sample, room),
    upper: errors === requests ? 1 : upperBound(sample, room),
  };
}

/**
 * Where a rate lies against the (1 − risk) confidence sequence of `errors` in `requests` (≥ 1): below its
 * lower bound, above its upper one, or within. The bounds themselves, which cost a hundred times more, are
 * not worked out.
 */
export function placeOfRate(
  rate: number,
  sample: { readonly requests: number; readonly errors: number },
  risk: number,
): 'below' | 'within' | 'above' {
  const { requests, errors } = sample;
  requireCounts(requests, errors, 'sample');
  requireOpenUnit(risk, 'risk');
  requireOpenUnit(rate, 'rate');
  if (requests === 0) return 'within';
  const logPrior = logJeffreysMixture(requests, errors);
  if (logAgainst({ requests, errors, logPrior }, rate) <= -Math.log(risk)) return 'within';
  return rate < errors / requests ? 'below' : 'above';
}

type Sample = { readonly requests: number; readonly errors: number; readonly logPrior: number };

/** ln of mixture likelihood over likelihood at `rate`. */
function logAgainst(sample: Sample, rate: number): number {
  const { requests, errors, logPrior } = sample;
  const share = errors / requests;
  const failed = errors === 0 ? 0 : errors * Math.log(share / rate);
  const passed =
    errors === requests ? 0 : (requests - errors) * (Math.log1p(-share) - Math.log1p(-rate));
  return logPrior + failed + passed;
}

/** ln of the least rate that is told from 0. */
const leastLogRate = -700;
/** Far more than are needed: rounding ends the search after a handful. */
const newtonSteps = 100;

/**
 * Newton's method from outside the bound: what is solved is convex, so every step comes nearer and none goes beyond.
 * On ln(rate), which keeps relative accuracy for tiny rates.
 */
function lowerBound(sample: Sample, room: number): number {
  const { requests, errors, logPrior } = sample;
  const share = errors / requests;
  const passed = requests - errors;
  // Without what the passed requests say for a rate below the share: further out than the bound.
  const least = logPrior + (passed === 0 ? 0 : passed * Math.log1p(-share));
  let logRate = Math.max(leastLogRate, Math.log(share) - (room - least) / errors);
  for (let step = 0; step < newtonSteps; step += 1) {
    const rate = Math.exp(logRate);
    const slope = (passed * rate) / (1 - rate) - errors;
    const next = logRate - (logAgainst(sample, rate) - room) / slope;
    if (!(next > logRate)) break;
    logRate = next;
  }
  return Math.exp(logRate);
}

/** The same from above, where rates are not tiny. */
function upperBound(sample: Sample, room: number): number {
  const { requests, errors, logPrior } = sample;
  const share = errors / requests;
  const passed = requests - errors;
  const least = logPrior + (errors === 0 ? 0 : errors * Math.log(share));
  let rate = -Math.expm1(Math.log1p(-share) - (room - least) / passed);
  for (let step = 0; step < newtonSteps && rate < 1; step += 1) {
    const slope = passed / (1 - rate) - errors / rate;
    const next = rate - (logAgainst(sample, rate) - room) / slope;
    if (!(next < rate)) break;
    rate = next;
  }
  return rate;
}

/**
 * ln B(e + ½, n − e + ½)/B(½, ½) minus the log likelihood at the observed share: a small number, so it
 * is put together from small numbers (Stirling's remainders) instead of differences of log-gammas.
 */
function logJeffreysMixture(requests: number, errors: number): number {
  return (
    halfRemainder(errors) +
    halfRemainder(requests - errors) -
    (requests > 0 ? 0.5 * Math.log(requests) + wholeRemainder(requests) : 0) -
    Math.log(Math.PI) +
    0.5 * Math.log(2 * Math.PI)
  );
}

/** ln Γ(x + ½) − (x ln x − x + ½ ln 2π) for whole x ≥ 0. */
function halfRemainder(x: number): number {
  if (x >= 20) {
    const y = 1 / (x * x);
    return (-1 / 24 + y * (7 / 2880 + y * (-31 / 40320 + y * (127 / 430080)))) / x;
  }
  let logGamma = 0.5 * Math.log(Math.PI);
  for (let k = 0; k < x; k += 1) logGamma += Math.log(k + 0.5);
  return logGamma - (x === 0 ? 0 : x * Math.log(x) - x) - 0.5 * Math.log(2 * Math.PI);
}

/** ln n! − (n ln n − n + ½ ln 2πn) for whole n ≥ 1. */
function wholeRemainder(n: number): number {
  if (n >= 20) {
    const y = 1 / (n * n);
    return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / n;
  }
  let logFactorial = 0;
  for (let k = 2; k <= n; k += 1) logFactorial += Math.log(k);
  return logFactorial - (n * Math.log(n) - n) - 0.5 * Math.log(2 * Math.PI * n);
}
