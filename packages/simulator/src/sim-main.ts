/**
 * `npm run sim`: many seeds on all the cores it is given, with progress, and for every broken rule the seed and the
 * command that shows it again. Exit status 0 when no rule was broken, 1 when one was, 2 for arguments it does not know.
 */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { parseSimOptions, simUsage, type SimOptions } from './sim-options.js';
import { SimSummary, type SeedReport } from './sim-summary.js';
import { runTrial } from './trial.js';

/** Seeds handed to a worker at a time. */
const BATCH = 5;
const PROGRESS_MS = 5_000;

async function reportOn(seed: number, onLine: (line: string) => void): Promise<SeedReport> {
  const result = await runTrial({ seed, onLine });
  const { violations, steps, writes, crashes, tookMs, ended } = result;
  const ends = ended.map(({ status }) => status.type);
  return { seed, violations, steps, writes, crashes, tookMs, ends };
}

/** A worker: runs the seeds it is told, and tells what came of them. */
function serveSeeds(): void {
  parentPort?.on('message', (seeds: readonly number[]) => {
    void (async () => {
      const reports: SeedReport[] = [];
      for (const seed of seeds) reports.push(await reportOn(seed, () => undefined));
      parentPort?.postMessage(reports);
    })();
  });
}

/** Runs all seeds; resolves when the last one is done. */
async function runAll({ from, count, workers }: SimOptions, summary: SimSummary): Promise<void> {
  let next = from;
  const take = (): readonly number[] => {
    const first = next;
    next = Math.min(from + count, first + BATCH);
    return Array.from({ length: next - first }, (_, index) => first + index);
  };
  const runOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url));
      const feed = (): void => {
        const seeds = take();
        if (seeds.length > 0) worker.postMessage(seeds);
        else
          void worker.terminate().then(() => {
            resolve();
          });
      };
      worker.on('message', (reports: readonly SeedReport[]) => {
        for (const line of reports.flatMap((report) => summary.add(report))) say(line);
        feed();
      });
      worker.on('error', reject);
      feed();
    });
  await Promise.all(Array.from({ length: Math.min(workers, Math.ceil(count / BATCH)) }, runOne));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<number> {
  const options = parseSimOptions(process.argv.slice(2));
  if ('fault' in options) {
    process.stderr.write(`${options.fault}\n${simUsage}`);
    return 2;
  }
  const summary = new SimSummary(options.count, performance.now());
  if (options.verbose || options.count === 1) {
    const report = await reportOn(options.from, options.verbose ? say : () => undefined);
    for (const line of summary.add(report)) say(line);
  } else {
    const progress = setInterval(() => {
      say(summary.progress(performance.now()));
    }, PROGRESS_MS);
    await runAll(options, summary).finally(() => {
      clearInterval(progress);
    });
  }
  for (const line of summary.end(performance.now())) say(line);
  return summary.broken === 0 ? 0 : 1;
}

if (isMainThread) process.exitCode = await main();
else serveSeeds();
