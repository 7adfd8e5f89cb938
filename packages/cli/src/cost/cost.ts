/** `ascent cost`: what a month costs, from what was used or from what is expected, against the budget. */
import type { RolloutPlan } from '@ascent/core';
import { createServiceDeployer } from '@ascent/platform';
import { readManifest } from '../deploy/manifest.js';
import {
  billOf,
  forecastUsage,
  idleSecondsOf,
  MONTH_S,
  rolloutCost,
  type Bill,
  type MonthlyUsage,
} from './bill.js';
import { tierOnePrices, type Prices } from './prices.js';
import { sizeOf, type CostedTemplate, type Size } from './size.js';
import { readUsage } from './usage.js';

/** Traffic that is expected in a month. */
export type Expected = { readonly requests: number; readonly latencyMs: number };

/** What to count, and against what. */
export type CostOptions = {
  /** `null` reads real usage. */
  readonly expected: Expected | null;
  readonly windowS: number;
  /** The size of the instances; `null` reads the service that runs. */
  readonly manifest: string | null;
  readonly rolloutsPerMonth: number;
  readonly withFree: boolean;
  /** Everything that is not Cloud Run, in a month: load balancer, database, models. */
  readonly other: number;
  readonly budget: number;
  readonly perRequest: number;
};

/** The answer, in dollars. */
export type Cost = {
  readonly basis: 'usage' | 'forecast';
  readonly size: Size;
  readonly month: MonthlyUsage;
  readonly bill: Bill;
  readonly rollouts: number;
  readonly other: number;
  readonly total: number;
  readonly perRequest: number | null;
  readonly budget: number;
  readonly perRequestLimit: number;
  readonly withinBudget: boolean;
  readonly prices: Prices;
};

/** Counts. @throws AscentError where usage, manifest or service cannot be read. */
export async function cost(plan: RolloutPlan, options: CostOptions, nowMs: number): Promise<Cost> {
  const prices = tierOnePrices;
  const size = sizeOf(await templateOf(plan, options.manifest));
  const month = await monthOf(plan, options, { size, nowMs });
  const bill = billOf(month, size, { prices, withFree: options.withFree });
  const holdsMs = plan.stages.map(({ holdMaxMs }) => holdMaxMs);
  const rollouts = options.rolloutsPerMonth * rolloutCost(holdsMs, size, prices);
  const total = bill.total + rollouts + options.other;
  const perRequest = month.requests === 0 ? null : total / month.requests;
  return {
    basis: options.expected === null ? 'usage' : 'forecast',
    size,
    month,
    bill,
    rollouts,
    other: options.other,
    total,
    perRequest,
    budget: options.budget,
    perRequestLimit: options.perRequest,
    withinBudget:
      total <= options.budget && (perRequest === null || perRequest <= options.perRequest),
    prices,
  };
}

async function templateOf(plan: RolloutPlan, manifest: string | null): Promise<CostedTemplate> {
  if (manifest !== null) {
    const { spec } = await readManifest(manifest, plan.service);
    return spec.template as CostedTemplate;
  }
  const deployer = await createServiceDeployer({ platform: plan.platform });
  const service = await deployer.read();
  return (service?.spec.template as CostedTemplate | undefined) ?? { spec: {} };
}

async function monthOf(
  plan: RolloutPlan,
  { expected, windowS }: CostOptions,
  { size, nowMs }: { readonly size: Size; readonly nowMs: number },
): Promise<MonthlyUsage> {
  if (expected !== null) return forecastUsage(expected, size);
  const used = await readUsage(plan, { windowS, nowMs });
  const factor = MONTH_S / windowS;
  return {
    requests: used.requests * factor,
    activeSeconds: used.billedSeconds * factor,
    idleSeconds: idleSecondsOf(used.billedSeconds, size.minInstances, windowS) * factor,
  };
}
