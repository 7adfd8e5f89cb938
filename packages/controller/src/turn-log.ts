/**
 * What the loop does, as JSON lines in the fields of Cloud Logging (`severity`, `message`;
 * https://cloud.google.com/logging/docs/structured-logging). A look that changes nothing is not a line: a controller looks
 * thousands of times a day, and a log that says so is not read.
 */
import { pino, type DestinationStream } from 'pino';
import { urgencyOf, type Decision, type RolloutRecord } from '@ascent/core';
import type { Turn } from './loop.js';

const severities: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

/** Writes lines about turns to `destination`; each decision once, each trouble once until it changes. */
export function createTurnLog(
  service: string,
  destination: DestinationStream,
): (turn: Turn) => void {
  const log = pino(
    {
      base: { service },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
    },
    destination,
  );
  const said = new Map<string, number>();
  let trouble = '';
  const sayTrouble = (text: string, fields: object): void => {
    if (text !== '' && text !== trouble) log.warn(fields, text);
    trouble = text;
  };
  return (turn) => {
    if (turn.type === 'failed') {
      const { error } = turn;
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      sayTrouble(error instanceof Error ? error.message : String(error), { code });
      return;
    }
    const { undelivered, record } = turn.report;
    sayTrouble(undelivered.map(({ key, reason }) => `${key}: ${reason}`).join('; '), {
      undelivered,
    });
    const logs = record === null ? [] : logsOf(record);
    const before = new Map(said);
    said.clear();
    for (const { id, seq, made } of logs) {
      for (const decision of made) {
        if (decision.seq > (before.get(id) ?? 0)) sayDecision(log, id, decision);
      }
      said.set(id, seq);
    }
  };
}

/** What was decided in the rollout, and what became of alerts since. */
function logsOf({
  rollout,
  watch,
}: RolloutRecord): readonly { id: string; seq: number; made: readonly Decision[] }[] {
  return [
    ...(rollout ? [{ id: rollout.id, seq: rollout.seq, made: rollout.decisions }] : []),
    ...(watch ? [{ id: watch.id, seq: watch.seq, made: watch.news }] : []),
  ];
}

function sayDecision(
  log: { readonly info: LogLine; readonly warn: LogLine },
  rollout: string,
  decision: Decision,
): void {
  const { sentence, ...fields } = decision;
  const write = urgencyOf(decision) === 'bad' ? log.warn : log.info;
  write.call(log, { rollout, ...fields, decision: fields.type }, sentence);
}

type LogLine = (fields: object, text: string) => void;
