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
