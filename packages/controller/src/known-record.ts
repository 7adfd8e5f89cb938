/**
 * What a process knows of a service's record without reading its text: what it wrote itself at its last step, or found
 * there and had no reason to write down. While the service still carries that text it goes on from there; without it (a
 * new process, somebody else's write) the text is read, and the points since its checkpoint come to the same.
 */
import { readRecord, type RolloutRecord, type ServiceView } from '@ascent/core';
import type { World } from './world.js';

/** A text, and the record that it means to this process. */
type Known = { readonly text: string | null; readonly record: RolloutRecord };

/** What was found last, and what was written last, if that came to anything. */
type Memory = { readonly found: Known | null; readonly written: Known | null };

const memories = new WeakMap<World, Memory>();
const nothing: Memory = { found: null, written: null };

/** Remembers what was found while the service carried `text`, and nobody had a reason to write down. */
export function keepFound(world: World, found: Known): void {
  memories.set(world, { ...(memories.get(world) ?? nothing), found });
}

/** Remembers what is about to be written as `text`; should that fail, what was found before still holds. */
export function keepWritten(world: World, written: Known): void {
  memories.set(world, { ...(memories.get(world) ?? nothing), written });
}

/** The service's record; `null` where it has none. @throws AscentError where its text cannot be read. */
export function recordOf(world: World, { record: text }: ServiceView): RolloutRecord | null {
  if (text === null) return null;
  const { found, written } = memories.get(world) ?? nothing;
  if (found?.text === text) return found.record;
  return written?.text === text ? written.record : readRecord(text);
}
