/**
 * The rank test of Kayenta and PipeCD, with ties averaged and a continuity correction.
 */

/** Standard normal quantile of 0.99: Kayenta's hard-coded 98 %. */
const kayentaQuantile = 2.3263478740408408;
const tolerance = 0.25;
/** Kayenta's root finder stops here; plain bisection to full precision shows false alarms it does not have. */
const solverTolerance = 1e-4;

/** Kayenta's verdict "High" on one metric. */
export function kayentaFails(canary: readonly number[], baseline: readonly number[]): boolean {
  if (canary.length === 0 || baseline.length === 0) return false;
  const all = [...canary, ...baseline];
  const least = Math.min(...all);
  const greatest = Math.max(...all);
  if (least === greatest) return false;
  const from = Math.min(...canary) - Math.max(...baseline);
  const to = Math.max(...canary) - Math.min(...baseline);
  const shiftAt = (quantile: number): number | null =>
    findRoot((shift) => zScore(canary, baseline, shift) - quantile, from, to);
  const low = shiftAt(kayentaQuantile);
  const estimate = shiftAt(0);
  if (low === null || estimate === null) return false;
  return low > tolerance * Math.abs(estimate);
}

/** One-sided p-value of "the candidate's values are no higher", by the normal approximation. */
export function mannWhitneyHigh(candidate: readonly number[], stable: readonly number[]): number {
  const z = zScore(candidate, stable, 0);
  return Number.isFinite(z) ? normalAbove(z) : 1;
}

function zScore(x: readonly number[], y: readonly number[], shift: number): number {
  const values = [
    ...x.map((value) => ({ value: value - shift, mine: true })),
    ...y.map((value) => ({ value, mine: false })),
  ].sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let ties = 0;
  for (let i = 0; i < values.length;) {
    let end = i;
    while (end < values.length && values[end]?.value === values[i]?.value) end += 1;
    const size = end - i;
    const rank = (i + 1 + end) / 2;
    for (let k = i; k < end; k += 1) if (values[k]?.mine === true) rankSum += rank;
    ties += size ** 3 - size;
    i = end;
  }
  const nx = x.length;
  const ny = y.length;
  const n = nx + ny;
  const difference = rankSum - (nx * (nx + 1)) / 2 - (nx * ny) / 2;
  const deviation = Math.sqrt(((nx * ny) / 12) * (n + 1 - ties / (n * (n - 1))));
  return (difference - 0.5 * Math.sign(difference)) / deviation;
}

/** Where a falling function passes 0; `null` when it does not, as in Kayenta's "Error". */
function findRoot(f: (x: number) => number, from: number, to: number): number | null {
  let low = from;
  let high = to;
  const atLow = f(low);
  const atHigh = f(high);
  if (!Number.isFinite(atLow) || !Number.isFinite(atHigh)) return null;
  if (atLow === 0) return low;
  if (atHigh === 0) return high;
  if (atLow > 0 === atHigh > 0) return null;
  // The ends count as roots within the solver's tolerance, as Brent's method started from them has it.
  while (high - low > solverTolerance) {
    const middle = (low + high) / 2;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

function normalAbove(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? tail : 1 - tail;
}
