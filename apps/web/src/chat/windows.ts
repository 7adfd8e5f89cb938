/**
 * Runs `work` when no other window of this device runs any. Where it is urgent, the other window's work is stopped
 * instead. `running` ends the waiting, and is how a window hears that its own work was stopped.
 */
export type Alone = (
  work: () => Promise<void>,
  running: AbortController,
  isUrgent: boolean,
) => Promise<void>;

const lock = 'dovvybuddy.question';

/** How long a diver looks at a window that waits for another, before it stops the other: telephones put some to sleep. */
const patienceMs = 20_000;

/** {@link Alone} by the browser's locks, which end with their window. Without locks, every window for itself. */
export const alone: Alone = async (work, running, isUrgent) => {
  const { locks } = navigator as { readonly locks?: LockManager };
  if (locks === undefined) {
    await work();
    return;
  }
  const waiting = new AbortController();
  const stop = (): void => {
    waiting.abort();
  };
  running.signal.addEventListener('abort', stop);
  const timer = setInterval(() => {
    if (document.hasFocus()) stop();
  }, patienceMs);
  const begin = async (): Promise<void> => {
    clearInterval(timer);
    await work();
  };
  try {
    await locks.request(lock, isUrgent ? { steal: true } : { signal: waiting.signal }, begin);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (waiting.signal.aborted && !running.signal.aborted) await alone(work, running, true);
    else running.abort();
  } finally {
    clearInterval(timer);
  }
};
