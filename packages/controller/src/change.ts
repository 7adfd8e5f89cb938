/**
 * Read, decide, compare-and-set, and on a conflict all of it again. The only place that writes to a service,
 * so two controllers and a person at a laptop can work on one service at once.
 */
import { AscentError, type ServiceChange, type ServiceView } from '@ascent/core';
import type { World } from './world.js';

/** Each conflict means that somebody else got through, so a handful of tries is plenty. */
const TRIES = 8;

/** What to write, and what to tell the caller once it is written. `change: null` leaves the service alone. */
export type Proposal<T> = { readonly change: ServiceChange | null; readonly result: T };

/**
 * Calls `propose` on a fresh view until its change is written (or it proposes none).
 * @throws AscentError `ASC_CONFLICT` after eight conflicts in a row, and whatever the platform throws.
 */
export async function changeService<T>(
  world: World,
  propose: (view: ServiceView) => Promise<Proposal<T>> | Proposal<T>,
): Promise<T> {
  let service = '';
  for (let tried = 0; tried < TRIES; tried += 1) {
    const view = await world.service.read();
    service = view.service;
    const { change, result } = await propose(view);
    if (change === null) return result;
    if ((await world.service.replace(view, change)) === 'written') return result;
  }
  const message = `${service} was changed by others ${TRIES} times in a row while this change was being written. Nothing of it took effect; try again.`;
  throw new AscentError('ASC_CONFLICT', message);
}
