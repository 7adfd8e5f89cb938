/** Rollouts that have ended, read back from the journal, and the four DORA figures over them (https://dora.dev/guides/dora-metrics/). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  readArchivedRecord,
  type Decision,
  type RolloutRecord,
  type RolloutStatus,
} from '@ascent/core';
import { readLines } from './journal-file.js';

const DAY_MS = 86_400_000;

/** Figures cover this much of the past. */
export const FIGURES_DAYS = 90;

/** Why a decision was made, written down by a person afterwards. */
export type LaterReason = {
  readonly seq: number;
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
};

/** One rollout that ended, whole. */
export type HistoryEntry = {
  readonly record: RolloutRecord;
  readonly reasons: readonly LaterReason[];
};

/** One rollout that ended, as a line. */
export type HistoryLine = {
  readonly id: string;
  readonly candidate: string;
  readonly stable: string;
  readonly outcome: RolloutStatus['type'];
  readonly startedMs: number;
  readonly endedMs: number;
  /** The candidate's largest share, integer percent. */
  readonly topPercent: number;
  /** Who ended it: `ascent`, or a person. */
  readonly by: string;
  readonly sentence: string;
};

/** Over the last {@link FIGURES_DAYS} days; `null` where there is nothing to measure. */
export type DoraFigures = {
  readonly days: number;
  readonly promoted: number;
  readonly rolledBack: number;
  /** Promotions a week. */
  readonly deploymentsPerWeek: number;
  /** Median from the start of a rollout to its promotion. The time from commit to deployment is not known here. */
  readonly leadTimeMs: number | null;
  /** Rolled back among promoted and rolled back; superseded ones count for neither. */
  readonly changeFailureRatio: number | null;
  /** Median from the candidate's first users to the decision that sent it back. */
  readonly timeToRestoreMs: number | null;
};

/** The whole history page. */
export type HistoryPage = {
  readonly lines: readonly HistoryLine[];
  readonly figures: DoraFigures;
  /** Files of the journal that could not be understood. */
  readonly unreadable: readonly string[];
};

/** How much of the history is read. */
export type HistoryQuestion = {
  readonly nowMs: number;
  readonly limit: number;
  /** Whose; several services may share a journal. @default everybody's */
  readonly service?: string;
};

/** The history in the journal `dir`, newest first, at most `limit` lines. No journal, or one not begun, is empty. */
export async function readHistory(
  dir: string | null,
  { nowMs, limit, service }: HistoryQuestion,
): Promise<HistoryPage> {
  const unreadable: string[] = [];
  const lines: HistoryLine[] = [];
  const timesToRestoreMs: number[] = [];
  for (const name of dir === null ? [] : await documents(dir)) {
    const record = await readDocument(join(dir ?? '', 'rollouts', name));
    const line = record === null ? null : lineOf(record);
    if (record === null || line === null) {
      unreadable.push(name);
      continue;
    }
    if (service !== undefined && record.plan.service !== service) continue;
    lines.push(line);
    const exposedMs = line.outcome === 'rolledBack' ? exposureMs(record, line.endedMs) : null;
    if (exposedMs !== null && nowMs - line.endedMs <= FIGURES_DAYS * DAY_MS)
      timesToRestoreMs.push(exposedMs);
  }
  lines.sort((a, b) => b.endedMs - a.endedMs);
  return {
    lines: lines.slice(0, limit),
    figures: figuresOf(lines, { nowMs, timesToRestoreMs }),
    unreadable,
  };
}

/** One rollout of the journal `dir`, or `null`. */
export async function readHistoryEntry(dir: string, id: string): Promise<HistoryEntry | null> {
  const name = (await documents(dir)).find((file) => idOf(file) === id);
  const record = name === undefined ? null : await readDocument(join(dir, 'rollouts', name));
  if (name === undefined || record === null) return null;
  const lines = await readLines(join(dir, 'decisions', `${name.slice(0, -'.json'.length)}.jsonl`));
  return { record, reasons: lines.flatMap(laterReason) };
}

/** Names in the folder are ids with their separators encoded (`journal.ts`); going by the list, no name leads outside of it. */
async function documents(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(dir, 'rollouts'))).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function idOf(file: string): string | null {
  try {
    return decodeURIComponent(file.slice(0, -'.json'.length));
  } catch {
    return null;
  }
}

async function readDocument(path: string): Promise<RolloutRecord | null> {
  try {
    return readArchivedRecord(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** The kind at the end of a key under which a later reason is kept. */
export const REASON_KIND = 'reason';

function laterReason(line: string): readonly LaterReason[] {
  try {
    const entry = JSON.parse(line) as Decision & { readonly key: string };
    if (entry.key.split('/')[2]?.startsWith(REASON_KIND) !== true) return [];
    return [{ seq: entry.seq, by: entry.by, atMs: entry.atMs, reason: entry.sentence }];
  } catch {
    return [];
  }
}

function lineOf({ rollout }: RolloutRecord): HistoryLine | null {
  if (rollout === null || !('atMs' in rollout.status)) return null;
  const last = rollout.decisions.findLast(({ type }) => type === rollout.status.type);
  return {
    id: rollout.id,
    candidate: rollout.candidate,
    stable: rollout.stable,
    outcome: rollout.status.type,
    startedMs: rollout.startedMs,
    endedMs: rollout.status.atMs,
    topPercent: Math.max(
      0,
      ...rollout.decisions.flatMap((one) => [one.fromPercent, one.toPercent]),
    ),
    by: last?.by ?? 'ascent',
    sentence: last?.sentence ?? '',
  };
}

/** From the first share above 0 to the end, or `null` where no user ever reached it. */
function exposureMs({ rollout }: RolloutRecord, endedMs: number): number | null {
  const first = rollout?.decisions.find(({ toPercent }) => toPercent > 0);
  return first === undefined ? null : endedMs - first.atMs;
}

function figuresOf(
  lines: readonly HistoryLine[],
  {
    nowMs,
    timesToRestoreMs,
  }: { readonly nowMs: number; readonly timesToRestoreMs: readonly number[] },
): DoraFigures {
  const recent = lines.filter(({ endedMs }) => nowMs - endedMs <= FIGURES_DAYS * DAY_MS);
  const promoted = recent.filter(({ outcome }) => outcome === 'promoted');
  const rolledBack = recent.filter(({ outcome }) => outcome === 'rolledBack').length;
  const decided = promoted.length + rolledBack;
  // A journal younger than the window is measured over its own age, but never over less than a week.
  const oldestMs = Math.min(nowMs, ...recent.map(({ startedMs }) => startedMs));
  const days = Math.min(FIGURES_DAYS, Math.max(7, (nowMs - oldestMs) / DAY_MS));
  return {
    days: Math.round(days),
    promoted: promoted.length,
    rolledBack,
    deploymentsPerWeek: promoted.length / (days / 7),
    leadTimeMs: median(promoted.map(({ startedMs, endedMs }) => endedMs - startedMs)),
    changeFailureRatio: decided === 0 ? null : rolledBack / decided,
    timeToRestoreMs: median(timesToRestoreMs),
  };
}

/** The middle value (the lower of two), or `null` of none. */
function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}
