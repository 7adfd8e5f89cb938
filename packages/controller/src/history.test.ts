import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Decision, RolloutRecord } from '@ascent/core';
import { readHistory, readHistoryEntry } from './history.js';
import { createJournal } from './journal.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = 200 * DAY_MS;

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ascent-history-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

type Ended = 'promoted' | 'rolledBack' | 'superseded';

function record(
  id: string,
  type: Ended,
  { startedMs, lastsMs }: { startedMs: number; lastsMs: number },
): RolloutRecord {
  const atMs = startedMs + lastsMs;
  const line = (seq: number, fields: Partial<Decision>): Decision =>
    ({
      seq,
      stage: 'canary',
      fromPercent: 0,
      toPercent: 0,
      verdict: null,
      by: 'ascent',
      sentence: `${type} ${id}`,
      ...fields,
    }) as Decision;
  const decisions = [
    line(1, { type: 'started', atMs: startedMs }),
    line(2, { type: 'advanced', atMs: startedMs + HOUR_MS, toPercent: 10 }),
    line(3, { type, atMs, fromPercent: 10, toPercent: type === 'promoted' ? 100 : 0 }),
  ];
  const rollout = {
    id,
    stable: 'api-1',
    candidate: id,
    status: { type, atMs, reason: '', revision: '' },
    stageIndex: 0,
    sharePercent: 0,
    startedMs,
    stageEnteredMs: startedMs,
    evidence: {},
    decisions,
    outbox: [],
    seq: 3,
  };
  const plan = { service: 'api', stages: [{ name: 'canary' }] };
  return { version: 1, plan, stable: 'api-1', rollout } as unknown as RolloutRecord;
}

async function keep(...records: readonly RolloutRecord[]): Promise<void> {
  for (const one of records) await createJournal({ dir }).finish(one);
}

describe('the history', () => {
  test('is empty where there is no journal, and where none was begun', async () => {
    for (const place of [null, join(dir, 'not-there')]) {
      const page = await readHistory(place, { nowMs: NOW_MS, limit: 10 });
      expect(page.lines).toEqual([]);
      expect(page.figures).toMatchObject({
        promoted: 0,
        changeFailureRatio: null,
        leadTimeMs: null,
      });
    }
  });

  test('lists the newest first, as many as asked for', async () => {
    await keep(
      record('api-2', 'promoted', { startedMs: NOW_MS - 5 * DAY_MS, lastsMs: DAY_MS }),
      record('api-3', 'rolledBack', { startedMs: NOW_MS - 2 * DAY_MS, lastsMs: 3 * HOUR_MS }),
      record('api-4', 'superseded', { startedMs: NOW_MS - 3 * DAY_MS, lastsMs: HOUR_MS }),
    );
    const page = await readHistory(dir, { nowMs: NOW_MS, limit: 2 });
    expect(page.lines.map(({ id, outcome, topPercent }) => [id, outcome, topPercent])).toEqual([
      ['api-3', 'rolledBack', 10],
      ['api-4', 'superseded', 10],
    ]);
  });

  test('measures the DORA figures over the last 90 days, superseded rollouts apart', async () => {
    await keep(
      record('api-2', 'promoted', { startedMs: NOW_MS - 21 * DAY_MS, lastsMs: 4 * DAY_MS }),
      record('api-3', 'promoted', { startedMs: NOW_MS - 14 * DAY_MS, lastsMs: 2 * DAY_MS }),
      record('api-4', 'promoted', { startedMs: NOW_MS - 9 * DAY_MS, lastsMs: 3 * DAY_MS }),
      record('api-5', 'rolledBack', { startedMs: NOW_MS - 2 * DAY_MS, lastsMs: 3 * HOUR_MS }),
      record('api-6', 'superseded', { startedMs: NOW_MS - DAY_MS, lastsMs: HOUR_MS }),
      record('api-0', 'rolledBack', { startedMs: NOW_MS - 150 * DAY_MS, lastsMs: 9 * HOUR_MS }),
    );
    const { figures } = await readHistory(dir, { nowMs: NOW_MS, limit: 10 });
    expect(figures).toEqual({
      days: 21,
      promoted: 3,
      rolledBack: 1,
      deploymentsPerWeek: 1,
      leadTimeMs: 3 * DAY_MS,
      changeFailureRatio: 0.25,
      timeToRestoreMs: 2 * HOUR_MS,
    });
  });

  test('names files that cannot be understood and shows the rest', async () => {
    await keep(record('api-2', 'promoted', { startedMs: NOW_MS - DAY_MS, lastsMs: HOUR_MS }));
    await mkdir(join(dir, 'rollouts'), { recursive: true });
    await writeFile(join(dir, 'rollouts', 'torn.json'), '{"version":1,');
    const page = await readHistory(dir, { nowMs: NOW_MS, limit: 10 });
    expect(page.unreadable).toEqual(['torn.json']);
    expect(page.lines).toHaveLength(1);
  });
});

describe('one rollout of the history', () => {
  test('comes with the reasons that were given afterwards', async () => {
    const kept = record('api-2@1', 'rolledBack', { startedMs: 0, lastsMs: HOUR_MS });
    await keep(kept);
    const journal = createJournal({ dir });
    const [first] = kept.rollout?.decisions ?? [];
    if (first === undefined) throw new Error('the record has decisions');
    await journal.append({
      key: 'api-2@1/3/journal',
      type: 'journal',
      decision: { ...first, seq: 3 },
    });
    const said = { ...first, seq: 3, by: 'Dana', atMs: 9, sentence: 'broken answers' };
    await journal.append({ key: 'api-2@1/3/reason-9', type: 'journal', decision: said });
    const entry = await readHistoryEntry(dir, 'api-2@1');
    expect(entry?.record.rollout?.id).toBe('api-2@1');
    expect(entry?.reasons).toEqual([{ seq: 3, by: 'Dana', atMs: 9, reason: 'broken answers' }]);
  });

  test('is nothing for a name that leads outside of the journal', async () => {
    await writeFile(
      join(dir, 'secret.json'),
      JSON.stringify(record('secret', 'promoted', { startedMs: 0, lastsMs: 1 })),
    );
    await keep(record('api-2', 'promoted', { startedMs: 0, lastsMs: 1 }));
    expect(await readHistoryEntry(dir, '../secret')).toBeNull();
    expect(await readHistoryEntry(dir, 'api-3')).toBeNull();
  });
});
