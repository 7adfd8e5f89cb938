/** What a month of Cloud Run costs. Pure arithmetic over a price table. */
import type { Prices } from './prices.js';
import type { Size } from './size.js';

/** What one month uses. */
export type MonthlyUsage = {
  readonly requests: number;
  /** Seconds in which an instance served at least one request, summed over instances. */
  readonly activeSeconds: number;
  /** Seconds in which a minimum instance waited. */
  readonly idleSeconds: number;
};

/** A bill in dollars. */
export type Bill = {
  readonly cpu: number;
  readonly memory: number;
  readonly idle: number;
  readonly requests: number;
  /** What the free tier takes off; not above what it applies to. */
  readonly free: number;
  readonly total: number;
};

/** Seconds of an average month. */
export const MONTH_S = (365.25 / 12) * 86_400;

/** The bill of `usage` by instances of `size`. `withFree`: whether the billing account's free tier is still there for it. */
export function billOf(
  usage: MonthlyUsage,
  size: Size,
  { prices, withFree }: { readonly prices: Prices; readonly withFree: boolean },
): Bill {
  const vcpuSeconds = usage.activeSeconds * size.vcpu;
  const gibSeconds = usage.activeSeconds * size.gib;
  const cpu = vcpuSeconds * prices.activeVcpuSecond;
  const memory = gibSeconds * prices.activeGibSecond;
  const idle =
    usage.idleSeconds * (size.vcpu * prices.idleVcpuSecond + size.gib * prices.idleGibSecond);
  const requests = usage.requests * prices.request;
  const free = withFree
    ? Math.min(vcpuSeconds, prices.free.vcpuSeconds) * prices.activeVcpuSecond +
      Math.min(gibSeconds, prices.free.gibSeconds) * prices.activeGibSecond +
      Math.min(usage.requests, prices.free.requests) * prices.request
    : 0;
  return { cpu, memory, idle, requests, free, total: cpu + memory + idle + requests - free };
}

/** A service whose instances scale down to 60 % of their concurrency. https://cloud.google.com/run/docs/about-instance-autoscaling */
const TARGET_UTILISATION = 0.6;

/**
 * The month that is to be expected. With `a` requests at work on average, arriving independently, one instance is busy a
 * part `1 - e^-a` of the time, and more than one are needed when `a` passes what the autoscaler puts on an instance. Real
 * traffic comes in bursts, which share an instance, so this is rather too much than too little.
 */
export function forecastUsage(
  traffic: { readonly requests: number; readonly latencyMs: number },
  { concurrency, minInstances }: Size,
): MonthlyUsage {
  const atWork = (traffic.requests / MONTH_S) * (traffic.latencyMs / 1_000);
  const busyInstances = Math.max(
    1 - Math.exp(-atWork),
    atWork / (concurrency * TARGET_UTILISATION),
  );
  const activeSeconds = busyInstances * MONTH_S;
  return {
    requests: traffic.requests,
    activeSeconds,
    idleSeconds: idleSecondsOf(activeSeconds, minInstances),
  };
}

/** Minimum instances wait whenever they do not work. */
export function idleSecondsOf(
  activeSeconds: number,
  minInstances: number,
  windowS = MONTH_S,
): number {
  return Math.max(0, minInstances * windowS - activeSeconds);
}

/**
 * What one rollout adds: while it lasts the second revision keeps its minimum instances too. An upper bound, with every
 * stage held as long as it may be.
 */
export function rolloutCost(
  holdsMs: readonly number[],
  { vcpu, gib, minInstances }: Size,
  prices: Prices,
): number {
  const seconds = holdsMs.reduce((total, ms) => total + ms, 0) / 1_000;
  return seconds * minInstances * (vcpu * prices.idleVcpuSecond + gib * prices.idleGibSecond);
}
