/**
 * `ascent watch`: looks on until the rollout ends, and changes nothing. On a terminal the status stands in place; elsewhere
 * each decision is a line as it is made.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { look, type TickReport } from '@ascent/controller';
import { AscentError, isOpen, type Rollout, type RolloutRecord } from '@ascent/core';
import { colours } from '../colour.js';
import { decisionLine, INTERRUPTED_STATUS, newDecisions, statusFor } from '../news.js';
import { note, print } from '../output.js';
import { createScreen, rowsOf, wrap, type Terminal } from '../screen.js';
import type { Session } from '../session.js';
import { statusText, statusWords } from '../status-text.js';

/** How a rollout is watched. */
export type WatchOptions = {
  readonly intervalMs: number;
  /** Where it is drawn in place; `null` prints lines. */
  readonly terminal: Terminal | null;
  /** Ends the watching, not the rollout. */
  readonly signal: AbortSignal;
};

/**
 * Resolves with the exit status: 0 promoted, 4 ended otherwise, 130 where it was left open.
 * @throws AscentError `ASC_NO_ROLLOUT`, and what a look throws unless the platform is only away for a while.
 */
export async function watch(session: Session, options: WatchOptions): Promise<number> {
  const viewer = options.terminal === null ? lines(session) : inPlace(options.terminal, session);
  try {
    const rollout = await follow(session, options, viewer);
    return rollout === null ? INTERRUPTED_STATUS : statusFor(rollout);
  } finally {
    viewer.end();
  }
}

type Viewer = {
  readonly see: (report: TickReport, rollout: Rollout) => void;
  readonly trouble: (message: string) => void;
  readonly end: () => void;
};

async function follow(
  session: Session,
  { intervalMs, signal }: WatchOptions,
  viewer: Viewer,
): Promise<Rollout | null> {
  let last: Rollout | null = null;
  while (!signal.aborted) {
    const report = await lookOnce(session, viewer);
    if (report !== null) {
      last = rolloutIn(report);
      viewer.see(report, last);
      if (!isOpen(last)) return last;
    }
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
  return last;
}

/** `null` while the platform is away: the rollout may well go on meanwhile. */
async function lookOnce({ world }: Session, viewer: Viewer): Promise<TickReport | null> {
  try {
    return await look(world);
  } catch (error) {
    if (!(error instanceof AscentError) || error.code !== 'ASC_PLATFORM_UNAVAILABLE') throw error;
    viewer.trouble(error.message);
    return null;
  }
}

function rolloutIn({ record, view }: TickReport): Rollout {
  if (record?.rollout) return record.rollout;
  const message = `${view.service} has no rollout to watch. Begin one with: ascent up`;
  throw new AscentError('ASC_NO_ROLLOUT', message);
}

function inPlace(terminal: Terminal, { world }: Session): Viewer {
  const screen = createScreen(terminal);
  let shown = '';
  return {
    see: (report) => {
      shown = fitting(terminal, (newest) =>
        statusText(report, { nowMs: world.now(), colours: colours(), newest }),
      );
      screen.show(shown);
    },
    trouble: (message) => {
      screen.show(shown === '' ? message : `${shown}\n${message}`);
    },
    end: screen.end,
  };
}

/** As many of the newest decisions as have room; what is happening now always has. */
function fitting(terminal: Terminal, textWith: (newest: number) => string): string {
  for (let newest = rowsOf(terminal); newest > 1; newest -= 1) {
    const text = textWith(newest);
    if (wrap(text, terminal.columns).length <= rowsOf(terminal)) return text;
  }
  return textWith(1);
}

function lines(session: Session): Viewer {
  let record: RolloutRecord | null = null;
  let said = 0;
  let trouble = '';
  return {
    see: (report, rollout) => {
      // A newer rollout counts its decisions from 1 again.
      if (record?.rollout?.id !== rollout.id) said = 0;
      record = report.record;
      for (const decision of newDecisions(record, said)) {
        print(decisionLine(decision), decision, session);
        said = decision.seq;
      }
      if (isOpen(rollout)) return;
      print(`${rollout.candidate}: ${statusWords(rollout.status)}`, { record }, session);
    },
    trouble: (message) => {
      if (message !== trouble) note(message);
      trouble = message;
    },
    end: () => undefined,
  };
}
