/** `ascent backtest` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import type { Command } from 'commander';
import { showExamples } from '../example.js';
import { print } from '../output.js';
import { loadPlan } from '../plan-file.js';
import type { SharedOptions } from '../session.js';

type Options = Pick<SharedOptions, 'plan' | 'json'> & {
  readonly points: string;
  readonly stable?: string;
  readonly candidate?: string;
};

/** Gives `command` (which has the shared options) its own options and its action. */
export function addBacktest(command: Command): void {
  command
    .requiredOption('--points <file>', 'recorded metrics: one JSON point a line')
    .option('--stable <revision>', 'the revision to compare with (default: the busiest other one)')
    .option('--candidate <revision>', 'the revision to judge (default: the newest)');
  showExamples(
    command,
    ['ascent backtest --points recorded.jsonl'],
    'A point is {"revision","startMs","endMs","requests","errors","latency"}; latency is null or\n{"layout":{"type":"explicit","boundsMs":[…]},"counts":[…]}. Nothing is changed anywhere.',
  ).action(async (options: Options) => {
    const plan = await loadPlan(options.plan);
    const { backtest, backtestText } = await import('./backtest.js');
    const result = await backtest({ ...options, plan });
    print(backtestText(result), result, options);
  });
}
