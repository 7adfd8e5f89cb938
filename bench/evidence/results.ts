/** Results by cell, the parts of a long cell put together again. */
import type { Outcome } from './hold.js';
import type { Result } from './run-job.js';
import type { RolloutOutcome } from './whole-rollout.js';

/** Everything the report is made of. */
export type Results = {
  /** Of one rule in one cell of a held candidate; `null` where it was not run. */
  readonly held: (cell: string, rule: string) => Outcome | null;
  readonly rollout: (cell: string) => RolloutOutcome | null;
};

/** Collects results; the order in which they came does not matter. */
export function collect(results: readonly Result[]): Results {
  const held = new Map<string, Outcome>();
  const rollouts = new Map<string, RolloutOutcome>();
  for (const result of results) {
    if (result.type === 'rollout') {
      rollouts.set(result.cell, result.outcome);
      continue;
    }
    for (const [rule, outcome] of Object.entries(result.outcomes)) {
      const key = `${result.cell}|${rule}`;
      const before = held.get(key);
      held.set(key, before === undefined ? outcome : merge(before, outcome));
    }
  }
  return {
    held: (cell, rule) => held.get(`${cell}|${rule}`) ?? null,
    rollout: (cell) => rollouts.get(cell) ?? null,
  };
}

function merge(a: Outcome, b: Outcome): Outcome {
  return {
    runs: a.runs + b.runs,
    stopped: a.stopped + b.stopped,
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    stoppedRequests: [...a.stoppedRequests, ...b.stoppedRequests],
  };
}

/** A quantile of measured numbers, interpolated; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}
