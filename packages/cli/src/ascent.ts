/** The `ascent` command: arguments in, exit status out. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { act, look, tick, type Wish } from '@ascent/controller';
import { AscentError, errorCatalogue, parseDurationMs } from '@ascent/core';
import { addRestart, addSilence, addTickOff } from './commands/lifecycle.js';
import { up } from './commands/up.js';
import type { ServeOptions } from './commands/serve.js';
import { addCost } from './cost/command.js';
import { addBacktest } from './backtest/command.js';
import { addDeploy } from './deploy/command.js';
import { addLoad } from './load/command.js';
import { addExport } from './export/command.js';
import { noteUndelivered, print, reportError, surviveClosedPipes } from './output.js';
import { DEFAULT_PLAN_FILE } from './plan-file.js';
import { addPlan } from './plan/command.js';
import { addRetire } from './retire/command.js';
import { openSession, type SharedOptions } from './session.js';
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

function port(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError('Write a port, 0 to 65535.');
}

function command(program: Command, name: string, summary: string): Command {
  return program
    .command(name)
    .description(summary)
    .addOption(new Option('-p, --plan <file>', 'the plan').default(DEFAULT_PLAN_FILE))
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

/** A command that acts on the service directly, whether or not a controller is alive. */
function wish(program: Command, type: Wish['type'], summary: string): void {
  command(program, type, summary)
    .option('-r, --reason <text>', 'why; it goes into the audit log', '')
    .action(async (options: SharedOptions & { reason: string }) => {
      const session = await openSession(options);
      const { record, undelivered } = await act(session.world, {
        type,
        by: session.person,
        reason: options.reason,
      });
      const rollout = record.rollout;
      const said = rollout?.decisions.at(-1)?.sentence ?? '';
      print(said, { record, undelivered }, session);
      noteUndelivered(undelivered);
    });
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

function build(options: { readonly json: boolean }): Command {
  const program = new Command('ascent')
    // With --json a wrong command line is told like every other error, by `main`.
    .configureOutput(options.json ? { writeErr: () => undefined } : {})
    .description(
      'Ships a new revision in stages, decides with honest statistics, and goes back by itself when it must.',
    )
    .exitOverride();
  command(program, 'up', 'begin a rollout of the newest revision and stay with it until it ends')
    .option('--interval <duration>', 'time between two looks', interval, 10_000)
    .option('--until <stage>', 'leave once the candidate has passed the smoke checks of this stage')
    .action(async (options: SharedOptions & { interval: number; until?: string }) => {
      const { interval: intervalMs, until: untilStage = null } = options;
      process.exitCode = await up(await openSession(options), { intervalMs, untilStage });
    });
  command(program, 'tick', 'take one step: for a scheduler, in any number, at any time').action(
    async (options: SharedOptions) => {
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
    },
  );
  command(program, 'status', 'what is happening now, and why').action(
    async (options: SharedOptions) => {
      const session = await openSession(options);
      const report = await look(session.world);
      print(statusText(report, Date.now()), report, session);
    },
  );
  command(program, 'serve', 'run the controller with its page and API')
    .option('--interval <duration>', 'time between two looks', interval, 10_000)
    .option('--port <port>', 'where to listen; 0 takes a free one', port, 8_090)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--read-only', 'nobody can act through the page')
    .action(async (options: SharedOptions & ServeOptions) => {
      // The server is half of the program, and no other command needs it.
      const { serve } = await import('./commands/serve.js');
      await serve(await openSession(options), options);
    });
  addDelivery(program);
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
  addPlan(command(program, 'plan', 'check the plan, and what it can see at this traffic'));
  addExport(command(program, 'export', 'alerts or dashboard for another tool'));
  return program;
}

/** Runs the command line `argv` (as `process.argv`) and resolves with the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    await build({ json }).parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, { json });
    if (error.exitCode === 0) return 0;
    // Without --json the words are already on stderr.
    return json ? reportError(usageError(error), { json }) : errorCatalogue.ASC_USAGE.exitStatus;
  }
}

function usageError({ message }: CommanderError): AscentError {
  return new AscentError('ASC_USAGE', `${message.replace(/^error: /, '')}. See: ascent help`);
}

surviveClosedPipes();

process.exitCode = await main(process.argv);
