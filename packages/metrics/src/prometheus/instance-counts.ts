/** What each instance of a revision answered, step by step: how unevenly failures fall tells how much they cluster. Pure. */
import type { InstanceCounts } from '@ascent/core';
import { counterIncreases, type StepTimes } from './counter-increase.js';
import type { PrometheusNames } from '@ascent/core';
import type { RangeSeries } from './range-answer.js';
import { targetKey, type TargetHistory } from './target-history.js';

/** How the series are to be read: every step that was read, and the first that counts. */
export type InstanceContext = {
  readonly names: PrometheusNames;
  readonly times: StepTimes;
  readonly afterMs: number;
  readonly history: TargetHistory;
};

/** Requests and errors of every instance, per step after `afterMs`; instances (targets) always in the same order. */
export function countByInstance(
  requests: readonly RangeSeries[],
  { names, times, afterMs, history }: InstanceContext,
): readonly InstanceCounts[] {
  const instances = [...new Set(requests.map(({ labels }) => targetKey(labels)))].toSorted();
  const steps = new Map(
    times
      .filter((timeMs) => timeMs > afterMs)
      .map((timeMs) => [timeMs, instances.map(() => ({ requests: 0, errors: 0 }))]),
  );
  for (const { labels, values } of requests) {
    const instance = instances.indexOf(targetKey(labels));
    const failed = (labels[names.codeLabel] ?? '').startsWith('5');
    const increases = counterIncreases(values, times, (timeMs) => history.birthAt(labels, timeMs));
    for (const [timeMs, increase] of increases) {
      const counts = steps.get(timeMs)?.[instance];
      if (counts === undefined) continue;
      counts.requests += Math.round(increase);
      if (failed) counts.errors += Math.round(increase);
    }
  }
  return [...steps.values()];
}
