/** `ascent up`: begins a rollout of the newest revision and stays with it until it ends. */
import { runLoop, type Turn } from '@ascent/controller';
import {
  AscentError,
  isOpen,
  type Rollout,
  type RolloutPlan,
  type RolloutRecord,
} from '@ascent/core';
import { decisionLine, newDecisions, recordOf, statusFor } from '../news.js';
import { note, print } from '../output.js';
import { statusWords } from '../status-text.js';
import type { Session } from '../session.js';

/** How long to stay. */
export type UpOptions = {
  readonly intervalMs: number;
  /** Leave once the candidate is at this stage and has passed its smoke checks; `null` stays to the end. */
  readonly untilStage: string | null;
};

/**
 * Resolves with the exit status: 0 when promoted, adopted or left as wished, 4 when rolled back or superseded, 130 when
 * interrupted. @throws AscentError `ASC_USAGE` for a stage that the plan does not have.
 */
export async function up(session: Session, options: UpOptions): Promise<number> {
  const { untilStage } = options;
  checkStage(session, untilStage);
  const abort = new AbortController();
  const stop = (): void => {
    abort.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const seen: { last: Turn | null } = { last: null };
  let said = 0;
  await runLoop(session.world, {
    plan: session.plan,
    by: session.person,
    intervalMs: options.intervalMs,
    signal: abort.signal,
    onTurn: (turn) => {
      seen.last = turn;
      said = sayNews(turn, said);
    },
    until: (turn) => ended(turn) || hasReached(turn, untilStage),
  });
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  const { last } = seen;
  if (last !== null && hasReached(last, untilStage)) return leave(last, session);
  return finish(last, session);
}

function checkStage({ plan }: Session, name: string | null): void {
  const names = plan.stages.map((stage) => stage.name);
  if (name === null || names.includes(name)) return;
  const message = `--until ${name}: the plan has no such stage; it has ${names.join(', ')}.`;
  throw new AscentError('ASC_USAGE', message);
}

/** The open rollout a turn left with its plan, or `null`. */
function openRollout(turn: Turn): { plan: RolloutPlan; rollout: Rollout } | null {
  const record = recordOf(turn);
  if (!record?.rollout || !isOpen(record.rollout)) return null;
  return { plan: record.plan, rollout: record.rollout };
}

/** The candidate is beyond the stage, or at it with its smoke checks passed. */
function hasReached(turn: Turn, name: string | null): boolean {
  const open = name === null ? null : openRollout(turn);
  if (open === null) return false;
  const index = open.plan.stages.findIndex((stage) => stage.name === name);
  if (index < 0 || open.rollout.stageIndex < index) return false;
  if (open.rollout.stageIndex > index) return true;
  return open.plan.stages[index]?.smoke.length === 0 || open.rollout.smoke?.passed === true;
}

function leave(turn: Turn, session: Session): number {
  const record = recordOf(turn);
  const rollout = record?.rollout;
  const where = rollout ? `${rollout.candidate} is at ${rollout.sharePercent} %` : 'left';
  print(`${where}; the rollout goes on with: ascent tick`, { record }, session);
  return 0;
}

/** A user's fault ends the loop; an outage does not. */
function ended(turn: Turn): boolean {
  if (turn.type === 'failed') {
    return (
      !(turn.error instanceof AscentError) ||
      !turn.error.code.startsWith('ASC_PLATFORM_UNAVAILABLE')
    );
  }
  return openRollout(turn) === null;
}

function sayNews(turn: Turn, said: number): number {
  if (turn.type === 'failed') {
    // What ends the loop is said once, with its code, by whoever catches it.
    if (!ended(turn)) note(turn.error instanceof Error ? turn.error.message : String(turn.error));
    return said;
  }
  const { record } = turn.report;
  for (const decision of newDecisions(record, said)) note(decisionLine(decision));
  return record?.rollout?.decisions.at(-1)?.seq ?? said;
}

function finish(last: Turn | null, session: Session): number {
  if (last?.type === 'failed') throw last.error;
  const record = recordOf(last);
  const rollout = record?.rollout ?? null;
  if (rollout === null) {
    print(last?.report.idle ?? idleText(record), { record }, session);
    return 0;
  }
  print(`${rollout.candidate}: ${statusWords(rollout.status)}`, { record }, session);
  return statusFor(rollout);
}

function idleText(record: RolloutRecord | null): string {
  return `${record?.stable ?? 'nothing'} is the stable revision; deploy a new one to roll it out`;
}
