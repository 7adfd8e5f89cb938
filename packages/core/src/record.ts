/**
 * The record as text in the annotation. Reading is strict: a record that was edited by hand or written by a newer
 * Ascent stops the rollout with a clear error; it is never guessed at.
 */
import { z } from 'zod';
import { AscentError } from './errors.js';
import type { RolloutRecord } from './rollout.js';

/** The annotation's name on the Service. */
export const RECORD_ANNOTATION = 'ascent.dev/rollout';

const remedy = `Restore the annotation ${RECORD_ANNOTATION} from the journal, or remove it to start afresh.`;

/** The parts that deciding relies on before it looks deeper. */
const envelope = z.looseObject({
  version: z.literal(1),
  plan: z.looseObject({
    service: z.string(),
    stages: z.array(z.looseObject({ name: z.string() })).min(1),
  }),
  stable: z.string().min(1),
  rollout: z
    .looseObject({
      id: z.string(),
      stable: z.string().min(1),
      candidate: z.string().min(1),
      status: z.looseObject({
        type: z.enum(['running', 'paused', 'promoted', 'rolledBack', 'superseded', 'aborted']),
      }),
      stageIndex: z.int().min(0),
      sharePercent: z.int().min(0).max(100),
      startedMs: z.number(),
      stageEnteredMs: z.number(),
      evidence: z.looseObject({}),
      decisions: z.array(z.looseObject({})),
      outbox: z.array(z.looseObject({ key: z.string() })),
      seq: z.int().min(0),
    })
    .nullable(),
});

/** The text for the annotation. */
export function writeRecord(record: RolloutRecord): string {
  return JSON.stringify(record);
}

/**
 * The record in the annotation's text.
 * @throws AscentError `ASC_RECORD_TOO_NEW` for a later version, `ASC_RECORD_UNREADABLE` for anything else that is wrong.
 */
export function readRecord(text: string): RolloutRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AscentError('ASC_RECORD_UNREADABLE', `The rollout record is not JSON. ${remedy}`);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > 1) {
    const message = `The rollout record has version ${version}; this Ascent reads version 1. Use a newer Ascent.`;
    throw new AscentError('ASC_RECORD_TOO_NEW', message);
  }
  const parsed = envelope.safeParse(value);
  if (parsed.success) return value as RolloutRecord;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new AscentError(
    'ASC_RECORD_UNREADABLE',
    `The rollout record is damaged at ${where}. ${remedy}`,
  );
}
