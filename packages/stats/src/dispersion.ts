/**
 * How much more than chance do errors cluster?
 *
 * Retries, one bad instance and slow minutes make errors arrive together, and a test that believes them
 * independent rolls good releases back. The stable revision's own history says by how much: Pearson's χ²
 * over its instances, pooled in time until every block has enough errors (unpooled minutes bias the
 * factor low), times a safety margin.
 *
 * Reference: McCullagh & Nelder 1989, §4.5 (overdispersion), https://doi.org/10.1201/9780203753736.
 */
import { requireCounts } from './domain.js';

/** Requests and errors of every instance in one interval of the stable revision's past. */
export type InstanceCounts = readonly { readonly requests: number; readonly errors: number }[];

const errorsPerBlock = 30;
const margin = 1.25;
/** Below this, before the margin, it may as well be chance: clustering that is not there would cost requests. */
const leastReported = 1.2;

/**
 * The dispersion factor φ ≥ 1 to judge with; 1 when errors are as independent as chance would have them,
 * or when history is too short to say.
 */
export function estimateDispersion(history: readonly InstanceCounts[]): number {
  let chiSquare = 0;
  let degrees = 0;
  let open = new Map<number, { readonly requests: number; readonly errors: number }>();
  for (const interval of history) {
    interval.forEach(({ requests, errors }, instance) => {
      requireCounts(requests, errors, `instance ${instance}`);
      const before = open.get(instance) ?? { requests: 0, errors: 0 };
      open.set(instance, { requests: before.requests + requests, errors: before.errors + errors });
    });
    const block = [...open.values()].filter(({ requests }) => requests > 0);
    if (totalErrors(block) < errorsPerBlock) continue;
    const fit = fitOf(block);
    chiSquare += fit.chiSquare;
    degrees += fit.degrees;
    open = new Map();
  }
  const factor = degrees === 0 ? 1 : chiSquare / degrees;
  return factor > leastReported ? margin * factor : 1;
}

function totalErrors(block: InstanceCounts): number {
  return block.reduce((sum, { errors }) => sum + errors, 0);
}

function fitOf(block: InstanceCounts): { readonly chiSquare: number; readonly degrees: number } {
  const requests = block.reduce((sum, instance) => sum + instance.requests, 0);
  const rate = totalErrors(block) / requests;
  if (block.length < 2 || rate >= 1) return { chiSquare: 0, degrees: 0 };
  const chiSquare = block.reduce((sum, instance) => {
    const surprise = instance.errors - instance.requests * rate;
    return sum + (surprise * surprise) / (instance.requests * rate * (1 - rate));
  }, 0);
  return { chiSquare, degrees: block.length - 1 };
}
