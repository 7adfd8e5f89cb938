/** `ascent load`: the load test of the requirements, for machines without k6. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AscentError } from '@ascent/core';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { note } from '../output.js';
import { createAsk } from './chat-question.js';
import { createConversations, type Conversations } from './conversations.js';
import { durationOf, usersAt, type LoadStage } from './profile.js';
import { resultPage } from './result-page.js';
import { runLoad } from './runner.js';
import { createTally, type LoadResult, type Tally, type Thresholds } from './tally.js';

/** What to test, how hard, and what must hold. */
export type LoadOptions = {
  readonly url: string;
  readonly questionsFile: string;
  readonly stages: readonly LoadStage[];
  readonly stagesText: string;
  readonly thinkMs: number;
  readonly timeoutMs: number;
  readonly openMax: number;
  readonly thresholds: Thresholds;
  /** Folder for `result.json` and `result.html`, or `null`. */
  readonly resultDir: string | null;
  readonly signal: AbortSignal;
};

const questionsSchema = z.array(z.looseObject({ turns: z.array(z.string().min(1)).min(1) })).min(1);

/** Live on a terminal; elsewhere a line now and then. */
const PROGRESS_MS = { terminal: 500, plain: 10_000 } as const;

/** Runs the test, writes the result and gives it back. @throws AscentError `ASC_USAGE` for questions that cannot be read. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const conversations = await readConversations(options.questionsFile);
  const tally = createTally();
  const startedAt = new Date().toISOString();
  const endProgress = showProgress(options, tally);
  try {
    await runLoad({
      ...options,
      conversations,
      ask: createAsk(options.url, options.timeoutMs),
      tally,
    });
  } finally {
    endProgress();
  }
  const result = tally.result(options.thresholds);
  if (options.resultDir !== null)
    await writeResult(options.resultDir, { options, result, startedAt });
  return result;
}

async function readConversations(file: string): Promise<Conversations> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const message = `The questions ${file} cannot be read: ${String(error)}. Name another file with --questions.`;
    throw new AscentError('ASC_USAGE', message);
  });
  const parsed = questionsSchema.safeParse(parseDocument(text).toJS());
  if (parsed.success) return createConversations(parsed.data.map(({ turns }) => turns));
  const remedy = 'write a list of conversations, each with turns: [question, …]';
  throw new AscentError('ASC_USAGE', `The questions ${file} are not in the right form: ${remedy}.`);
}

function showProgress({ stages, signal }: LoadOptions, tally: Tally): () => void {
  const live = process.stderr.isTTY;
  const startMs = performance.now();
  const totalS = Math.round(durationOf(stages) / 1_000);
  const line = (): string => {
    const atMs = performance.now() - startMs;
    const { requests, errors, latency } = tally.result({ p95Ms: Infinity, errorRatio: 1 });
    const at = Math.min(totalS, Math.round(atMs / 1_000));
    const state = signal.aborted ? 'ending' : `${usersAt(stages, atMs).toFixed(0)} users`;
    return `${at} of ${totalS} s  ${state}  ${requests} requests  ${errors} failed  P50 ${latency.p50.toFixed(0)} ms  P95 ${latency.p95.toFixed(0)} ms`;
  };
  const timer = setInterval(
    () => {
      if (live) process.stderr.write(`\r\u001b[K${line()}`);
      else note(line());
    },
    live ? PROGRESS_MS.terminal : PROGRESS_MS.plain,
  );
  return () => {
    clearInterval(timer);
    if (live) process.stderr.write('\r\u001b[K');
  };
}

async function writeResult(
  dir: string,
  {
    options,
    result,
    startedAt,
  }: { readonly options: LoadOptions; readonly result: LoadResult; readonly startedAt: string },
): Promise<void> {
  const { url, stagesText: stages, thinkMs, thresholds } = options;
  await mkdir(dir, { recursive: true });
  const document = { url, startedAt, stages, thinkMs, thresholds, result };
  await writeFile(join(dir, 'result.json'), `${JSON.stringify(document, null, 2)}\n`);
  await writeFile(join(dir, 'result.html'), resultPage(result, { url, startedAt, stages }));
}
