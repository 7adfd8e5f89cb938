/** `ascent load`: the load test of the requirements, for machines without k6. */
import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
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
  readonly signal: AbortSignal;
};

const questionsSchema = z.array(z.looseObject({ turns: z.array(z.string().min(1)).min(1) })).min(1);

/** Live on a terminal; elsewhere a line now and then. */
const PROGRESS_MS = { terminal: 500, plain: 10_000 } as const;

/** A test that was run. */
export type LoadRan = {
  readonly options: LoadOptions;
  readonly startedAt: string;
  readonly result: LoadResult;
};

/** Runs the test. @throws AscentError `ASC_USAGE` for questions that cannot be read. */
export async function load(options: LoadOptions): Promise<LoadRan> {
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
  const measured = tally.result(options.thresholds);
  // Half a test has shown nothing of the other half.
  const interrupted = options.signal.aborted;
  const result = { ...measured, interrupted, passed: measured.passed && !interrupted };
  return { options, startedAt, result };
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

/** Makes the folder for a result, before the minutes of the test. @throws AscentError `ASC_USAGE` where that cannot be. */
export async function prepareResult(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK);
  } catch (error) {
    const message = `A result cannot be written to ${dir}: ${reasonOf(error)}. Name another folder with --result.`;
    throw new AscentError('ASC_USAGE', message);
  }
}

/** Writes `result.json` and `result.html` into `dir`. @throws AscentError `ASC_OUTPUT_UNWRITTEN` where that cannot be. */
export async function writeResult(
  dir: string,
  { options, startedAt, result }: LoadRan,
): Promise<void> {
  const { url, stagesText: stages, thinkMs, thresholds } = options;
  const document = { url, startedAt, stages, thinkMs, thresholds, result };
  try {
    await writeFile(join(dir, 'result.json'), `${JSON.stringify(document, null, 2)}\n`);
    await writeFile(join(dir, 'result.html'), resultPage(result, { url, startedAt, stages }));
  } catch (error) {
    const message = `The result cannot be written to ${dir}: ${reasonOf(error)}. It stands above; make room before the next test.`;
    throw new AscentError('ASC_OUTPUT_UNWRITTEN', message);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
