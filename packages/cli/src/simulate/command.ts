/** `ascent simulate` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import { AscentError, parseDurationMs, type RolloutPlan } from '@ascent/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CostedTemplate, Size } from '../cost/size.js';
import { showExamples } from '../example.js';
import { note, print } from '../output.js';
import { loadPlan } from '../plan-file.js';
import type { SharedOptions } from '../session.js';

type Options = Pick<SharedOptions, 'plan' | 'json'> & {
  readonly scenario: string;
  readonly seed: number;
  readonly runs: number;
  readonly rate: number;
  readonly errors: number;
  readonly latency: number;
  readonly step?: number;
  readonly manifest?: string;
};

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 4_294_967_295) return number;
  throw new InvalidArgumentError('Write a whole number, 1 or more.');
}

function rate(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number > 0 && number <= 1e6) return number;
  throw new InvalidArgumentError('Write requests per minute, above 0 and up to 1000000.');
}

function percentage(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s?%$/.exec(text.trim())?.[1] ?? Number.NaN);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new InvalidArgumentError('Write a percentage such as 0.2%.');
}

function duration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs !== null && durationMs > 0) return durationMs;
  throw new InvalidArgumentError('Write a duration such as 800ms, 1m or 5m.');
}

/** Gives `command` (which has the shared options) its own options and its action. */
export function addSimulate(command: Command): void {
  command
    .option('--scenario <name>', 'what the release is like; an unknown name lists them', 'errors')
    .option('--rate <requests>', 'requests per minute, averaged over a day', rate, 60)
    .addOption(
      new Option('--errors <percent>', 'how many answers of a healthy revision fail')
        .argParser(percentage)
        .default(0.002, '0.2%'),
    )
    .addOption(
      new Option('--latency <duration>', 'median latency of a healthy revision')
        .argParser(duration)
        .default(800, '800ms'),
    )
    .option('--seed <number>', 'the same seed gives the same run', wholeNumber, 1)
    .option('--runs <count>', 'many seeds, and how they are distributed', wholeNumber, 1)
    .option(
      '--step <duration>',
      'time between two looks (default: 1m, and 5m with --runs)',
      duration,
    )
    .option('--manifest <file>', 'the instances to pay for (default: 1 CPU, 512 MiB)');
  showExamples(
    command,
    ['ascent simulate --scenario slow', 'ascent simulate --scenario errors --rate 10 --runs 200'],
    'Nothing outside this process is read or changed.',
  ).action(run);
}

/** The size in a manifest, or Cloud Run's default. @throws AscentError `ASC_MANIFEST_INVALID`. */
async function sizeFor(plan: RolloutPlan, manifest: string | undefined): Promise<Size> {
  const { sizeOf } = await import('../cost/size.js');
  if (manifest === undefined) return sizeOf({ spec: {} });
  const { readManifest } = await import('../deploy/manifest.js');
  const { spec } = await readManifest(manifest, plan.service);
  return sizeOf(spec.template as CostedTemplate);
}

async function run(options: Options): Promise<void> {
  const plan = await loadPlan(options.plan);
  const [{ simulate, simulateMany }, { distributionText, runText }, { scenarios }, size] =
    await Promise.all([
      import('./simulate.js'),
      import('./simulate-text.js'),
      import('@ascent/simulator'),
      sizeFor(plan, options.manifest),
    ]);
  const scenario = scenarios.get(options.scenario);
  if (scenario === undefined) {
    const known = [...scenarios.values()].map(({ name, summary }) => `  ${name}: ${summary}`);
    const message = `--scenario ${options.scenario}: there is no such scenario. Choose one of:\n${known.join('\n')}`;
    throw new AscentError('ASC_USAGE', message);
  }
  const stepMs = options.step ?? (options.runs === 1 ? 60_000 : 300_000);
  const wanted = { ...options, plan, scenario, stepMs, size, planFile: options.plan };
  if (options.runs === 1) {
    const result = await simulate(wanted, note);
    print(runText(wanted, result), result, options);
    return;
  }
  const distribution = await simulateMany(wanted, note);
  print(distributionText(wanted, distribution), distribution, options);
}
