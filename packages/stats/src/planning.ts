/**
 * How many candidate requests until a regression is seen, or until a good release is proven good?
 *
 * The log e-value is a random walk; its first passage over the threshold is close to inverse Gaussian.
 * The information per candidate request is that of the best test which does not know the common rate.
 * Checked against simulation in `bench/evidence.md`.
 *
 * References: Wald 1945, https://doi.org/10.1214/aoms/1177731118; Folks & Chhikara 1978 (inverse
 * Gaussian), https://doi.org/10.1111/j.2517-6161.1978.tb01039.x.
 */
import { requireDomain, requireOpenUnit, requireUnit } from './domain.js';
import { logNormalTail, normalQuantile } from './normal-tail.js';
import { nearestUnsafe } from './safety.js';

/** What mixing over alternatives and overshoot cost on average, in nats. */
export const mixtureCost = 1.4;

/** A walk's drift and spread per candidate request, and the height it must reach (nats). */
export type Walk = { readonly drift: number; readonly variance: number; readonly height: number };

/** The regression to be seen, and how it is looked at. */
export type ErrorScenario = {
  readonly stableRate: number;
  readonly candidateRate: number;
  /** Part of the traffic the candidate really serves, 0 < share < 1. */
  readonly share: number;
  /** Accepted chance of a false rollback. */
  readonly risk: number;
  /** The error test's part of that budget. */
  readonly weight: number;
};

/** The walk of the relative error test while the candidate fails `candidateRate` of its requests. */
export function errorWalk(scenario: ErrorScenario): Walk {
  const { stableRate, candidateRate, share, risk, weight } = scenario;
  requireOpenUnit(stableRate, 'stableRate');
  requireDomain(
    candidateRate > stableRate && candidateRate <= 1,
    () =>
      `candidateRate must be above stableRate (${stableRate}) and at most 1, but is ${candidateRate}.`,
  );
  requireOpenUnit(share, 'share');
  requireOpenUnit(risk, 'risk');
  requireDomain(weight > 0 && weight <= 1, () => `weight must be > 0 and ≤ 1, but is ${weight}.`);
  const common = share * candidateRate + (1 - share) * stableRate;
  const stablePerCandidate = (1 - share) / share;
  return {
    drift: divergence(candidateRate, common) + stablePerCandidate * divergence(stableRate, common),
    variance: spread(candidateRate, common) + stablePerCandidate * spread(stableRate, common),
    height: -Math.log(risk) - Math.log(weight) + mixtureCost,
  };
}

/** The walk of the safety test while both revisions fail `rate` of their requests. */
export function safetyWalk(scenario: {
  readonly rate: number;
  readonly difference: number;
  readonly share: number;
  readonly risk: number;
}): Walk {
  const { rate, difference, share, risk } = scenario;
  requireOpenUnit(rate, 'rate');
  requireOpenUnit(difference, 'difference');
  requireOpenUnit(share, 'share');
  requireOpenUnit(risk, 'risk');
  requireDomain(
    rate + difference <= 1,
    () => `rate + difference must be at most 1, but is ${rate} + ${difference}.`,
  );
  const stablePerCandidate = (1 - share) / share;
  const block = { candidateRequests: 1, stableRequests: stablePerCandidate };
  const nearest = nearestUnsafe(block, { rate, difference });
  return {
    drift: divergence(rate, nearest + difference) + stablePerCandidate * divergence(rate, nearest),
    variance: spread(rate, nearest + difference) + stablePerCandidate * spread(rate, nearest),
    height: -Math.log(risk),
  };
}

/** The walk of a test of one revision alone, failing `rate`, against "at most `limit`" (or "at least", if below). */
export function limitWalk(scenario: {
  readonly rate: number;
  readonly limit: number;
  /** ln of the e-value the test must reach. */
  readonly height: number;
}): Walk {
  const { rate, limit, height } = scenario;
  requireOpenUnit(limit, 'limit');
  requireDomain(
    rate >= 0 && rate <= 1 && rate !== limit,
    () => `rate must be 0 … 1 and differ from the limit (${limit}), but is ${rate}.`,
  );
  requireDomain(
    height > 0 && Number.isFinite(height),
    () => `height must be a finite number > 0, but is ${height}.`,
  );
  return { drift: divergence(rate, limit), variance: spread(rate, limit), height };
}

/** Mean of the walk's first passage, in candidate requests. */
export function passageMean(walk: Walk): number {
  requireWalk(walk);
  return walk.height / walk.drift;
}

/** The number of candidate requests within which the walk arrives with this probability. */
export function passageQuantile(walk: Walk, probability: number): number {
  requireOpenUnit(probability, 'probability');
  const mean = passageMean(walk);
  if (walk.variance === 0) return mean;
  const shape = (walk.height * walk.height) / walk.variance;
  let low = 0;
  let high = mean;
  while (inverseGaussian(high, mean, shape) < probability) high *= 2;
  for (let step = 0; step < 200; step += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (inverseGaussian(middle, mean, shape) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The same for a walk that climbs in a few large steps, as one does that waits for rare failures: a gamma law of the
 * walk's mean and variance, whose median lies nearer to its mean.
 * Reference: Wilson & Hilferty 1931, https://doi.org/10.1073/pnas.17.12.684.
 */
export function steppedPassageQuantile(walk: Walk, probability: number): number {
  requireOpenUnit(probability, 'probability');
  const mean = passageMean(walk);
  if (walk.variance === 0) return mean;
  const steps = (walk.height * walk.drift) / walk.variance;
  const spreadOfRoot = 1 / (9 * steps);
  const root = 1 - spreadOfRoot + normalQuantile(probability) * Math.sqrt(spreadOfRoot);
  return mean * Math.max(0, root) ** 3;
}

/** The probability that the walk arrives within so many candidate requests. */
export function passageProbability(walk: Walk, requests: number): number {
  requireDomain(requests >= 0, () => `requests must be ≥ 0, but is ${requests}.`);
  const mean = passageMean(walk);
  if (walk.variance === 0) return requests >= mean ? 1 : 0;
  return requests === 0 ? 0 : inverseGaussian(requests, mean, walk.height ** 2 / walk.variance);
}

function inverseGaussian(x: number, mean: number, shape: number): number {
  const scale = Math.sqrt(shape / x);
  const direct = Math.exp(logNormalTail(-scale * (x / mean - 1)));
  const mirrored = Math.exp((2 * shape) / mean + logNormalTail(scale * (x / mean + 1)));
  return Math.min(1, direct + mirrored);
}

/** KL(p ‖ q) of two Bernoulli laws, in nats; 0 < q < 1, or q = p. */
export function divergence(p: number, q: number): number {
  requireUnit(p, 'p');
  if (p !== q) requireOpenUnit(q, 'q');
  const failing = p === 0 ? 0 : p * Math.log(p / q);
  const passing = p === 1 ? 0 : (1 - p) * (Math.log1p(-p) - Math.log1p(-q));
  return failing + passing;
}

/** Variance of the log likelihood ratio of p over q under p. */
function spread(p: number, q: number): number {
  if (p === 0 || p === 1) return 0;
  const logOdds = Math.log((p * (1 - q)) / (q * (1 - p)));
  return p * (1 - p) * logOdds * logOdds;
}

function requireWalk(walk: Walk): void {
  requireDomain(
    [walk.drift, walk.height, walk.variance].every(Number.isFinite) &&
      walk.drift > 0 &&
      walk.height > 0 &&
      walk.variance >= 0,
    () =>
      `a walk needs finite drift and height above 0 and a variance ≥ 0, but has ${walk.drift}, ${walk.height} and ${walk.variance}.`,
  );
}
