/**
 * How a block's errors would fall on the candidate if it were no worse than the stable revision.
 *
 * Given a block's margins (requests of each revision, errors of both together) the candidate's errors
 * are hypergeometric under "no difference", whatever the error rate is and however it moves: an
 * incident, a busy hour or a share that was set wrongly drops out. That is why there is no nuisance
 * parameter here and why the test needs no history. The alternative refused is the unconditional
 * binomial: it must guess the common rate and pays for the guess.
 *
 * Clustered errors (retries, one bad instance) are wider than hypergeometric; a beta-binomial with the
 * same mean and `dispersion` times the variance stands in for them, and is conservative for every
 * smaller spread because ψ^k is convex.
 *
 * Reference: Fisher's exact test; Harkness 1965, https://doi.org/10.1214/aoms/1177700083 (the
 * noncentral form is stochastically increasing in the odds ratio).
 */
import { requireAtLeast, requireCount, requireDomain } from './domain.js';

/** The margins of one block: what is known before knowing which revision failed. */
export type Margins = {
  /** Requests of the candidate. */
  readonly candidateRequests: number;
  /** Requests of the stable revision. */
  readonly stableRequests: number;
  /** Errors of both together. */
  readonly errors: number;
};

/** Which null: the odds ratio still tolerated (1 = none worse) and the spread of errors (1 = independent). */
export type NullShape = { readonly oddsRatio: number; readonly dispersion: number };

/** No tolerance, independent errors. */
export const exactNull: NullShape = { oddsRatio: 1, dispersion: 1 };

/** More possible outcomes than this are not worked out one by one. */
export const largestExactSupport = 20_000;

/** Log probabilities of the candidate having `lowest`, `lowest + 1`, … errors. */
export type MarginNull = { readonly lowest: number; readonly logProbabilities: readonly number[] };

/** Least and greatest number of errors the candidate can have, given the margins. */
export function supportOf(margins: Margins): { readonly lowest: number; readonly highest: number } {
  const { candidateRequests, stableRequests, errors } = margins;
  return {
    lowest: Math.max(0, errors - stableRequests),
    highest: Math.min(candidateRequests, errors),
  };
}

/** How many more than one outcome are possible. */
export function supportSize(margins: Margins, { dispersion }: NullShape): number {
  const { lowest, highest } = supportOf(margins);
  return (dispersion > 1 ? margins.errors : highest) - lowest;
}

/** The candidate's fair part of the errors when its odds of failing are `oddsRatio` times the stable ones. */
export function fairPart(margins: Margins, oddsRatio: number): number {
  const { candidateRequests, stableRequests } = margins;
  const weighted = candidateRequests * oddsRatio;
  return weighted / (weighted + stableRequests);
}

/**
 * Ratios P(k + 1) / P(k) for k = lowest … highest − 1, or `null` for the limiting all-or-nothing law
 * of extreme dispersion.
 */
export function stepRatios(margins: Margins, shape: NullShape): readonly number[] | null {
  const { candidateRequests, stableRequests, errors } = margins;
  const { lowest, highest } = supportOf(margins);
  const ratios: number[] = [];
  if (shape.dispersion <= 1) {
    const freeStable = stableRequests - errors;
    for (let k = lowest; k < highest; k += 1) {
      const up = (candidateRequests - k) * (errors - k) * shape.oddsRatio;
      ratios.push(up / ((k + 1) * (freeStable + k + 1)));
    }
    return ratios;
  }
  const concentration = (errors - 1) / (shape.dispersion - 1) - 1;
  if (concentration <= 1e-9) return null;
  const part = fairPart(margins, shape.oddsRatio);
  const a = concentration * part;
  const b = concentration * (1 - part);
  for (let k = 0; k < errors; k += 1) {
    ratios.push(((errors - k) * (k + a)) / ((k + 1) * (errors - k - 1 + b)));
  }
  return ratios;
}

/**
 * The null distribution of the candidate's errors as logarithms, built ratio by ratio and then
 * normalised: log-gamma differences would lose nine digits at a million requests.
 * @throws DomainError also above {@link largestExactSupport} outcomes; `updateRelativeError` uses a bound there.
 */
export function marginNull(margins: Margins, shape: NullShape = exactNull): MarginNull {
  requireMargins(margins, shape);
  const support = supportSize(margins, shape);
  requireDomain(
    support <= largestExactSupport,
    () => `a block may have up to ${largestExactSupport} possible outcomes, but has ${support}.`,
  );
  const ratios = stepRatios(margins, shape);
  if (ratios === null) return allOrNothing(margins, shape);
  const logs = [0];
  let largest = 0;
  let current = 0;
  for (const ratio of ratios) {
    current += Math.log(ratio);
    logs.push(current);
    if (current > largest) largest = current;
  }
  let sum = 0;
  for (const value of logs) sum += Math.exp(value - largest);
  const total = largest + Math.log(sum);
  return {
    lowest: shape.dispersion > 1 ? 0 : supportOf(margins).lowest,
    logProbabilities: logs.map((value) => value - total),
  };
}

function allOrNothing(margins: Margins, shape: NullShape): MarginNull {
  const part = fairPart(margins, shape.oddsRatio);
  const logProbabilities = Array.from({ length: margins.errors + 1 }, () => -Infinity);
  logProbabilities[0] = Math.log(1 - part);
  logProbabilities[margins.errors] = Math.log(part);
  return { lowest: 0, logProbabilities };
}

function requireMargins(margins: Margins, shape: NullShape): void {
  const { candidateRequests, stableRequests, errors } = margins;
  requireCount(candidateRequests, 'candidateRequests');
  requireCount(stableRequests, 'stableRequests');
  requireCount(errors, 'errors');
  requireDomain(
    errors <= candidateRequests + stableRequests,
    () =>
      `errors (${errors}) must not exceed the block's requests (${candidateRequests + stableRequests}).`,
  );
  requireAtLeast(shape.oddsRatio, 1, 'oddsRatio');
  requireAtLeast(shape.dispersion, 1, 'dispersion');
}
