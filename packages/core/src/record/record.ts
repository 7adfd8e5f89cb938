/**
 * The record as text in the annotation. Reading is strict: a record that was edited by hand or written by a newer
 * Ascent stops the rollout with a clear error; it is never guessed at.
 */
import type { z } from 'zod';
import { AscentError } from '../errors.js';
import { withLaterEvidence } from '../evidence/index.js';
import { isJsonObject, type JsonObject } from '../json-object.js';
import type { RolloutPlan } from '../plan/plan.js';
import { archiveSchema, recordSchema } from './record-schema.js';
import type { RolloutRecord } from './rollout.js';

/** The annotation's name on the Service. */
export const RECORD_ANNOTATION = 'ascent.dev/rollout';

const remedy = `Restore the annotation ${RECORD_ANNOTATION} from the journal, or remove it to start afresh.`;

/** A record of another kind altogether is damaged everywhere. */
const PLACES_SAID = 5;

/** The text for the annotation. */
export function writeRecord({ version, plan, ...rest }: RolloutRecord): string {
  return `{"version":${version},"plan":${planText(plan)},${JSON.stringify(rest).slice(1)}`;
}

/** A plan never changes while its rollout runs, and is a fifth of every record that is written. */
const planTexts = new WeakMap<RolloutPlan, string>();

function planText(plan: RolloutPlan): string {
  let text = planTexts.get(plan);
  if (text === undefined) {
    text = JSON.stringify(plan);
    planTexts.set(plan, text);
  }
  return text;
}

/**
 * The record in the annotation's text.
 * @throws AscentError `ASC_RECORD_TOO_NEW` for a later version, `ASC_RECORD_UNREADABLE` for anything else that is wrong.
 */
export function readRecord(text: string): RolloutRecord {
  if (lastRead?.text !== text) lastRead = { text, record: read(text, recordSchema) };
  return lastRead.record;
}

/** Between two writes the same text is read again at every look, and records never change: the last one is remembered. */
let lastRead: { readonly text: string; readonly record: RolloutRecord } | null = null;

/**
 * A record in the journal. Nothing is decided on it, and documents of years must stay readable, so only what every
 * record ever had is looked at. @throws AscentError as {@link readRecord}.
 */
export function readArchivedRecord(text: string): RolloutRecord {
  return read(text, archiveSchema);
}

/** An open rollout may have begun under an Ascent that did not know all of this: it has none of what is new. */
function withLaterFields(value: unknown): unknown {
  if (!isJsonObject(value) || !isJsonObject(value['plan'])) return value;
  const { rollout } = value;
  return {
    ...value,
    plan: { customGates: [], measuresDispersion: false, ...value['plan'] },
    ...(isJsonObject(rollout) ? { rollout: withLaterRollout(rollout) } : {}),
  };
}

function withLaterRollout(rollout: JsonObject): unknown {
  if (!('evidence' in rollout)) return { customGates: [], ...rollout };
  return { customGates: [], ...rollout, evidence: withLaterEvidence(rollout['evidence']) };
}

function read(text: string, schema: z.ZodType): RolloutRecord {
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
  const whole = schema === recordSchema ? withLaterFields(value) : value;
  const parsed = schema.safeParse(whole);
  if (parsed.success) return whole as RolloutRecord;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || '(record)');
  const more = places.length > PLACES_SAID ? ` and ${places.length - PLACES_SAID} more places` : '';
  const where = `${places.slice(0, PLACES_SAID).join(', ')}${more}`;
  throw new AscentError(
    'ASC_RECORD_UNREADABLE',
    `The rollout record is damaged at ${where}. ${remedy}`,
  );
}
