/** Whoever acts has the answer once the change is written; what follows from it is delivered beside the answer. */
import { setTimeout as wait } from 'node:timers/promises';
import type { RolloutRecord } from '@ascent/core';

/** Changes whose deliveries may still be under way. */
export class AnswerFirst {
  readonly #pending = new Set<Promise<unknown>>();

  /** The record that `apply` writes. @throws what `apply` throws before it has written. */
  async written(
    apply: (onWritten: (record: RolloutRecord) => void) => Promise<unknown>,
  ): Promise<RolloutRecord> {
    return await new Promise((resolve, reject) => {
      const applied = apply(resolve)
        .catch(reject)
        .finally(() => this.#pending.delete(applied));
      this.#pending.add(applied);
    });
  }

  /** Resolves once nothing is being delivered, or after `atMostMs`: what is left is in the record, and tried again. */
  async settled(atMostMs: number): Promise<void> {
    if (this.#pending.size === 0) return;
    const over = new AbortController();
    const { signal } = over;
    await Promise.race([
      Promise.allSettled(this.#pending),
      wait(atMostMs, undefined, { signal, ref: false }).catch(() => undefined),
    ]);
    over.abort();
  }
}
