/** Why no slot was given: the queue was full, or the wait was too long. */
export class NoSlotError extends Error {
  override readonly name = 'NoSlotError';
}

interface Waiter {
  readonly give: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A fixed number of slots, handed out first come first served, with a bounded queue and a bounded wait.
 *
 * It stands in front of the connection pool, so that waiting for a turn and connecting have a limit each: a pool that
 * counts both together refuses the first request after an idle night because connecting took as long as a whole wait.
 */
export class Slots {
  readonly #limits: { readonly slots: number; readonly queueMax: number; readonly waitMs: number };
  readonly #waiters: Waiter[] = [];
  #taken = 0;

  constructor(limits: {
    readonly slots: number;
    readonly queueMax: number;
    readonly waitMs: number;
  }) {
    this.#limits = limits;
  }

  /** Slots in use. */
  get taken(): number {
    return this.#taken;
  }

  /** Callers waiting for a slot. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Runs `work` in a slot. Rejects with {@link NoSlotError} if none comes free in time. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#limits.slots) this.#taken++;
    else await this.#wait();
    try {
      return await work();
    } finally {
      this.#giveBack();
    }
  }

  #wait(): Promise<void> {
    const { queueMax, waitMs } = this.#limits;
    if (this.#waiters.length >= queueMax) {
      return Promise.reject(new NoSlotError(`the queue of ${String(queueMax)} is full`));
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(new NoSlotError(`no slot came free within ${String(waitMs)} ms`));
      };
      const waiter: Waiter = { give: resolve, timer: setTimeout(giveUp, waitMs) };
      this.#waiters.push(waiter);
    });
  }

  #giveBack(): void {
    const next = this.#waiters.shift();
    if (!next) {
      this.#taken--;
      return;
    }
    clearTimeout(next.timer);
    next.give();
  }
}
