import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createConversations } from './conversations.js';
import { runLoad, type LoadRun } from './runner.js';
import { createTally } from './tally.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const thresholds = { p95Ms: 500, errorRatio: 0.01 };
/** Ten requests a second for ten seconds, at once. */
const steady = [
  { durationMs: 0.001, users: 10 },
  { durationMs: 10_000, users: 10 },
];

function loadRun(ask: LoadRun['ask'], changes: Partial<LoadRun> = {}): LoadRun {
  return {
    stages: steady,
    thinkMs: 1_000,
    conversations: createConversations([['a', 'b']]),
    ask,
    tally: createTally(),
    signal: new AbortController().signal,
    openMax: 1_000,
    ...changes,
  };
}

async function finish(run: LoadRun): Promise<void> {
  const done = runLoad(run);
  await vi.runAllTimersAsync();
  await done;
}

describe('a service that stands still for four seconds', () => {
  test('is asked as often as ever meanwhile, and every one of those waits is counted', async () => {
    const startMs = performance.now();
    const run = loadRun(async () => {
      const nowMs = performance.now() - startMs;
      const stalledMs = nowMs >= 2_000 && nowMs < 6_000 ? 6_000 - nowMs : 0;
      await new Promise((resolve) => setTimeout(resolve, stalledMs + 10));
      return { fault: null, sessionId: 's' };
    });
    await finish(run);
    const { requests, latency, passed } = run.tally.result(thresholds);
    expect(requests).toBe(100);
    // 40 of 100 requests fell into the stall and waited 4 s to 0.1 s: that is what users saw. A tester whose ten users
    // wait for their answers would have sent ten requests in that time, and called the P50 of 10 ms its P75 too.
    expect(latency.p50).toBeLessThan(20);
    expect(latency.p75).toBeGreaterThan(1_000);
    expect(latency.max).toBeGreaterThan(3_900);
    expect(passed).toBe(false);
  });
});

test('questions of one conversation carry its session', async () => {
  const asked: [string, string | null][] = [];
  const run = loadRun((message, sessionId) => {
    asked.push([message, sessionId]);
    return Promise.resolve({ fault: null, sessionId: sessionId ?? `session-${asked.length}` });
  });
  await finish(run);
  expect(asked.slice(0, 4)).toEqual([
    ['a', null],
    ['b', 'session-1'],
    ['a', null],
    ['b', 'session-3'],
  ]);
});

test('more open requests than allowed are faults, and the schedule goes on', async () => {
  const run = loadRun(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return { fault: null, sessionId: null };
    },
    { openMax: 30 },
  );
  await finish(run);
  expect(run.tally.result(thresholds)).toMatchObject({
    requests: 100,
    faults: { 'too many open requests': 70 },
  });
});

test('a schedule that asks for more than can be sent still hears an interruption, and lets answers come in', async () => {
  vi.useRealTimers();
  const abort = new AbortController();
  let answers = 0;
  const run = loadRun(
    async () => {
      await new Promise(setImmediate);
      answers += 1;
      if (answers === 20) abort.abort();
      return { fault: null, sessionId: null };
    },
    { stages: [{ durationMs: 1, users: 1e12 }], signal: abort.signal, openMax: 5 },
  );
  await runLoad(run);
  expect(answers).toBeGreaterThanOrEqual(20);
});

test('an interruption ends the sending and keeps what was measured', async () => {
  const abort = new AbortController();
  const run = loadRun(() => Promise.resolve({ fault: null, sessionId: null }), {
    signal: abort.signal,
  });
  const done = runLoad(run);
  await vi.advanceTimersByTimeAsync(3_000);
  abort.abort();
  await done;
  expect(run.tally.requests()).toBe(30);
});
