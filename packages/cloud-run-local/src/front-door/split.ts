/**
 * The weighted choice of a revision, per request, by integer percent. The split becomes a table with one
 * entry per percent, so that a choice is one random number and one read.
 */
import type { TrafficTarget } from '@ascent/knative';

/** One hundred entries, each the index of a revision; empty when nothing has a share. */
export interface SplitTable {
  readonly revisions: readonly string[];
  readonly slots: Uint16Array;
}

/** The table of a split; targets of the same revision add up. */
export function makeSplit(traffic: readonly TrafficTarget[]): SplitTable {
  const revisions: string[] = [];
  const slots: number[] = [];
  for (const { revisionName, percent = 0 } of traffic) {
    if (revisionName === undefined || percent === 0) continue;
    let index = revisions.indexOf(revisionName);
    if (index < 0) index = revisions.push(revisionName) - 1;
    for (let slot = 0; slot < percent; slot += 1) slots.push(index);
  }
  return { revisions, slots: Uint16Array.from(slots) };
}

/** The revision for a request; `chance` is a number in [0, 1). */
export function chooseRevision(split: SplitTable, chance: number): string | undefined {
  const slot = split.slots[Math.floor(chance * split.slots.length)];
  return slot === undefined ? undefined : split.revisions[slot];
}
