import { expect, test } from 'vitest';
import type { Snapshot } from '@ascent/controller';
import { describeServices } from './service-lines.js';

function snapshot(service: string, error: string | null): Snapshot {
  return { service, atMs: 0, served: [], record: null, idle: 'no new revision', error };
}

test('a look that failed comes first, one that has not been comes with the idle, and names break ties', () => {
  const lines = describeServices(
    [
      { service: 'quiet', snapshot: snapshot('quiet', null) },
      { service: 'new', snapshot: null },
      { service: 'gone', snapshot: snapshot('gone', 'There is no service gone.') },
    ],
    0,
  );
  expect(lines.map(({ service, state }) => [service, state])).toEqual([
    ['gone', 'Look failed'],
    ['new', 'Not seen yet'],
    ['quiet', 'Nothing to do'],
  ]);
  expect(lines[0]).toMatchObject({ headline: 'There is no service gone.', sinceMs: null });
});
