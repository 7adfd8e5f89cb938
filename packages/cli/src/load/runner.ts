/** Sends every request when it is due, and waits for nobody. */
import type { Conversations } from './conversations.js';
import { dueTimes, type LoadStage } from './profile.js';
import type { Tally } from './tally.js';

/** How a question was answered. */
export type Answer = {
  /** `null` where it was answered as it should be. */
  readonly fault: string | null;
  readonly sessionId: string | null;
};

/** What a run needs. */
export type LoadRun = {
  readonly stages: readonly LoadStage[];
  /** The pause of one user between two questions; users ÷ pause is the rate. */
  readonly thinkMs: number;
  readonly conversations: Conversations;
  /** Asks once. Never rejects: what goes wrong is a fault. */
  readonly ask: (message: string, sessionId: string | null) => Promise<Answer>;
  readonly tally: Tally;
  /** Ends the sending; what is open is still waited for. */
  readonly signal: AbortSignal;
  /** Requests that may be open at once; one more is a fault, not a wait. */
  readonly openMax: number;
};

/** Runs the schedule; resolves when every request has ended. */
export async function runLoad(run: LoadRun): Promise<void> {
  const startMs = performance.now();
  const open = new Set<Promise<void>>();
  for (const dueMs of dueTimes(run.stages, run.thinkMs)) {
    await sleepUntil(startMs + dueMs, run.signal);
    if (run.signal.aborted) break;
    if (open.size >= run.openMax) {
      const lateMs = performance.now() - startMs - dueMs;
      run.tally.add({ dueMs, latencyMs: lateMs, lateMs, fault: 'too many open requests' });
      continue;
    }
    const request = askOnce(run, startMs, dueMs);
    open.add(request);
    void request.finally(() => open.delete(request));
  }
  await Promise.all(open);
}

async function askOnce(
  { conversations, ask, tally }: LoadRun,
  startMs: number,
  dueMs: number,
): Promise<void> {
  const turn = conversations.next();
  const lateMs = performance.now() - startMs - dueMs;
  const { fault, sessionId } = await ask(turn.message, turn.sessionId);
  turn.answered(fault === null ? sessionId : null);
  // Counted from when it was due, so that the time it could not be sent is not forgotten.
  tally.add({
    dueMs,
    latencyMs: performance.now() - startMs - dueMs,
    lateMs: Math.max(0, lateMs),
    fault,
  });
}

async function sleepUntil(timeMs: number, signal: AbortSignal): Promise<void> {
  const leftMs = timeMs - performance.now();
  if (signal.aborted) return;
  if (leftMs <= 0) {
    // Answers, progress and Ctrl-C get their turn, also where the schedule asks for more than can be sent.
    await new Promise(setImmediate);
    return;
  }
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, leftMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
