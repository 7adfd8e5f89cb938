/**
 * What a person sees while it runs: on a terminal a few lines that change in place, elsewhere plain lines that only
 * come when there is news.
 */
import { createLogUpdate } from 'log-update';
import { colours } from './colours.js';
import type { Rollout, RolloutRecord } from '@ascent/core';
import type { Ask } from './crowd.js';

/** The part of the controller's snapshot that is shown. */
export type Shown = { readonly record: RolloutRecord | null; readonly error: string | null };

/** Says what happens. */
export type Progress = {
  /** A line that stays. */
  readonly say: (text: string) => void;
  /** The state now; redrawn in place on a terminal. */
  readonly show: (shown: Shown, asks: readonly Ask[]) => void;
  readonly end: () => void;
};

/** How far back "now" reaches in the request rate. */
const RATE_WINDOW_MS = 3_000;

/** Progress on `stream`, live where it is a terminal. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  const live = stream.isTTY ? createLogUpdate(stream) : null;
  let said = '';
  const say = (text: string): void => {
    live?.clear();
    stream.write(`${text}\n`);
  };
  return {
    say,
    show: ({ record, error }, asks) => {
      const rollout = record?.rollout ?? null;
      const key = rollout === null ? '' : `${rollout.id}/${rollout.seq}`;
      if (rollout !== null && key !== said) {
        for (const line of newDecisions(rollout, said)) say(line);
        said = key;
      }
      live?.(liveText(record, asks, error));
    },
    end: () => {
      live?.clear();
      live?.done();
    },
  };
}

function newDecisions(rollout: Rollout, said: string): readonly string[] {
  const [id, seq] = said.split('/');
  const from = id === rollout.id ? Number(seq) : 0;
  return rollout.decisions
    .filter((decision) => decision.seq > from)
    .map(({ stage, sentence, type }) => {
      const colour =
        type === 'rolledBack' ? colours.red : type === 'promoted' ? colours.green : colours.bold;
      return `  ${colour(stage.padEnd(7))} ${sentence}`;
    });
}

function liveText(
  record: RolloutRecord | null,
  asks: readonly Ask[],
  error: string | null,
): string {
  const rollout = record?.rollout ?? null;
  const lines = [rateLine(asks)];
  if (record !== null && rollout !== null) {
    const stage = record.plan.stages[rollout.stageIndex]?.name ?? '';
    lines.push(
      `  ${bar(rollout.sharePercent)} ${String(rollout.sharePercent).padStart(3)} %  ${rollout.candidate} at stage ${stage}`,
    );
    if (rollout.judgement !== null) lines.push(`  ${colours.dim(rollout.judgement.explanation)}`);
  }
  if (error !== null) lines.push(colours.yellow(`  ${error}`));
  return lines.join('\n');
}

function rateLine(asks: readonly Ask[]): string {
  const sinceMs = Date.now() - RATE_WINDOW_MS;
  const recent = asks.filter(({ endedMs }) => endedMs >= sinceMs);
  const counts = new Map<string, number>();
  for (const { revision } of recent) {
    const name = revision ?? 'no answer';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const parts = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${(count / (RATE_WINDOW_MS / 1_000)).toFixed(1)}/s`);
  const failed = asks.filter(({ status }) => status === 0 || status >= 500).length;
  return `  ${asks.length} questions, ${failed} failed   ${parts.join('   ')}`;
}

const BAR_WIDTH = 20;

function bar(percent: number): string {
  const full = Math.round((percent / 100) * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}`;
}
