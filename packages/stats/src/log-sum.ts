/**
 * Sums of numbers kept as logarithms. E-values grow and shrink over hundreds of orders of magnitude,
 * so everything that lives longer than one block is a natural logarithm.
 */

/** ln Σ exp(x), without overflow; −∞ for an empty list. */
export function logSumExp(values: readonly number[]): number {
  let largest = -Infinity;
  for (const value of values) if (value > largest) largest = value;
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}
