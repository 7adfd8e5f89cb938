/**
 * Several questions, one budget: a weighted sum of e-processes is an e-process, and beats Bonferroni's
 * "each gets its part" because evidence of different kinds adds up.
 *
 * Reference: Vovk & Wang 2021, https://arxiv.org/abs/1912.06116.
 */
import { requireDomain, requireOpenUnit } from './domain.js';
import { logSumExp } from './log-sum.js';

/** One e-process and its part of the budget. */
export type WeightedEvidence = { readonly weight: number; readonly logE: number };

/** Parts of the budget for relative errors, the error limit and latency, before renormalising. */
export const defaultWeights = { relativeError: 0.5, absoluteError: 0.2, latency: 0.3 } as const;

/** Rounding must not decide: e-values this close below the threshold count as reaching it. */
export const thresholdSlack = 1e-9;

/** ln Σ weight · E; weights are renormalised to sum to 1. */
export function combineEvidence(parts: readonly WeightedEvidence[]): number {
  requireDomain(parts.length > 0, 'there is no evidence to combine.');
  let total = 0;
  let least = Infinity;
  for (const { weight, logE } of parts) {
    requireDomain(!Number.isNaN(logE), 'evidence must be a number or −∞, but is NaN.');
    total += weight;
    least = Math.min(least, weight);
  }
  requireDomain(least > 0 && Number.isFinite(total), 'every weight must be positive and finite.');
  return logSumExp(parts.map(({ weight, logE }) => Math.log(weight / total) + logE));
}

/** ln of the e-value at which a risk of `risk` (0 < risk < 1) is fully used: ln(1 / risk). */
export function logThresholdOf(risk: number): number {
  requireOpenUnit(risk, 'risk');
  return -Math.log(risk);
}

/** Whether evidence reaches the threshold of a risk. */
export function reachesRisk(logE: number, risk: number): boolean {
  requireDomain(!Number.isNaN(logE), 'evidence must be a number or −∞, but is NaN.');
  return logE >= logThresholdOf(risk) - thresholdSlack;
}
