/**
 * Results on disk, a line each, so that hours of simulation survive an interruption and a larger size adds to a
 * smaller one. A line counts only for the same job and the same code: the bundle's own hash is part of its key.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Job } from './jobs.js';
import type { Result } from './run-job.js';

/** A result, and how long one processor was busy with it. */
export type TimedResult = { readonly result: Result; readonly seconds: number };

/** Results known from before, and a place for new ones. */
export type ResultsLog = {
  readonly find: (job: Job) => TimedResult | undefined;
  readonly add: (job: Job, result: TimedResult) => void;
};

/** The log in a file, made when first written to; `null` keeps nothing. `codeFile` is the program that runs the jobs. */
export function openResultsLog(file: string | null, codeFile: string): ResultsLog {
  if (file === null) return { find: () => undefined, add: () => undefined };
  const code = createHash('sha256').update(readFileSync(codeFile)).digest('hex');
  const keyOf = (job: Job): string =>
    createHash('sha256')
      .update(code + JSON.stringify(job))
      .digest('hex');
  const known = new Map<string, TimedResult>();
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  for (const line of lines) {
    const entry = parseLine(line);
    if (entry !== null) known.set(entry.key, entry);
  }
  return {
    find: (job) => known.get(keyOf(job)),
    add: (job, result) => {
      appendFileSync(file, `${JSON.stringify({ key: keyOf(job), ...result })}\n`);
    },
  };
}

type Line = TimedResult & { readonly key: string };

/** A line that was cut off by an interruption is a result that was never had. */
function parseLine(line: string): Line | null {
  try {
    return line === '' ? null : (JSON.parse(line) as Line);
  } catch {
    return null;
  }
}
