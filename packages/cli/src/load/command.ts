/** `ascent load` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import { parseDurationMs } from '@ascent/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { showExamples } from '../example.js';
import { note, print } from '../output.js';
import { REQUIRED_STAGES, type LoadStage } from './profile.js';

/** `ascent load` ends with this where a threshold does not hold: nothing went wrong with the test. */
const THRESHOLD_STATUS = 4;
const INTERRUPTED_STATUS = 130;
const REQUIRED_STAGES_TEXT = '2m:10,5m:50,2m:0';

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

/** Nothing here waits longer: the histogram of latencies ends there. */
const LONGEST_MS = 3_600_000;
/** More than one machine sends by far. */
const MOST_USERS = 100_000;

function duration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs !== null && durationMs > 0 && durationMs <= LONGEST_MS) return durationMs;
  throw new InvalidArgumentError('Write a duration such as 800ms, 5s or 2m, up to 1h.');
}

function ratio(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s?%$/.exec(text)?.[1] ?? Number.NaN);
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new InvalidArgumentError('Write a percentage above 0% and up to 100%, such as 1%.');
}

function address(text: string): string {
  if (/^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text)) return text;
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
    const isStage = durationMs !== null && durationMs > 0 && durationMs <= LONGEST_MS;
    if (isStage && Number(users) <= MOST_USERS) return { durationMs, users: Number(users) };
    throw new InvalidArgumentError(
      `'${part}' is no stage. Write DURATION:USERS, such as 2m:10,5m:50,2m:0, each up to 1h and ${MOST_USERS} users.`,
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
    .addOption(
      new Option('--stages <list>', 'users to reach within each stage')
        .argParser(stages)
        .default({ text: REQUIRED_STAGES_TEXT, list: REQUIRED_STAGES }, REQUIRED_STAGES_TEXT),
    )
    .addOption(
      new Option(
        '--think <duration>',
        'pause of one user between two questions; users / pause is the rate',
      )
        .argParser(duration)
        .default(1_000, '1s'),
    )
    .addOption(
      new Option('--timeout <duration>', 'when a question is given up')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .option('--open <count>', 'requests that may be open at once', count, 2_000)
    .addOption(
      new Option('--p95 <duration>', 'P95 must be below this')
        .argParser(duration)
        .default(5_000, '5s'),
    )
    .addOption(
      new Option('--error-rate <percentage>', 'the share of errors must be below this')
        .argParser(ratio)
        .default(0.01, '1%'),
    )
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
  const [{ load, prepareResult, writeResult }, { resultText }] = await Promise.all([
    import('./load.js'),
    import('./result-text.js'),
  ]);
  if (options.result !== undefined) await prepareResult(options.result);
  const abort = new AbortController();
  // A second one ends the process, as without this.
  const stop = (): void => {
    note('Ending: what is asked already is waited for. Once more ends at once, without a result.');
    abort.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const ran = await load({
    url: options.url,
    questionsFile: options.questions,
    stages: options.stages.list,
    stagesText: options.stages.text,
    thinkMs: options.think,
    timeoutMs: options.timeout,
    openMax: options.open,
    thresholds: { p95Ms: options.p95, errorRatio: options.errorRate },
    signal: abort.signal,
  });
  const { result } = ran;
  // Shown before it is written: a disk that is full takes nothing away.
  print(resultText(result), result, { json: options.json === true });
  if (options.result !== undefined) await writeResult(options.result, ran);
  if (abort.signal.aborted) process.exitCode = INTERRUPTED_STATUS;
  else if (!result.passed) process.exitCode = THRESHOLD_STATUS;
}
