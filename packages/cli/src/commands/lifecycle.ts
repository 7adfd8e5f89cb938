/** Commands of a person that need more than a reason: ticking off, trying again, silencing an alert. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { act, restart, silence, type TickReport } from '@ascent/controller';
import { formatDuration, parseDurationMs, type RolloutRecord } from '@ascent/core';
import { showExamples } from '../example.js';
import { noteUndelivered, print } from '../output.js';
import { openSession, type Session, type SharedOptions } from '../session.js';

/** `ascent tick-off`: a scenario that was tried by hand. */
export function addTickOff(command: Command): void {
  command.requiredOption('-w, --what <text>', 'what was tried and works');
  showExamples(command, [
    'ascent tick-off --what "asked about Bali, and the answer was right"',
  ]).action(async (options: SharedOptions & { what: string }) => {
    const session = await openSession(options);
    const wish = { type: 'tickOff', by: session.person, reason: options.what } as const;
    await sayOnceWritten(session, (onWritten) => act(session.world, wish, { onWritten }));
  });
}

/** `ascent restart`: a rollout of a candidate that was rolled back or aborted. */
export function addRestart(command: Command): void {
  command.option(
    '-r, --reason <text>',
    'why it is worth another try; it goes into the audit log',
    '',
  );
  showExamples(command, ['ascent restart --reason "the provider was down"']).action(
    async (options: SharedOptions & { reason: string }) => {
      const session = await openSession(options);
      const { plan, person: by } = session;
      const wish = { plan, by, reason: options.reason };
      await sayOnceWritten(
        session,
        (onWritten) => restart(session.world, wish, { onWritten }),
        // What is to be known about the traffic comes after it, and is in the status.
        ({ rollout }) => rollout?.decisions[0]?.sentence ?? '',
      );
    },
  );
}

/** `ascent silence`: nobody is told of an alert for a while; it is still written down. */
export function addSilence(command: Command): void {
  command
    .argument('<alert>', 'the name of a rule of the plan')
    .addOption(
      new Option('--for <duration>', 'for how long; 0s ends a silence')
        .argParser(silenceDuration)
        .default(3_600_000, '1h'),
    );
  showExamples(command, ['ascent silence high-latency --for 2h']).action(
    async (rule: string, options: SharedOptions & { for: number }) => {
      const session = await openSession(options);
      const wish = { by: session.person, rule, forMs: options.for };
      const text =
        options.for === 0
          ? `${rule} is told again.`
          : `Nobody is told of ${rule} for ${formatDuration(options.for)}; it is still written down.`;
      await sayOnceWritten(
        session,
        (onWritten) => silence(session.world, wish, { onWritten }),
        () => text,
      );
    },
  );
}

function silenceDuration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === null) throw new InvalidArgumentError('Write a duration such as 30m, or 0s.');
  return durationMs;
}

/**
 * Applies a command and says so as soon as it is written: whoever sends everybody back at night does not wait for a
 * webhook to learn that it worked. Then, once it was tried, what of it has not reached its destination yet.
 */
export async function sayOnceWritten(
  session: Session,
  apply: (onWritten: (record: RolloutRecord) => void) => Promise<Told>,
  textOf: (record: RolloutRecord) => string = lastSentence,
): Promise<void> {
  const { record, undelivered, idle } = await apply((written) => {
    if (!session.json) print(textOf(written), null, session);
  });
  // JSON is one document, so it waits until all of it is known.
  if (session.json) print('', { record, undelivered }, session);
  else if (typeof idle === 'string') print(idle, null, session);
  noteUndelivered(undelivered);
}

type Told = Pick<TickReport, 'record' | 'undelivered'> & Partial<Pick<TickReport, 'idle'>>;

function lastSentence({ rollout }: RolloutRecord): string {
  return rollout?.decisions.at(-1)?.sentence ?? '';
}
