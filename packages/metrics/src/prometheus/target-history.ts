/**
 * Which targets Prometheus was reading, and when, from its own `up` series. It answers one question: when a counter is
 * first seen, did it begin at zero since the step before?
 */
import type { Birth } from './counter-increase.js';
import type { RangeSeries } from './range-answer.js';

/** The `up` values of the jobs a service's series come from. */
export type TargetHistory = {
  readonly birthAt: (labels: RangeSeries['labels'], timeMs: number) => Birth;
};

/** Makes the history. `stepMs` is the distance between two values. */
export function targetHistory(up: readonly RangeSeries[], stepMs: number): TargetHistory {
  const targets = new Map(up.map(({ labels, values }) => [targetKey(labels), values]));
  const readAtByJob = new Map<string, Set<number>>();
  for (const { labels, values } of up) {
    const job = labels['job'] ?? '';
    const readAt = readAtByJob.get(job) ?? new Set<number>();
    for (const timeMs of values.keys()) readAt.add(timeMs);
    readAtByJob.set(job, readAt);
  }
  return {
    birthAt: (labels, timeMs) => {
      const beforeMs = timeMs - stepMs;
      const wasUp = targets.get(targetKey(labels))?.get(beforeMs);
      if (wasUp !== undefined) return wasUp === 1 ? 'counted' : 'unknown';
      // A target that was not there, while others of its job were: an instance that has just been started.
      const jobWasRead = readAtByJob.get(labels['job'] ?? '')?.has(beforeMs) ?? false;
      return jobWasRead ? 'counted' : 'unknown';
    },
  };
}

/** The jobs of some series. */
export function jobsOf(series: readonly RangeSeries[]): readonly string[] {
  return [...new Set(series.flatMap(({ labels }) => labels['job'] ?? []))].toSorted();
}

function targetKey(labels: RangeSeries['labels']): string {
  return JSON.stringify([labels['job'], labels['instance']]);
}
