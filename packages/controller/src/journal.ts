/**
 * What was decided, for good: one line per decision as it is made (`decisions/ROLLOUT.jsonl`), and one document per
 * rollout that has ended (`rollouts/ROLLOUT.json`). The service's annotation stays the truth about the present; the
 * journal is its history, and may be behind, never ahead.
 */
import { join } from 'node:path';
import type { Effect, RolloutRecord } from '@ascent/core';
import { appendLine, putDocument, readLines } from './journal-file.js';

/** The effect that carries one decision. */
export type DecisionEffect = Extract<Effect, { readonly type: 'journal' }>;

/** A journal in a directory. */
export type Journal = {
  /** Writes one decision down, once: an effect whose key is there already changes nothing. Rejects with the remedy. */
  readonly append: (effect: DecisionEffect) => Promise<void>;
  /** Writes the document of a rollout that has ended; writing it again replaces it. Rejects with the remedy. */
  readonly finish: (record: RolloutRecord) => Promise<void>;
};

/** Where the journal is. */
export type JournalOptions = { readonly dir: string };

/** Creates a journal; the directory is made when it is first written to. */
export function createJournal({ dir }: JournalOptions): Journal {
  // Two effects of one rollout delivered at once would both find the key missing.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (write: () => Promise<void>): Promise<void> => {
    const done = turn.then(write, write);
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    append: (effect) =>
      inTurn(() => {
        const path = join(dir, 'decisions', `${fileNameOf(rolloutOf(effect.key))}.jsonl`);
        return explained(path, () => appendOnce(path, effect));
      }),
    finish: (record) =>
      inTurn(async () => {
        if (record.rollout === null) return;
        const path = join(dir, 'rollouts', `${fileNameOf(record.rollout.id)}.json`);
        await explained(path, () => putDocument(path, `${JSON.stringify(record, null, 2)}\n`));
      }),
  };
}

async function appendOnce(path: string, { key, decision }: DecisionEffect): Promise<void> {
  const keys = (await readLines(path)).map(keyOf);
  if (!keys.includes(key)) await appendLine(path, JSON.stringify({ key, ...decision }));
}

/** The key in a line, or `null` in a line that a crash tore. */
function keyOf(line: string): string | null {
  try {
    const entry = JSON.parse(line) as unknown;
    const key = typeof entry === 'object' && entry !== null && 'key' in entry ? entry.key : null;
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
}

/** A key is `ROLLOUT/NUMBER/KIND` (`core`, `decide.ts`). */
function rolloutOf(key: string): string {
  return key.split('/')[0] ?? key;
}

/** Any rollout's id as a file name: no separators, and no name that means a folder. */
function fileNameOf(id: string): string {
  return encodeURIComponent(id).replaceAll('.', '%2E');
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the quota is used up: free some space',
  EFBIG: 'the file has reached the largest size allowed here: move it away, or raise the limit',
  EACCES: 'permission denied: make it writable for the account Ascent runs as',
  EPERM: 'permission denied: make it writable for the account Ascent runs as',
  EROFS: 'the file system is read-only: choose another directory with --journal',
  ENOTDIR: 'a part of the path is a file: choose another directory with --journal',
  ENOENT: 'no folder can be made there: choose another directory with --journal',
  EEXIST: 'a part of the path is a file: choose another directory with --journal',
};

async function explained(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = remedies[code] ?? (error instanceof Error ? error.message : String(error));
    throw new Error(
      `Cannot write the journal ${path}: ${reason}. It is tried again at the next step.`,
      {
        cause: error,
      },
    );
  }
}
