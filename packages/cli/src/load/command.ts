/** `ascent load` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import { parseDurationMs } from '@ascent/core';
import { InvalidArgumentError, type Command } from 'commander';
import { showExamples } from '../example.js';
import { print } from '../output.js';
import { REQUIRED_STAGES, type LoadStage } from './profile.js';

/** `ascent load` ends with this where a threshold does not hold: nothing went wrong with the test. */
const THRESHOLD_STATUS = 4;
const INTERRUPTED_STATUS = 130;

type Options = {
  readonly url: string;
  readonly questions: string;
  readonly stages: { readonly text: string; readonly list: readonly LoadStage[] };
  readonly think: number;
  readonly timeout: number;
  readonly open: number;
  readonly p95: number;
  readonly errorRate: number;
  readonly result?: string;
  readonly json?: boolean;
};

function duration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs !== null && durationMs > 0) return durationMs;
  throw new InvalidArgumentError('Write a duration such as 800ms, 5s or 2m.');
}

function ratio(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s?%$/.exec(text)?.[1] ?? Number.NaN);
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new InvalidArgumentError('Write a percentage above 0% and up to 100%, such as 1%.');
}

function address(text: string): string {
  if (/^https?:\/\/[^\s/]+/.test(text)) return text;
  throw new InvalidArgumentError('Write an address that starts with http:// or https://.');
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Write a whole number above 0.');
}

function stages(text: string): Options['stages'] {
  const list = text.split(',').map((part) => {
    const [, time = '', users = ''] = /^\s*([^:]+):(\d+)\s*$/.exec(part) ?? [];
    const durationMs = parseDurationMs(time);
    if (durationMs !== null && durationMs > 0) return { durationMs, users: Number(users) };
    throw new InvalidArgumentError(
      `'${part}' is no stage. Write DURATION:USERS, such as 2m:10,5m:50,2m:0.`,
    );
  });
  return { text, list };
}

/** Adds the command to `program`. */
export function addLoad(program: Command): void {
  const command = program
    .command('load')
    .description('ask many questions at once, and see whether the service keeps up')
    .requiredOption('--url <address>', 'the service to test', address)
    .requiredOption('--questions <file>', 'conversations to have, as YAML')
    .option('--stages <list>', 'users to reach within each stage', stages, {
      text: '2m:10,5m:50,2m:0',
      list: REQUIRED_STAGES,
    })
    .option(
      '--think <duration>',
      'pause of one user between two questions; users / pause is the rate',
      duration,
      1_000,
    )
    .option('--timeout <duration>', 'when a question is given up', duration, 30_000)
    .option('--open <count>', 'requests that may be open at once', count, 2_000)
    .option('--p95 <duration>', 'P95 must be below this', duration, 5_000)
    .option('--error-rate <percentage>', 'the share of errors must be below this', ratio, 0.01)
    .option('--result <dir>', 'where to write result.json and result.html')
    .option('--json', 'answer in JSON')
    .exitOverride();
  showExamples(
    command,
    [
      'ascent load --url https://staging-api.dovvybuddy.com --questions content/eval/conversations.yaml --result load',
    ],
    'Ends with 0 where all thresholds hold, 4 where one does not.',
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const [{ load }, { resultText }] = await Promise.all([
    import('./load.js'),
    import('./result-text.js'),
  ]);
  const abort = new AbortController();
  const stop = (): void => {
    abort.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const result = await load({
    url: options.url,
    questionsFile: options.questions,
    stages: options.stages.list,
    stagesText: options.stages.text,
    thinkMs: options.think,
    timeoutMs: options.timeout,
    openMax: options.open,
    thresholds: { p95Ms: options.p95, errorRatio: options.errorRate },
    resultDir: options.result ?? null,
    signal: abort.signal,
  });
  print(resultText(result), result, { json: options.json === true });
  if (abort.signal.aborted) process.exitCode = INTERRUPTED_STATUS;
  else if (!result.passed) process.exitCode = THRESHOLD_STATUS;
}
