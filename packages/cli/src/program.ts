/** The commands of `ascent`: the one table of what there is. Help, completion and docs/cli.md are drawn from it. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { act, look, tick, type Wish } from '@ascent/controller';
import { formatDuration, parseDurationMs } from '@ascent/core';
import { addBacktest } from './backtest/command.js';
import { addCheck } from './check/command.js';
import { colours } from './colour.js';
import { addRestart, addSilence, addTickOff, sayOnceWritten } from './commands/lifecycle.js';
import type { ServeOptions } from './commands/serve.js';
import { addCompletion } from './completion/command.js';
import { addCost } from './cost/command.js';
import { addDeploy } from './deploy/command.js';
import { showExamples } from './example.js';
import { addExport } from './export/command.js';
import { addInit } from './init/command.js';
import { addLoad } from './load/command.js';
import { noteUndelivered, print } from './output.js';
import { DEFAULT_PLAN_FILE } from './plan-file.js';
import { addPlan } from './plan/command.js';
import { addReport } from './report/command.js';
import { addRetire } from './retire/command.js';
import { quickFetch } from './quick-fetch.js';
import { wrap } from './screen.js';
import { openSession, type Session, type SharedOptions } from './session.js';
import { addSimulate } from './simulate/command.js';
import { statusText, statusWords } from './status-text.js';
import { DEFAULT_JOURNAL_DIR } from './wiring.js';

/** A look every hour is already too seldom for any plan, and far below what a timer of Node can count (24 days). */
const LONGEST_INTERVAL_MS = 3_600_000;

function interval(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === null || durationMs <= 0 || durationMs > LONGEST_INTERVAL_MS) {
    throw new InvalidArgumentError('Write a duration such as 10s or 1m, up to 1h.');
  }
  return durationMs;
}

function intervalOption(usualMs: number): Option {
  return new Option('--interval <duration>', 'time between two looks')
    .argParser(interval)
    .default(usualMs, formatDuration(usualMs));
}

function port(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError('Write a port, 0 to 65535.');
}

function command(program: Command, name: string, summary: string): Command {
  const plan = new Option('-p, --plan <file>', 'the plan').default(DEFAULT_PLAN_FILE);
  const made = program.command(name).description(summary);
  return withShared(made.showHelpAfterError(`See: ascent help ${name}`), plan);
}

/** What every command can be told. */
function withShared(command: Command, plan: Option): Command {
  return command
    .addOption(plan)
    .addOption(
      new Option(
        '--journal <dir>',
        'where decisions are kept: a directory, or gs://BUCKET/FOLDER',
      ).default(DEFAULT_JOURNAL_DIR),
    )
    .addOption(new Option('--as <name>', 'who is asking (default: your user name)'))
    .option('--json', 'answer in JSON')
    .exitOverride();
}

/** A reason as people give it, for the examples. */
const reasons: Readonly<Partial<Record<Wish['type'], string>>> = {
  approve: 'looks good in the logs',
  pause: 'the provider has an incident',
  resume: 'the incident is over',
  rollback: 'two divers saw broken answers',
  abort: 'superseded by another plan',
  skip: 'a fix that cannot wait',
  promote: 'a fix that cannot wait',
};

/** A command that acts on the service directly, whether or not a controller is alive. */
function wish(program: Command, type: Wish['type'], summary: string): void {
  const wished = command(program, type, summary).option(
    '-r, --reason <text>',
    'why; it goes into the audit log',
    '',
  );
  const examples = [`ascent ${type} --reason "${reasons[type] ?? 'as agreed'}"`];
  if (type === 'approve') {
    wished.option('--stage <name>', 'only if that is the stage that comes next');
    examples.push('ascent approve --stage half');
  }
  showExamples(wished, examples).action(
    async ({ reason, stage, ...options }: SharedOptions & { reason: string; stage?: string }) => {
      const session = await openSession(options);
      const of = stage === undefined ? {} : { stage };
      const wanted = { type, by: session.person, reason, ...of };
      await sayOnceWritten(session, (onWritten) => act(session.world, wanted, { onWritten }));
    },
  );
}

