/** Everything `ascent` prints goes through here: results to stdout, troubles to stderr, `--json` for machines. */
import { AscentError } from '@ascent/core';

/** Prints `text`, or `value` as one JSON line where the person asked for JSON. */
export function print(text: string, value: unknown, options: { readonly json?: boolean }): void {
  process.stdout.write(`${options.json === true ? JSON.stringify(value) : text}\n`);
}

/** One line of news while a command runs. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Says what could not be reported yet, on stderr. What was decided stands; the next step tries again. */
export function noteUndelivered(
  undelivered: readonly { readonly key: string; readonly reason: string }[],
): void {
  for (const reason of new Set(undelivered.map((one) => one.reason))) note(reason);
}

/** A reader that has seen enough (`ascent status | head`) is no error; a full disk is one, and undoes nothing. */
export function surviveClosedPipes(options: { readonly json: boolean }): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') process.exit();
      process.exit(reportError(unwritten(message), options));
    });
  }
}

function unwritten(why: string): AscentError {
  const message = `The answer cannot be written (${why}). What was done stands; make room, and ask with: ascent status`;
  return new AscentError('ASC_OUTPUT_UNWRITTEN', message);
}

/** Reports `error` in the house's form and returns the exit status. Our own mistakes keep their stack. */
export function reportError(error: unknown, options: { readonly json?: boolean }): number {
  if (!(error instanceof AscentError)) {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  }
  const { code, message, faults, exitStatus } = error;
  const text =
    options.json === true
      ? JSON.stringify({ error: { code, message, faults } })
      : `${code}: ${message}`;
  process.stderr.write(`${text}\n`);
  return exitStatus;
}
