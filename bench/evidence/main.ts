/**
 * `npm run bench:evidence`: all cells on all processors, progress on the way, `bench/evidence.md` and its
 * picture at the end. `--help` says how to run less, more, or another world.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { allJobs, defaultSize, fullSize } from './jobs.js';
import type { Job } from './jobs.js';
import { readOptions, usage } from './options.js';
import type { BenchOptions } from './options.js';
import { drawPicture } from './picture.js';
import { claims, writeReport } from './report.js';
import { collect } from './results.js';
import { openResultsLog } from './results-log.js';
import type { ResultsLog, TimedResult } from './results-log.js';
import type { Result } from './run-job.js';
import { measureSpeed } from './speed.js';

/** The program of a worker: beside this one, once both are bundled. */
const workerFile = fileURLToPath(new URL('./worker.js', import.meta.url));

await main();

async function main(): Promise<void> {
  const question = readOptions(process.argv.slice(2));
  if (question.type === 'run') await run(question.options);
  else if (question.type === 'help') process.stdout.write(usage);
  else refuse(question.message);
}

function refuse(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}

async function run(options: BenchOptions): Promise<void> {
  const { full, scale, seed, only } = options;
  const base = full ? fullSize : defaultSize;
  const size = {
    ...base,
    goodReleases: options.goodReleases ?? Math.ceil(base.goodReleases * scale),
    regressions: Math.ceil(base.regressions * scale),
    rollouts: Math.ceil(base.rollouts * scale),
    disturbances: Math.ceil(base.disturbances * scale),
    unsafe: Math.ceil(base.unsafe * scale),
  };
  const all = allJobs(size, seed);
  const jobs = all.filter(({ cell }) => cell.includes(only));
  if (jobs.length === 0) {
    const names = [...new Set(all.map(({ cell }) => cell.split('|')[0]))].join(', ');
    refuse(`--only is "${only}", and no cell is called so. The names begin with: ${names}.`);
    return;
  }
  const done = await runAll(jobs, openResultsLog(options.log, workerFile));
  const results = collect(done.map(({ result }) => result));
  const seconds = done.reduce((sum, job) => sum + job.seconds, 0);
  const speed = measureSpeed(seed);
  process.stdout.write(`\n${claims(results, speed).join('\n')}\n`);
  if (only !== '' && options.out === null) return;
  const info = { seed, size, ...namesOf(options), seconds, speed, node: process.versions.node };
  const folder = options.out ?? fileURLToPath(new URL('../../', import.meta.url));
  writeFileSync(join(folder, 'evidence.md'), writeReport(results, info));
  writeFileSync(join(folder, 'evidence.svg'), drawPicture(results));
  process.stdout.write(`wrote evidence.md and evidence.svg to ${folder}\n`);
}

/** The size and the options that make it, as the report names them. */
function namesOf({ full, scale, goodReleases }: BenchOptions): {
  readonly sizeName: string;
  readonly options: string;
} {
  const words = [
    ...(full ? [' --full'] : []),
    ...(scale === 1 ? [] : [` --scale ${scale}`]),
    ...(goodReleases === null ? [] : [` --good-releases ${goodReleases}`]),
  ];
  const sizeName = `${full ? 'full' : 'default'}${scale === 1 ? '' : ` × ${scale}`}`;
  return { sizeName, options: words.join('') };
}

async function runAll(jobs: readonly Job[], log: ResultsLog): Promise<readonly TimedResult[]> {
  const results: TimedResult[] = [];
  const waiting: Job[] = [];
  for (const job of jobs.toSorted((a, b) => costOf(b) - costOf(a))) {
    const known = log.find(job);
    if (known === undefined) waiting.push(job);
    else results.push(known);
  }
  const total = waiting.reduce((sum, job) => sum + costOf(job), 0);
  let done = 0;
  const startedMs = performance.now();
  const work = async (): Promise<void> => {
    const worker = new Worker(workerFile);
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const jobMs = performance.now();
      const result = await ask(worker, job);
      const timed = { result, seconds: (performance.now() - jobMs) / 1000 };
      results.push(timed);
      log.add(job, timed);
      done += costOf(job);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      process.stderr.write(
        `\r${Math.floor((100 * done) / total)} %, ${results.length} of ${jobs.length} cells, ${seconds} s   `,
      );
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, work));
  return results;
}

/** Listens for one answer, and no longer: a worker answers hundreds of jobs. */
async function ask(worker: Worker, job: Job): Promise<Result> {
  const answer = once(worker, 'message');
  worker.postMessage(job);
  const [result] = (await answer) as [Result];
  return result;
}

/** A guess that starts long jobs first and makes the progress shown honest. */
function costOf(job: Job): number {
  if (job.type === 'conversations') return job.runs * job.requestsPerMinute * 60;
  const { scenario } = job;
  const ticks = (scenario.minutes * 60_000) / scenario.tickMs;
  const latency = scenario.slowdown === null ? 1 : 4;
  const kayenta = job.type === 'hold' && job.rules.includes('Kayenta') ? 20 : 1;
  return job.runs * ticks * latency * kayenta;
}