/** What comes before a rollout and after it. */
function addDelivery(program: Command): void {
  addDeploy(command(program, 'deploy', 'make a new revision that gets no traffic yet'));
  addSimulate(command(program, 'simulate', 'what this plan would do in a good or a bad release'));
  addBacktest(command(program, 'backtest', 'what this plan would have done on recorded metrics'));
  addLoad(program);
  addCost(command(program, 'cost', 'what a month and a request cost, against the budget'));
  addRetire(command(program, 'retire', 'archive what a promoted release has replaced'));
}

const EXIT_STATUSES = `
Exit status: 0 done, 1 a mistake of ours, 2 wrong input, 3 not in this state, 4 the release (or a budget or threshold)
did not pass, 5 something outside failed, 6 changed by others meanwhile, 130 interrupted. docs/errors.md has every code.
NO_COLOR and FORCE_COLOR are heard; what is piped has no colour. \`ascent help <command>\` shows an example.`;

/** The program. With `json` a wrong command line is told by the caller, like every other error. */
export function buildProgram(options: { readonly json: boolean }): Command {
  const program = new Command('ascent')
    .configureOutput(options.json ? { writeErr: () => undefined } : {})
    .description(
      'Ships a new revision in stages, decides with honest statistics, and goes back by itself when it must.',
    )
    .addHelpText('after', EXIT_STATUSES)
    .showHelpAfterError('See: ascent help')
    .exitOverride();
  addInit(command(program, 'init', 'answer four questions, and get a plan'));
  addCheck(
    command(program, 'check', 'what could go wrong with the next rollout, before it begins'),
  );
  addPlan(command(program, 'plan', 'check the plan, and what it can see at this traffic'));
  addRollout(program);
  addPeople(program);
  addDelivery(program);
  addReport(command(program, 'report', 'one rollout as Markdown, or as a page with charts'));
  addExport(command(program, 'export', 'alerts or dashboard for another tool'));
  addCompletion(program);
  return program;
}

/** Taking a rollout through, and looking at it. */
function addRollout(program: Command): void {
  const upCommand = command(
    program,
    'up',
    'begin a rollout of the newest revision and stay with it until it ends',
  )
    .addOption(intervalOption(10_000))
    .option(
      '--until <stage>',
      'leave once the candidate has passed the smoke checks of this stage',
    );
  showExamples(
    upCommand,
    ['ascent up', 'ascent up --until canary'],
    'Ends with 0 where it was promoted, 4 where it was not, 130 where you left.',
  ).action(async (options: SharedOptions & { interval: number; until?: string }) => {
    const { up } = await import('./commands/up.js');
    const { interval: intervalMs, until: untilStage = null } = options;
    process.exitCode = await up(await openSession(options), { intervalMs, untilStage });
  });
  const tickCommand = command(
    program,
    'tick',
    'take one step: for a scheduler, in any number, at any time',
  );
  tickCommand.option('--all', 'every service there that carries the label ascent.dev/managed=true');
  showExamples(tickCommand, ['ascent tick --json', 'ascent tick --all']).action(tickOnce);
  const statusCommand = command(program, 'status', 'what is happening now, and why');
  showExamples(statusCommand, ['ascent status'], 'To look on: ascent watch').action(
    async (options: SharedOptions) => {
      const session = await openSession(options, quickFetch);
      const report = await look(session.world);
      const text = statusText(report, { nowMs: Date.now(), colours: colours() });
      print(forReader(text), report, session);
    },
  );
  addWatch(command(program, 'watch', 'look on until the rollout ends; changes nothing'));
  const serveCommand = program
    .command('serve')
    .description('run the controller with its page and API');
  addServe(withShared(serveCommand, plansOption()));
}

