/** Pages of a list: `pageSize` and `pageToken`; the token is the number of items already given. */
import { invalidArgument } from './api-error.js';

/** One page. */
export interface Page<Item> {
  readonly page: readonly Item[];
  readonly nextPageToken: string | undefined;
}

/**
 * Takes one page of a list.
 * @throws ApiError INVALID_ARGUMENT for a size or token that is no count.
 */
export function paginate<Item>(items: readonly Item[], query: URLSearchParams): Page<Item> {
  const count = (name: string): number => {
    const text = query.get(name) ?? '';
    const value = Number(text);
    if (Number.isInteger(value) && value >= 0) return value;
    throw invalidArgument(`${name}: '${text}' was not given by this API.`);
  };
  const from = count('pageToken');
  const size = count('pageSize') || items.length;
  const next = from + size;
  return {
    page: items.slice(from, next),
    nextPageToken: next < items.length ? String(next) : undefined,
  };
}
