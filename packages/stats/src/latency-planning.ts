/**
 * How many candidate requests until a slower candidate is seen: the growth of each bet of `latency.ts`
 * under the two expected histograms, and the walk of the one that arrives first.
 */
import { requireDomain, requireOpenUnit } from './domain.js';
import { latencyBets, latencyLogRatios, requireWeights } from './latency.js';
import { passageMean } from './planning.js';
import type { Walk } from './planning.js';

/** Expected shares of requests per bucket, the candidate's after the tolerance was forgiven. */
export type LatencyScenario = {
  readonly stable: readonly number[];
  readonly candidate: readonly number[];
  /** Part of the traffic the candidate really serves, 0 < share < 1. */
  readonly share: number;
  readonly risk: number;
  /** The latency test's part of the budget. */
  readonly weight: number;
};

/** The walk of the bet that arrives first; `null` when the candidate is not slower in any way that is bet on. */
export function latencyWalk(scenario: LatencyScenario): Walk | null {
  const { stable, candidate, share, risk, weight } = scenario;
  requireDomain(
    stable.length === candidate.length && stable.length >= 2,
    'both histograms need the same buckets.',
  );
  requireOpenUnit(share, 'share');
  requireOpenUnit(risk, 'risk');
  requireDomain(weight > 0 && weight <= 1, () => `weight must be > 0 and ≤ 1, but is ${weight}.`);
  requireWeights(stable, 'stable');
  requireWeights(candidate, 'candidate');
  const height = -Math.log(risk) - Math.log(weight);
  const learnt = stable.map((part) => part + 1e-4 / stable.length);
  const walks = latencyBets.flatMap((bet) => {
    const walk = {
      ...growthOf(scenario, latencyLogRatios(learnt, bet)),
      height: height - Math.log(bet.weight),
    };
    return walk.drift > 0 ? [walk] : [];
  });
  return walks.toSorted((a, b) => passageMean(a) - passageMean(b))[0] ?? null;
}

function growthOf(
  { stable, candidate, share }: LatencyScenario,
  logRatios: readonly number[],
): { readonly drift: number; readonly variance: number } {
  const pooled = logRatios.map((logRatio) => -Math.log1p(share * Math.expm1(logRatio)));
  const own = momentsOf(candidate, (j) => (logRatios[j] ?? 0) + (pooled[j] ?? 0));
  const rest = momentsOf(stable, (j) => pooled[j] ?? 0);
  const stablePerCandidate = (1 - share) / share;
  return {
    drift: own.mean + stablePerCandidate * rest.mean,
    variance: own.variance + stablePerCandidate * rest.variance,
  };
}

function momentsOf(
  parts: readonly number[],
  value: (bucket: number) => number,
): { readonly mean: number; readonly variance: number } {
  const total = parts.reduce((sum, part) => sum + part, 0);
  const mean = parts.reduce((sum, part, j) => sum + (part / total) * value(j), 0);
  const square = parts.reduce((sum, part, j) => sum + (part / total) * value(j) ** 2, 0);
  return { mean, variance: Math.max(0, square - mean * mean) };
}
