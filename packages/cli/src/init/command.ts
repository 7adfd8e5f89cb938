/** `ascent init`: four questions, and a plan that says what was understood. It never writes over a file. */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { AscentError, formatDuration, formatRate } from '@ascent/core';
import { showExamples } from '../example.js';
import { INTERRUPTED_STATUS } from '../news.js';
import { note, print } from '../output.js';
import type { SharedOptions } from '../session.js';
import { answersFrom, questions, usualAnswers, type AnswerName, type Question } from './answers.js';

type Options = Pick<SharedOptions, 'plan' | 'json'> &
  Partial<Readonly<Record<AnswerName, string>>> & { readonly yes?: boolean };

/** Gives `command` (which has the shared options) its own options and its action. */
export function addInit(command: Command): void {
  command
    .option('--service <name>', 'the service')
    .option(
      '--where <place>',
      'PROJECT/REGION, kubernetes/NAMESPACE, or the address of cloud-run-local',
    )
    .option('--rate <requests>', 'requests a minute')
    .option('--time <duration>', 'how long a release may take; "4d approve" asks a person, too')
    .option('-y, --yes', 'take the usual answer to what was not said');
  showExamples(
    command,
    [
      'ascent init',
      'ascent init --service web --where my-project/us-central1 --rate 60 --time "4d approve"',
    ],
    'A file that exists is left alone. Without a terminal, say everything by options, or add --yes.',
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const texts = await answers(options);
  const { writePlan } = await import('./plan-text.js');
  const { text, plan } = writePlan(answersFrom(texts));
  await writeFile(options.plan, text, { flag: 'wx' }).catch((error: unknown) => {
    throw new AscentError('ASC_USAGE', whyNotWritten(options.plan, error));
  });
  const shares = plan.stages.map(({ sharePercent }) => sharePercent).join(' → ');
  const longestMs = plan.stages.reduce((sum, { holdMaxMs }) => sum + holdMaxMs, 0);
  const said = `${options.plan} is written: ${shares} % in at most ${formatDuration(longestMs)}, for ${formatRate(Number(texts.rate))}.\nNext: ascent check`;
  print(said, { file: options.plan, plan }, options);
}

function whyNotWritten(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'EEXIST'
    ? `${file} exists already, and is left as it is. Name another with --plan <file>, or move it away.`
    : `${file} cannot be written: ${messageOf(error)}. Name another with --plan <file>.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function answers(options: Options): Promise<Record<AnswerName, string>> {
  const usual = usualAnswers(process.env, process.cwd());
  const open = questions.filter(({ name }) => options[name] === undefined);
  checkGiven(options);
  if (open.length > 0 && options.yes !== true && !process.stdin.isTTY) {
    const names = open.map(({ name }) => `--${name}`).join(', ');
    const message = `There is no terminal to ask at. Say ${names}, or add --yes to take the usual answers.`;
    throw new AscentError('ASC_USAGE', message);
  }
  const asked = options.yes === true ? {} : await askAll(open, usual);
  const given = Object.fromEntries(
    questions.flatMap(({ name }) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  return { ...usual, ...given, ...asked };
}

/** All that is wrong with what was given, at once. */
function checkGiven(options: Options): void {
  const faults = questions.flatMap(({ name, fault }) => {
    const text = options[name];
    const message = text === undefined ? null : fault(text);
    return message === null ? [] : [`--${name} ${String(text)}: ${message}`];
  });
  if (faults.length > 0) throw new AscentError('ASC_USAGE', faults.join('\n'));
}

async function askAll(
  open: readonly Question[],
  usual: Readonly<Record<AnswerName, string>>,
): Promise<Partial<Record<AnswerName, string>>> {
  if (open.length === 0) return {};
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = new Promise<never>((_, reject) => {
    terminal.once('close', () => {
      reject(new AscentError('ASC_USAGE', 'The questions were left, so nothing was written.'));
    });
  });
  left.catch(() => undefined);
  terminal.once('SIGINT', () => {
    note('\nNothing was written.');
    process.exit(INTERRUPTED_STATUS);
  });
  const asked: Partial<Record<AnswerName, string>> = {};
  const ask = (text: string): Promise<string> => Promise.race([terminal.question(text), left]);
  try {
    for (const question of open) asked[question.name] = await askOne(ask, question, usual);
  } finally {
    terminal.close();
  }
  return asked;
}

async function askOne(
  ask: (text: string) => Promise<string>,
  { name, ask: words, fault }: Question,
  usual: Readonly<Record<AnswerName, string>>,
): Promise<string> {
  for (;;) {
    const said = (await ask(`${words} [${usual[name]}] `)).trim();
    const answer = said === '' ? usual[name] : said;
    const wrong = fault(answer);
    if (wrong === null) return answer;
    note(`  ${answer}: ${wrong}`);
  }
}
