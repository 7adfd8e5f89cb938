/** Pages of a list: `pageSize` and `pageToken`; the token is the number of items already given. */
import { invalidArgument } from './api-error.js';

/** One page. */
export interface Page<Item> {
  readonly page: readonly Item[];
  readonly nextPageToken: string | undefined;
}

/**
 * Reads a parameter that is a count; 0 where it is not there.
 * @throws ApiError INVALID_ARGUMENT for anything else.
 */
export function parseCount(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw invalidArgument(
    `${name}: '${text}' is no count; give a whole number, or the token as this API gave it.`,
  );
}

/**
 * Takes one page of a list.
 * @throws ApiError INVALID_ARGUMENT for a size or token that is no count.
 */
export function paginate<Item>(items: readonly Item[], query: URLSearchParams): Page<Item> {
  const from = parseCount(query, 'pageToken');
  const size = parseCount(query, 'pageSize') || items.length;
  const next = from + size;
  return {
    page: items.slice(from, next),
    nextPageToken: next < items.length ? String(next) : undefined,
  };
}
