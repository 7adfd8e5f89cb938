/**
 * `ascent backtest`: what a plan would have decided on metrics that were recorded. The requests are those that really
 * came, split as the traffic really was; holds, gates and rules are the plan's. Every approval it asks for is given.
 */
import { AscentError, formatDuration, type Decision, type RolloutPlan } from '@ascent/core';
import {
  createRecording,
  rehearse,
  replayed,
  scenarios,
  type RevisionNames,
  type Tally,
} from '@ascent/simulator';
import { readPoints } from './points-file.js';

/** What is tested on what. */
export type BacktestOptions = {
  readonly plan: RolloutPlan;
  /** File of recorded points, one JSON object a line. */
  readonly points: string;
  readonly stable?: string;
  readonly candidate?: string;
};

/** What the plan would have decided. */
export type Backtest = {
  readonly revisions: RevisionNames;
  /** Length of the recording from the candidate's first request, milliseconds. */
  readonly recordedMs: number;
  /** `promoted`, `rolledBack`, …; `running` or `paused` where the recording ends first. */
  readonly end: string;
  /** From the candidate's first request to that end. */
  readonly tookMs: number;
  readonly startMs: number;
  readonly decisions: readonly Decision[];
  /** All requests from the candidate's first one until the end. */
  readonly candidate: Tally;
  readonly stable: Tally;
};

/**
 * Runs `plan` over the recording.
 * @throws AscentError `ASC_USAGE` where the file cannot be read, a line is no point, or it has fewer than two revisions.
 */
export async function backtest(options: BacktestOptions): Promise<Backtest> {
  const { plan, points: file, stable, candidate } = options;
  const recording = createRecording(await readPoints(file), {
    ...(stable === undefined ? {} : { stable }),
    ...(candidate === undefined ? {} : { candidate }),
  });
  const scenario = scenarios.get('good');
  if (recording === null || scenario === undefined) {
    const message = `${file} has no requests of both a stable revision and a candidate, or not one newest revision. Record two revisions that served at the same time, or name them with --stable and --candidate.`;
    throw new AscentError('ASC_USAGE', message);
  }
  const { startMs, endMs, revisions } = recording;
  const { visibilityDelayMs } = plan.metrics;
  const run = await rehearse({
    plan,
    scenario,
    seed: 1,
    demand: { requestsPerMinute: 0, dailySwing: 0, peakMs: 0 },
    startMs,
    // The last points are trusted only after the delay.
    longestMs: endMs - startMs + visibilityDelayMs + 60_000,
    traffic: replayed(recording),
    revisions,
  });
  return {
    revisions,
    recordedMs: endMs - startMs,
    end: run.rollout.status.type,
    tookMs: run.tookMs,
    startMs,
    decisions: run.decisions,
    candidate: run.candidate,
    stable: run.stable,
  };
}

/** The result in words. */
export function backtestText(result: Backtest): string {
  const { revisions, decisions, startMs, end, tookMs, recordedMs } = result;
  const ends: Readonly<Record<string, string>> = {
    promoted: `would have promoted ${revisions.candidate}`,
    rolledBack: `would have rolled back ${revisions.candidate}`,
    running: `would still be watching ${revisions.candidate}`,
    paused: `would be waiting for a person about ${revisions.candidate}`,
  };
  return [
    `${revisions.candidate} against ${revisions.stable}, ${formatDuration(recordedMs)} of recorded traffic`,
    'The shares are those of the recording; the plan judges what was served, when it was served.',
    '',
    ...decisions.map(
      ({ atMs, stage, sentence }) =>
        `${formatDuration(atMs - startMs).padStart(10)}  ${stage.padEnd(8)} ${sentence}`,
    ),
    '',
    `The plan ${ends[end] ?? `ended ${end}`} after ${formatDuration(tookMs)}.`,
    `candidate: ${tallyText(result.candidate)}`,
    `stable:    ${tallyText(result.stable)}`,
  ].join('\n');
}

function tallyText({ requests, errors }: Tally): string {
  const rate = requests === 0 ? '' : ` (${((100 * errors) / requests).toFixed(2)} %)`;
  return `${requests} answers, ${errors} failed${rate}`;
}
