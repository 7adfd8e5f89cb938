/**
 * v1 says more than v2 can: labels and annotations of the platform without a field of their own, an explicit `"false"`,
 * fields v2 does not have. A v2 write is made of what v2 shows, so what it does not show has to be put back; otherwise
 * every write of a traffic split would change the template, and mint a revision.
 */
import { canonicalJson } from '../resources/structural-equality.js';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function mergeObjects(stored: Json, before: Json, after: Json): Json {
  const fields = new Set([...Object.keys(stored), ...Object.keys(after)]);
  const merged = [...fields].map(
    (field) => [field, merge(stored[field], before[field], after[field])] as const,
  );
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

function merge(stored: unknown, before: unknown, after: unknown): unknown {
  if (canonicalJson(before) === canonicalJson(after)) return stored;
  if (isObject(stored) && isObject(before) && isObject(after)) {
    return mergeObjects(stored, before, after);
  }
  const lists = [stored, before, after].filter(Array.isArray) as readonly (readonly unknown[])[];
  const [storedList = [], beforeList = [], afterList = []] = lists;
  const alike = storedList.length === afterList.length && beforeList.length === afterList.length;
  if (lists.length < 3 || !alike) return after;
  return afterList.map((part, index) => merge(storedList[index], beforeList[index], part));
}

/**
 * What is stored, with every change from `before` (how it looked to the writer) to `after` (how it shall look). Lists
 * of another length are taken from `after` as they are.
 */
export function keepUnseen<T>(stored: T, { before, after }: { before: T; after: T }): T {
  return merge(stored, before, after) as T;
}
