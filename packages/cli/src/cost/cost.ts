/** `ascent cost`: what a month costs, from what was used or from what is expected, against the budget. */
import { AscentError, type RolloutPlan } from '@ascent/core';
import { createServiceDeployer, type ServiceDeployer } from '@ascent/platform';
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

/** A point of Cloud Monitoring covers a minute. */
const LEAST_AGE_S = 60;

type KnativeService = NonNullable<Awaited<ReturnType<ServiceDeployer['read']>>>;

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
  /** What was looked back at, in seconds: never to before the service was there. `null` for a forecast. */
  readonly windowS: number | null;
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
  const service = options.manifest === null || options.expected === null ? await read(plan) : null;
  const size = sizeOf(await templateOf(plan, options.manifest, service));
  const windowS = Math.min(options.windowS, ageOf(service, nowMs));
  const month = await monthOf(plan, { ...options, windowS }, { size, nowMs });
  const bill = billOf(month, size, { prices, withFree: options.withFree });
  const holdsMs = plan.stages.map(({ holdMaxMs }) => holdMaxMs);
  const rollouts = options.rolloutsPerMonth * rolloutCost(holdsMs, size, prices);
  const total = bill.total + rollouts + options.other;
  const perRequest = month.requests === 0 ? null : total / month.requests;
  return {
    basis: options.expected === null ? 'usage' : 'forecast',
    windowS: options.expected === null ? windowS : null,
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

async function templateOf(
  plan: RolloutPlan,
  manifest: string | null,
  service: KnativeService | null,
): Promise<CostedTemplate> {
  if (manifest === null) return (service?.spec.template ?? { spec: {} }) as CostedTemplate;
  const { spec } = await readManifest(manifest, plan.service);
  return spec.template as CostedTemplate;
}

async function read(plan: RolloutPlan): Promise<KnativeService> {
  const deployer = await createServiceDeployer({ platform: plan.platform });
  const service = await deployer.read();
  if (service !== null) return service;
  throw new AscentError(
    'ASC_SERVICE_NOT_FOUND',
    `There is no service ${plan.service} yet, so nothing was used. Ask for a forecast: --manifest, --requests and --latency.`,
  );
}

/** A month is not made of the time before the service was there. In seconds. */
function ageOf(service: KnativeService | null, nowMs: number): number {
  const createdMs = Date.parse(service?.metadata.creationTimestamp ?? '');
  return Number.isNaN(createdMs) ? Infinity : Math.max(LEAST_AGE_S, (nowMs - createdMs) / 1_000);
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
