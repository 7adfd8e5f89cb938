/** The journal on a real disk, with processes that are killed in the middle of a write. */
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RolloutRecord } from '@ascent/core';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { createJournal, type DecisionEffect } from '../src/journal.js';

const ID = 'web-00002-abc@1';
let home: string;
let writer: string;
let dir: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ascent-journal-'));
  writer = join(home, 'writer.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./journal-writer.ts', import.meta.url))],
    outfile: writer,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => rm(home, { recursive: true, force: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(home, 'journal-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const decisionsFile = (): string => join(dir, 'decisions', `${encodeURIComponent(ID)}.jsonl`);

function effect(seq: number): DecisionEffect {
  return {
    key: `${ID}/${seq}/journal`,
    type: 'journal',
    decision: {
      seq,
      atMs: seq,
      type: 'advanced',
      stage: 'canary',
      fromPercent: 0,
      toPercent: 10,
      verdict: null,
      by: 'ascent',
      sentence: `decision ${seq}`,
    },
  };
}

/** Sequence numbers in the file, in order; a torn line is `null`. */
async function written(): Promise<readonly (number | null)[]> {
  const lines = (await readFile(decisionsFile(), 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => {
    try {
      return (JSON.parse(line) as { seq: number }).seq;
    } catch {
      return null;
    }
  });
}

describe('decisions', () => {
  test('are written one a line, and each once however often it is delivered', async () => {
    const journal = createJournal({ dir });
    await Promise.all([1, 2, 2, 1, 3, 3].map((seq) => journal.append(effect(seq))));
    await createJournal({ dir }).append(effect(2));
    expect(await written()).toEqual([1, 2, 3]);
  });

  test('go on after a line that was torn, and the torn one is written again', async () => {
    const journal = createJournal({ dir });
    await journal.append(effect(1));
    await appendFile(decisionsFile(), '{"key":"web-00002-abc@1/2/jour');
    await journal.append(effect(2));
    await journal.append(effect(3));
    expect(await written()).toEqual([1, null, 2, 3]);
  });

  test('that lack only their line end are not written again', async () => {
    const journal = createJournal({ dir });
    await journal.append(effect(1));
    const text = await readFile(decisionsFile(), 'utf8');
    await writeFile(decisionsFile(), text.slice(0, -1));
    await journal.append(effect(1));
    await journal.append(effect(2));
    expect(await written()).toEqual([1, 2]);
  });

  test('survive kill -9 of their writer: what it said is there, and the next one goes on', async () => {
    const safe = new Set<number>();
    for (let round = 0; round < 8; round += 1) {
      const from = round * 100 + 1;
      for (const seq of await killedAfter(from, 3 + round)) safe.add(seq);
    }
    const journal = createJournal({ dir });
    await journal.append(effect(10_000));
    const present = await written();
    expect(present.at(-1)).toBe(10_000);
    expect([...safe].filter((seq) => !present.includes(seq))).toEqual([]);
    expect(safe.size).toBeGreaterThanOrEqual(8 * 3);
  });

  test('that do not fit any more are an error with its remedy, and are written once there is room', async () => {
    const limited = spawnSync(
      'sh',
      ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, writer, dir, '1', '50'],
      {
        encoding: 'utf8',
      },
    );
    expect(limited.status).not.toBe(0);
    expect(limited.stderr).toMatch(
      /Cannot write the journal .*\.jsonl: .*(could be written|largest size)/,
    );
    const safe = limited.stdout.trim().split('\n').map(Number);
    expect(safe.length).toBeGreaterThan(0);
    const next = (safe.at(-1) ?? 0) + 1;
    await createJournal({ dir }).append(effect(next));
    const present = (await written()).filter((seq) => seq !== null);
    expect(present).toEqual([...safe, next]);
  });
});

/** Starts a writer, kills it once it has written `count` decisions, and returns those it said were safe. */
function killedAfter(from: number, count: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, [writer, dir, String(from), String(from + 99)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > count) child.kill('SIGKILL');
  });
  return new Promise((resolve) =>
    child.once('close', () => {
      resolve(said.split('\n').slice(0, -1).map(Number));
    }),
  );
}

describe('the document of a rollout that ended', () => {
  const record = (by: string): RolloutRecord =>
    // The journal looks at nothing but the id; the rest is carried as it is.
    ({ version: 1, stable: 'web-00001-abc', rollout: { id: ID, by } }) as unknown as RolloutRecord;

  test('is put in place whole, is replaced whole, and leaves no other file', async () => {
    const journal = createJournal({ dir });
    await journal.finish(record('first'));
    await journal.finish(record('second'));
    const files = await readdir(join(dir, 'rollouts'));
    expect(files).toEqual([`${encodeURIComponent(ID)}.json`]);
    const text = await readFile(join(dir, 'rollouts', files[0] ?? ''), 'utf8');
    expect(JSON.parse(text)).toEqual(record('second'));
  });

  test('of an id that means another folder stays in its own', async () => {
    const escaping = { version: 1, rollout: { id: '../../escaped' } } as unknown as RolloutRecord;
    await createJournal({ dir }).finish(escaping);
    expect(await readdir(join(dir, 'rollouts'))).toEqual(['%2E%2E%2F%2E%2E%2Fescaped.json']);
    await expect(stat(join(home, 'escaped.json'))).rejects.toThrow('ENOENT');
  });

  test('that has no place to go says which, and what to do', async () => {
    const file = join(dir, 'taken');
    await writeFile(file, '');
    const journal = createJournal({ dir: file });
    await expect(journal.finish(record('nobody'))).rejects.toThrow(
      /Cannot write the journal .*taken.*: a part of the path is a file: choose another directory/,
    );
  });

  test.runIf(process.platform === 'linux')(
    'ends with what to do where no folder can be made',
    async () => {
      const journal = createJournal({ dir: '/proc/ascent/journal' });
      await expect(journal.finish(record('nobody'))).rejects.toThrow('no folder can be made there');
    },
  );

  test('does not hold up the decisions after it when it fails', async () => {
    const journal = createJournal({ dir });
    await mkdir(join(dir, 'rollouts', `${encodeURIComponent(ID)}.json`), { recursive: true });
    const failed = journal.finish(record('nobody'));
    const next = journal.append(effect(1));
    await expect(failed).rejects.toThrow('Cannot write the journal');
    await next;
    expect(await written()).toEqual([1]);
  });
});
