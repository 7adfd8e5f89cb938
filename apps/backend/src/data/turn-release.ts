import { setTimeout as delay } from 'node:timers/promises';

/** How long a release is tried for, and how long the first pause between two tries is; each is twice the one before. */
export interface TurnReleaseOptions {
  readonly patienceMs: number;
  readonly pauseMs: number;
}

/**
 * Releases turns that ended without an answer. Such a turn often ends because the database had no free connection, and
 * then the release finds none either; were it given up, the diver's next question, answered by any revision, would wait
 * for the whole lease. So it is tried again in the background until the lease has run out by itself.
 */
export class TurnReleases {
  readonly #options: TurnReleaseOptions;
  readonly #pending = new Set<Promise<void>>();

  constructor(options: TurnReleaseOptions) {
    this.#options = options;
  }

  /** Tries once and resolves; what failed goes on in the background. Never rejects. */
  async release(attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt();
    } catch {
      const later = this.#tryOn(attempt).finally(() => this.#pending.delete(later));
      this.#pending.add(later);
    }
  }

  /** Resolves when nothing is pending any more. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #tryOn(attempt: () => Promise<void>): Promise<void> {
    const { patienceMs, pauseMs } = this.#options;
    for (let waitedMs = 0, nextMs = pauseMs; waitedMs <= patienceMs; nextMs *= 2) {
      await delay(nextMs, undefined, { ref: false });
      waitedMs += nextMs;
      try {
        await attempt();
        return;
      } catch {
        // Tried again after the next pause.
      }
    }
  }
}
