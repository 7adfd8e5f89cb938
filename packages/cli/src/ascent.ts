/** The `ascent` command: arguments in, exit status out. */
import './quick-start.js';
import { CommanderError } from 'commander';
import { AscentError, errorCatalogue } from '@ascent/core';
import { reportError, surviveClosedPipes } from './output.js';
import { buildProgram } from './program.js';

/** Runs the command line `argv` (as `process.argv`) and resolves with the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    await buildProgram({ json }).parseAsync([...argv]);
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

surviveClosedPipes({ json: process.argv.includes('--json') });

process.exitCode = await main(process.argv);
