/** `ascent cost` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import { AscentError, parseDurationMs } from '@ascent/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { print } from '../output.js';
import { loadPlan } from '../plan-file.js';
import type { SharedOptions } from '../session.js';

/** Above the budget: nothing went wrong with the counting. */
const ABOVE_BUDGET_STATUS = 4;

type Options = Pick<SharedOptions, 'plan' | 'json'> & {
  readonly requests?: number;
  readonly latency?: number;
  readonly over: number;
  readonly manifest?: string;
  readonly rollouts: number;
  readonly free: boolean;
  readonly other: number;
  readonly budget: number;
  readonly perRequest: number;
};

function amount(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('Write a number, 0 or more.');
}

function duration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs !== null && durationMs > 0) return durationMs;
  throw new InvalidArgumentError('Write a duration such as 800ms, 2s or 7d.');
}

/** Gives `command` (which has the shared options) its own options and its action. */
export function addCost(command: Command): void {
  command
    .option('--requests <count>', 'forecast: requests a month', amount)
    .option('--latency <duration>', 'forecast: how long an answer takes on average', duration)
    .addOption(
      new Option('--over <duration>', 'real usage: how far to look back')
        .argParser(duration)
        .default(7 * 86_400_000, '7d'),
    )
    .option('--manifest <file>', 'the size of the instances, instead of the service that runs')
    .option('--rollouts <count>', 'rollouts a month', amount, 4)
    .option('--no-free', 'other services have used up the free tier')
    .option('--other <dollars>', 'what else a month costs', amount, 0)
    .option('--budget <dollars>', 'a month must not cost more', amount, 100)
    .option('--per-request <dollars>', 'a request must not cost more', amount, 0.01)
    .addHelpText(
      'after',
      '\nExamples:\n  ascent cost --plan deploy/ascent.yaml\n  ascent cost --plan deploy/ascent.yaml --manifest deploy/cloud-run-production.yaml --requests 100000 --latency 3s\n\nEnds with 0 within the budget, 4 above it.',
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { requests, latency } = options;
  if ((requests === undefined) !== (latency === undefined)) {
    throw new AscentError('ASC_USAGE', 'A forecast needs both --requests and --latency.');
  }
  const [{ cost }, { costText }] = await Promise.all([
    import('./cost.js'),
    import('./cost-text.js'),
  ]);
  const counted = await cost(
    await loadPlan(options.plan),
    {
      expected:
        requests === undefined || latency === undefined ? null : { requests, latencyMs: latency },
      windowS: options.over / 1_000,
      manifest: options.manifest ?? null,
      rolloutsPerMonth: options.rollouts,
      withFree: options.free,
      other: options.other,
      budget: options.budget,
      perRequest: options.perRequest,
    },
    Date.now(),
  );
  print(costText(counted), counted, { json: options.json === true });
  if (!counted.withinBudget) process.exitCode = ABOVE_BUDGET_STATUS;
}
