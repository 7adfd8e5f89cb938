/** `ascent check` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import type { Command } from 'commander';
import { colours } from '../colour.js';
import { showExamples } from '../example.js';
import { print } from '../output.js';
import { openSession, type SharedOptions } from '../session.js';
import type { FindingLevel } from './check.js';

/** Gives `command` (which has the shared options) its action. */
export function addCheck(command: Command): void {
  showExamples(
    command,
    ['ascent check --plan deploy/ascent.yaml'],
    'Nothing is changed: the write is a dry run.\nEnds with 0 where all is well, 2 where the plan has faults, 4 where something would surprise you, and 3 or 5\nwhere something would stop the rollout.',
  ).action(async (options: SharedOptions) => {
    const session = await openSession(options);
    const { check } = await import('./check.js');
    const checked = await check(session);
    const { green, yellow, red } = colours();
    const marks: Readonly<Record<FindingLevel, string>> = {
      fine: green('ok     '),
      surprise: yellow('notice '),
      fault: red('FAULT  '),
    };
    const lines = checked.findings.map(({ level, what }) => `${marks[level]} ${what}`);
    print(lines.join('\n'), checked, session);
    process.exitCode = checked.exitStatus;
  });
}
