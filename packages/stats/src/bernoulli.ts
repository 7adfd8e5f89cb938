/**
 * Likelihood ratios of failures and successes, as logarithms: what every test of rates is made of.
 */
import type { ErrorBlock } from './relative-error.js';

/** Requests of one revision and how many of them failed. */
export type Trials = { readonly requests: number; readonly errors: number };

/** The candidate's requests of a block. */
export function candidateOf(block: ErrorBlock): Trials {
  return { requests: block.candidateRequests, errors: block.candidateErrors };
}

/** The stable revision's requests of a block. */
export function stableOf(block: ErrorBlock): Trials {
  return { requests: block.stableRequests, errors: block.stableErrors };
}

/** ln of the likelihood at rate `over` to that at rate `under`; what did not happen costs nothing. */
export function logRatio({ requests, errors }: Trials, over: number, under: number): number {
  const successes = requests - errors;
  return (
    (errors === 0 ? 0 : errors * Math.log(over / under)) +
    (successes === 0 ? 0 : successes * (Math.log1p(-over) - Math.log1p(-under)))
  );
}
