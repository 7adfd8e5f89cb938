/** What came of the run, from the records and from what the divers saw themselves. */
import { formatDuration, type Decision, type Rollout } from '@ascent/core';
import type { Ask } from './crowd.js';

/** One rollout that has ended, and how it should have. */
export type Ended = {
  readonly rollout: Rollout;
  readonly expected: 'promoted' | 'rolledBack';
};

/** True for an answer that a diver would call broken. */
export function isFailed({ status }: Ask): boolean {
  return status === 0 || status >= 500;
}

/** The lines of the summary. */
export function summarise(ended: readonly Ended[], asks: readonly Ask[]): readonly string[] {
  const failed = asks.filter(isFailed);
  const lines = ['', 'Summary'];
  for (const one of ended) lines.push(...rolloutLines(one, asks));
  const bad = ended.find(({ expected }) => expected === 'rolledBack')?.rollout;
  const elsewhere = failed.filter(({ revision }) => revision !== bad?.candidate);
  lines.push(
    '',
    `  Divers asked ${asks.length} questions; ${failed.length} failed, of which ${failed.length - elsewhere.length} were answered by the bad revision and ${elsewhere.length} by any other.`,
  );
  if (bad !== undefined) lines.push(...timeLines(bad, asks));
  return lines;
}

function rolloutLines({ rollout, expected }: Ended, asks: readonly Ask[]): readonly string[] {
  const asExpected = rollout.status.type === expected ? '' : `   EXPECTED ${expected}`;
  const served = asks.filter(({ revision }) => revision === rollout.candidate);
  const lines = [
    '',
    `  ${rollout.candidate}: ${rollout.status.type}${asExpected}   (${served.length} questions answered by it, ${served.filter(isFailed).length} failed)`,
  ];
  for (const decision of rollout.decisions) lines.push(decisionLine(decision));
  return lines;
}

function decisionLine({ stage, verdict, fromPercent, toPercent, sentence }: Decision): string {
  const share = fromPercent === toPercent ? `${toPercent} %` : `${fromPercent} → ${toPercent} %`;
  return `    ${stage.padEnd(7)} ${share.padStart(10)}  ${(verdict ?? '').padEnd(9)}  ${sentence}`;
}

/** From the first failure to the decision, and from the decision to the last answer of the bad revision. */
function timeLines(bad: Rollout, asks: readonly Ask[]): readonly string[] {
  const served = asks.filter(({ revision }) => revision === bad.candidate);
  const first = served.find(isFailed);
  const decidedMs = bad.status.type === 'rolledBack' ? bad.status.atMs : null;
  if (decidedMs === null) return [];
  const lastMs = Math.max(0, ...served.map(({ endedMs }) => endedMs));
  const toDecision =
    first === undefined
      ? 'no request failed'
      : formatDuration(Math.max(0, decidedMs - first.endedMs));
  const toLast = formatDuration(Math.max(0, lastMs - decidedMs));
  return [
    `  First failing request to decision: ${toDecision}.`,
    `  Decision to the last request served by the bad revision: ${toLast}.`,
  ];
}
