/**
 * One thing the project needs: looked at first, and changed only if it is not as it should be. So the whole may be run
 * any number of times, and what a run would do can be shown without doing it.
 */
import { GoogleApiError, type GoogleApi, type Json } from './google-api.js';

/** How a thing is. */
export type Finding =
  | { readonly type: 'present' }
  | { readonly type: 'change'; readonly detail: string; readonly apply: () => Promise<void> }
  /** Only a person can do it, or it must wait. */
  | { readonly type: 'person'; readonly todo: string };

/** One thing. */
export type Step = { readonly name: string; readonly inspect: () => Promise<Finding> };

/** A resource with an address of its own. */
export type ResourceWish = {
  readonly name: string;
  readonly url: string;
  readonly create: { readonly url: string; readonly body: Json };
  /** What must hold of it, where it can be changed: fields as in the body, sent by `PATCH` with a mask. */
  readonly keep?: Json;
};

/** A step that makes a resource where there is none, and mends the fields in `keep`. */
export function resource(api: GoogleApi, wish: ResourceWish): Step {
  return {
    name: wish.name,
    inspect: async () => {
      const found = await api.read(wish.url);
      if (found === null) return creation(api, wish);
      // Pools and providers can still be read for thirty days after somebody has deleted them.
      if (found['state'] === 'DELETED') {
        const todo = `The ${wish.name} was deleted, and its name is kept for 30 days: undelete it in the console, then run this again.`;
        return { type: 'person', todo };
      }
      const fields = Object.entries(wish.keep ?? {}).filter(
        ([field, value]) => !covers(found[field], value),
      );
      if (fields.length === 0) return { type: 'present' };
      const names = fields.map(([field]) => field);
      return {
        type: 'change',
        detail: `update ${names.join(', ')}`,
        apply: async () => {
          const mask = `${wish.url}?updateMask=${names.join(',')}`;
          await api.write('PATCH', mask, Object.fromEntries(fields));
        },
      };
    },
  };
}

function creation(api: GoogleApi, { create }: ResourceWish): Finding {
  return {
    type: 'change',
    detail: 'create',
    apply: async () => {
      try {
        await api.write('POST', create.url, create.body);
      } catch (error) {
        // Somebody else, or an earlier run that was cut off, made it in between.
        const isThere = error instanceof GoogleApiError && error.status === 409;
        if (!isThere) throw error;
      }
    },
  };
}

/**
 * True where `found` holds everything that `wanted` names; what it has beyond is not ours. Google's answers leave out
 * zeros, empty texts and `false` (proto3 JSON, https://protobuf.dev/programming-guides/json/), so they count as named.
 */
export function covers(found: unknown, wanted: unknown): boolean {
  if (found === undefined) return wanted === 0 || wanted === '' || wanted === false;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((item, index) => covers(found[index], item))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return found === wanted;
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(wanted).every(([key, value]) => covers((found as Json)[key], value));
}
