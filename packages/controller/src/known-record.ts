/**
 * What a process knows of a service's record without reading its text: what it wrote itself at its last step, or found
 * there and had no reason to write down. While the service still carries that text it goes on from there; without it (a
 * new process, somebody else's write) the text is read, and the points since its checkpoint come to the same.
 */
import { readRecord, type RolloutRecord, type ServiceView } from '@ascent/core';
import type { World } from './world.js';

type Known = { readonly text: string | null; readonly record: RolloutRecord };

const known = new WeakMap<World, Known>();

/** Remembers what `text` (or what was found since it was written) says. */
export function keepRecord(world: World, { text, record }: Known): void {
  known.set(world, { text, record });
}

/** The service's record; `null` where it has none. @throws AscentError where its text cannot be read. */
export function recordOf(world: World, { record: text }: ServiceView): RolloutRecord | null {
  const last = known.get(world);
  if (last?.text === text) return last.record;
  return text === null ? null : readRecord(text);
}