/** A terminal breaks lines inside words; what is piped is left as it is. */
function forReader(text: string): string {
  return process.stdout.isTTY ? wrap(text, process.stdout.columns).join('\n') : text;
}

async function tickOnce(options: SharedOptions & { readonly all?: boolean }): Promise<void> {
  if (options.all === true) {
    const { tickEveryService } = await import('./commands/tick-all.js');
    process.exitCode = await tickEveryService(await openSession(options), options);
    return;
  }
  const session = await openSession(options);
  const report = await tick(session.world, { plan: session.plan, by: session.person });
  const rollout = report.record?.rollout;
  const text =
    report.idle ??
    (rollout
      ? `${rollout.candidate}: ${statusWords(rollout.status)} at ${rollout.sharePercent} %`
      : 'adopted');
  print(text, report, session);
  noteUndelivered(report.undelivered);
}

function addWatch(watchCommand: Command): void {
  watchCommand.addOption(intervalOption(2_000));
  showExamples(
    watchCommand,
    ['ascent watch', 'ascent watch --json | jq .sentence'],
    'On a terminal it stands in place; elsewhere each decision is a line.\nEnds with 0 where it was promoted, 4 where it was not, 130 where you left.',
  ).action(async (options: SharedOptions & { interval: number }) => {
    const { watch } = await import('./commands/watch.js');
    const abort = new AbortController();
    const stop = (): void => {
      abort.abort();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    const inPlace = process.stdout.isTTY && options.json !== true;
    process.exitCode = await watch(await openSession(options), {
      intervalMs: options.interval,
      terminal: inPlace ? process.stdout : null,
      signal: abort.signal,
    });
  });
}

/** `--plan` that may be given several times. */
function plansOption(): Option {
  const unsaid: readonly string[] = [DEFAULT_PLAN_FILE];
  const add = (file: string, before: readonly string[]): readonly string[] =>
    before === unsaid ? [file] : [...before, file];
  return new Option('-p, --plan <file>', 'the plan; once for each service')
    .default(unsaid, `"${DEFAULT_PLAN_FILE}"`)
    .argParser(add);
}

type AskedToServe = Omit<SharedOptions, 'plan'> &
  ServeOptions & { readonly plan: readonly string[] };

function addServe(serveCommand: Command): void {
  serveCommand
    .addOption(intervalOption(10_000))
    .option('--port <port>', 'where to listen; 0 takes a free one', port, 8_090)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--read-only', 'nobody can act through the page');
  showExamples(
    serveCommand,
    [
      'ascent serve --port 8090',
      'ascent serve --read-only',
      'ascent serve --plan api.yaml --plan web.yaml',
    ],
    'It prints the token that the page asks for before anybody can act; ASCENT_TOKEN names one.',
  ).action(async (options: AskedToServe) => {
    // The server is half of the program, and no other command needs it.
    const { serve } = await import('./commands/serve.js');
    const open = (plan: string): Promise<Session> => openSession({ ...options, plan });
    const [first = DEFAULT_PLAN_FILE, ...others] = options.plan;
    await serve([await open(first), ...(await Promise.all(others.map(open)))], options);
  });
}

/** What people do to a rollout. */
function addPeople(program: Command): void {
  wish(program, 'approve', 'approve the next stage');
  wish(program, 'pause', 'stay at this share; still goes back by itself if it must');
  wish(program, 'resume', 'go on after a pause');
  wish(program, 'rollback', 'send all traffic back to the stable revision, now');
  wish(program, 'abort', 'end the rollout without holding anything against the candidate');
  wish(program, 'skip', 'leave this stage now, without a verdict; needs a reason');
  wish(program, 'promote', 'make the candidate the stable revision now; needs a reason');
  addTickOff(command(program, 'tick-off', 'note a scenario that was tried by hand'));
  addRestart(command(program, 'restart', 'try a candidate again that was rolled back or aborted'));
  addSilence(command(program, 'silence', 'be told nothing of an alert for a while'));
}
