/** The command as a user runs it, and what it printed without what differs from run to run. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** The built program. */
export const bundle = join(import.meta.dirname, '../dist/ascent.js');

/** How a command ended. */
export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Where and how it is run. */
export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** Runs `ascent` with `args`. Never throws for an exit status. */
export async function runAscent(
  args: readonly string[],
  { cwd, env }: RunOptions = {},
): Promise<Ran> {
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [bundle, ...args],
      { cwd, env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env } },
      (error, stdout, stderr) => {
        const status = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
        resolve({ status, stdout, stderr });
      },
    ).stdin?.end();
  });
}

/** `text` with times, ports and folders replaced; everything else is compared to the letter. */
export function settled(text: string, dir: string): string {
  return text
    .replaceAll(dir, 'DIR')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/@\d{13}\b/g, '@TIME')
    .replaceAll(/^ +(\d+(ms|s|m|h) ?)+ ago/gm, '  AGO ago')
    .replaceAll(/\bTIME to TIME, [\dms ]+\./g, 'TIME to TIME, SPAN.');
}
