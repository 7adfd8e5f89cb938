/** Query parameters that say yes or no. What is neither is refused: a check that writes would be worse than none. */
import { invalidArgument } from './api-error.js';

/**
 * A flag of v2, `true` or `false`; false where it is not there.
 * @throws ApiError INVALID_ARGUMENT for anything else.
 */
export function parseFlag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? '';
  if (text === 'true') return true;
  if (text === 'false' || text === '') return false;
  throw invalidArgument(`${name}: '${text}' must be true or false.`);
}

/**
 * `dryRun` of v1, which knows `all` and nothing else: in the query, or in the options that a deletion may carry.
 * @throws ApiError INVALID_ARGUMENT for anything else.
 */
export function parseDryRun(query: URLSearchParams, options?: unknown): boolean {
  const sent = (options as { dryRun?: unknown } | undefined | null)?.dryRun ?? [];
  const listed: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
  const stages = [...query.getAll('dryRun'), ...listed];
  for (const stage of stages) {
    if (stage === 'all' || stage === 'All' || stage === '') continue;
    throw invalidArgument(`dryRun: '${String(stage)}' must be all.`);
  }
  return stages.some((stage) => stage !== '');
}
