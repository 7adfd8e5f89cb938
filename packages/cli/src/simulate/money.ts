/** What one simulated rollout costs on Cloud Run, by the price table of `ascent cost`. Pure. */
import type { Tally } from '@ascent/simulator';
import { billOf, forecastUsage, MONTH_S, rolloutCost } from '../cost/bill.js';
import { tierOnePrices } from '../cost/prices.js';
import { sizeOf, type Size } from '../cost/size.js';

/** In dollars, without a free tier. */
export type Money = {
  readonly currency: 'USD';
  /** The answers of both revisions while the rollout lasted. */
  readonly answers: number;
  /** The candidate's part of them. */
  readonly candidate: number;
  /** The second revision's minimum instances for as long. */
  readonly waiting: number;
};

/** Cloud Run's own defaults: one CPU, 512 MiB, nothing kept waiting. */
export const defaultSize: Size = sizeOf({ spec: {} });

/** Latencies of a simulation are log-logistic with steepness 3: their mean is so much above their median. */
const MEAN_TO_MEDIAN = Math.PI / 3 / Math.sin(Math.PI / 3);

/** The money of a run that took `tookMs` at a median latency of `medianMs`. */
export function moneyOf(
  run: { readonly tookMs: number; readonly candidate: Tally; readonly stable: Tally },
  { size, medianMs }: { readonly size: Size; readonly medianMs: number },
): Money {
  const seconds = Math.max(1, run.tookMs / 1_000);
  const part = seconds / MONTH_S;
  const costOf = ({ requests }: Tally): number => {
    const traffic = { requests: requests / part, latencyMs: medianMs * MEAN_TO_MEDIAN };
    const { activeSeconds } = forecastUsage(traffic, { ...size, minInstances: 0 });
    const usage = { requests, activeSeconds: activeSeconds * part, idleSeconds: 0 };
    return billOf(usage, size, { prices: tierOnePrices, withFree: false }).total;
  };
  const candidate = costOf(run.candidate);
  return {
    currency: 'USD',
    answers: candidate + costOf(run.stable),
    candidate,
    waiting: rolloutCost([run.tookMs], size, tierOnePrices),
  };
}

/** One line for a person. */
export function moneyText({ answers, candidate, waiting }: Money, size: Size): string {
  const kept = size.minInstances === 0 ? '' : `, and ${dollars(waiting)} for instances that wait`;
  return `costs ${dollars(answers)} on Cloud Run, ${dollars(candidate)} of it the candidate's${kept} (${size.vcpu} vCPU, ${size.gib} GiB; prices read ${tierOnePrices.readOn}, no free tier)`;
}

function dollars(amount: number): string {
  return `$${amount < 0.01 && amount > 0 ? amount.toFixed(4) : amount.toFixed(2)}`;
}
