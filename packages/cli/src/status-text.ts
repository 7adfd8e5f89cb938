/** What a service's rollout looks like in a terminal: a few lines for a person, nothing decided here. */
import {
  alertsOf,
  approversOf,
  countSpotChecks,
  formatDuration,
  isOpen,
  type FiringAlert,
  type Rollout,
  type RolloutRecord,
  type RolloutStatus,
} from '@ascent/core';
import type { TickReport } from '@ascent/controller';
import type { Colours } from './colour.js';

/** One line for a status. */
export function statusWords(status: RolloutStatus): string {
  switch (status.type) {
    case 'running':
      return 'running';
    case 'paused':
      return `paused by ${status.by}${status.reason === '' ? '' : `: ${status.reason}`}`;
    case 'promoted':
      return 'promoted';
    case 'rolledBack':
      return `rolled back: ${status.reason}`;
    case 'superseded':
      return `superseded by ${status.revision}`;
    case 'aborted':
      return `aborted: ${status.reason}`;
  }
}

/** A colour for a status; the words say the same. */
const tones = {
  running: 'cyan',
  paused: 'yellow',
  promoted: 'green',
  rolledBack: 'red',
  superseded: 'dim',
  aborted: 'dim',
} as const satisfies Record<RolloutStatus['type'], keyof Colours>;

/** How a status is shown. */
export type StatusLook = {
  readonly nowMs: number;
  readonly colours: Colours;
  /** How many decisions at most, the newest. @default all */
  readonly newest?: number;
};

/** The whole status of a service. */
export function statusText({ view, record }: TickReport, look: StatusLook): string {
  const { nowMs, colours } = look;
  const served = view.served
    .filter(({ percent }) => percent > 0)
    .map(({ revision, percent }) => `${revision ?? 'LATEST'} ${percent} %`);
  const lines = [`${colours.bold(view.service)}   serving ${served.join(', ') || 'nothing'}`];
  if (record === null) lines.push('No rollout record. Begin one with: ascent up');
  else if (record.rollout === null) lines.push(`Stable: ${record.stable}. No rollout yet.`);
  else lines.push(...rolloutLines(record, record.rollout, look));
  if (record !== null && (record.rollout === null || !isOpen(record.rollout))) {
    lines.push(...alertLines(alertsOf(record).firing, nowMs));
  }
  return lines.join('\n');
}

function rolloutLines(
  { plan }: RolloutRecord,
  rollout: Rollout,
  { nowMs, colours, newest = Infinity }: StatusLook,
): readonly string[] {
  const { status } = rollout;
  const words = colours[tones[status.type]](statusWords(status));
  const lines = [`Rollout ${rollout.candidate} over ${rollout.stable}: ${words}`];
  plan.stages.forEach((stage, index) => {
    const mark = stageMark(rollout, index);
    const hold = `hold ${formatDuration(stage.holdMinMs)} to ${formatDuration(stage.holdMaxMs)}`;
    lines.push(
      `  ${stage.name.padEnd(10)} ${String(stage.sharePercent).padStart(3)} %  ${hold}  ${mark}`.trimEnd(),
    );
  });
  if (rollout.judgement !== null && isOpen(rollout))
    lines.push(`Now: ${rollout.judgement.explanation}`);
  if (isOpen(rollout)) lines.push(...waitingLines(plan, rollout, nowMs));
  if (rollout.outbox.length > 0) {
    lines.push(`${rollout.outbox.length} reports have not reached their destination yet.`);
  }
  const { decisions } = rollout;
  const shown = decisions.slice(Math.max(0, decisions.length - newest));
  const older = decisions.length - shown.length;
  lines.push(older === 0 ? 'Decisions:' : `Decisions (${older} older: ascent report):`);
  for (const { atMs, by, sentence } of shown) {
    lines.push(
      `  ${formatDuration(Math.max(0, nowMs - atMs)).padStart(8)} ago  ${by}: ${sentence}`,
    );
  }
  return lines;
}

function stageMark({ stageIndex, status }: Rollout, index: number): string {
  if (index > stageIndex) return '';
  if (index < stageIndex || status.type === 'promoted') return 'done';
  return status.type === 'running' || status.type === 'paused' ? 'here' : 'ended here';
}

/** What is asked of people, and which alerts fire. */
function waitingLines(
  plan: RolloutRecord['plan'],
  rollout: Rollout,
  nowMs: number,
): readonly string[] {
  const lines: string[] = [];
  const here = plan.stages[rollout.stageIndex];
  const next = plan.stages[rollout.stageIndex + 1];
  if (here !== undefined && here.spotChecks > 0) {
    lines.push(`Spot checks: ${countSpotChecks(rollout.spotChecks)} of ${here.spotChecks}`);
  }
  if (next !== undefined && next.approvalsRequired > 0) {
    const people = [...approversOf(rollout, next, nowMs)];
    const names = people.length === 0 ? '' : ` (${people.join(', ')})`;
    lines.push(`Approvals of ${next.name}: ${people.length} of ${next.approvalsRequired}${names}`);
  }
  if (rollout.blindSinceMs !== null) {
    const blindMs = Math.max(0, nowMs - rollout.blindSinceMs);
    lines.push(
      `Metrics: cannot be read for ${formatDuration(blindMs)} now; it does not go on meanwhile.`,
    );
  }
  for (const { verdict, sentence } of rollout.customGates) {
    lines.push(`Gate (${verdict}): ${sentence}`);
  }
  lines.push(...alertLines(rollout.alerts.firing, nowMs));
  return lines;
}

function alertLines(firing: readonly FiringAlert[], nowMs: number): readonly string[] {
  return firing.map(
    ({ rule, revision, sinceMs }) =>
      `Alert: ${rule} of ${revision} for ${formatDuration(Math.max(0, nowMs - sinceMs))}`,
  );
}
