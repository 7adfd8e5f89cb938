/**
 * Why metrics cannot be read. Inside this room it is thrown, so that decoding stays straight; at the port it becomes the
 * value `unavailable`, for which a rollout has a policy.
 */
import type { MetricsOutcome } from '@ascent/core';

/** Thrown when a source is silent, refuses, or says something that cannot be understood. */
export class Unreadable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Unreadable';
  }
}

/** Runs one read. An outage becomes `unavailable`; a mistake of ours stays a throw. */
export async function unlessUnreadable<T>(
  read: () => Promise<T>,
): Promise<T | Extract<MetricsOutcome, { readonly type: 'unavailable' }>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Unreadable) return { type: 'unavailable', reason: error.message };
    throw error;
  }
}
