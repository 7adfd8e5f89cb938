/**
 * Which targets Prometheus was reading, and when, from its own `up` series. It answers one question: when a counter is
 * first seen, did it begin at zero not long ago?
 */
import type { Birth } from './counter-increase.js';
import type { RangeSeries } from './range-answer.js';

/** The `up` values of the jobs a service's series come from. */
export type TargetHistory = {
  readonly birthAt: (labels: RangeSeries['labels'], timeMs: number) => Birth;
};

/**
 * Makes the history from every step that was read. A counter began at zero if its target was read before without it, or
 * if the target itself appeared while others of its job were read: an instance that has just been started, which may
 * answer nothing (`up` is 0) at first. One failed reading in between changes neither.
 */
export function targetHistory(up: readonly RangeSeries[]): TargetHistory {
  const targets = new Map(up.map(({ labels, values }) => [targetKey(labels), values]));
  const jobFirstReadMs = new Map<string, number>();
  for (const { labels, values } of up) {
    const job = labels['job'] ?? '';
    const firstMs = Math.min(...values.keys());
    jobFirstReadMs.set(job, Math.min(firstMs, jobFirstReadMs.get(job) ?? firstMs));
  }
  return {
    birthAt: (labels, timeMs) => {
      const values = targets.get(targetKey(labels)) ?? new Map<number, number>();
      const wasRead = [...values].some(([atMs, wasUp]) => atMs < timeMs && wasUp === 1);
      if (wasRead) return 'counted';
      const appearedMs = Math.min(timeMs, ...values.keys());
      const jobReadMs = jobFirstReadMs.get(labels['job'] ?? '') ?? timeMs;
      return jobReadMs < appearedMs ? 'counted' : 'unknown';
    },
  };
}

/** The jobs of some series. */
export function jobsOf(series: readonly RangeSeries[]): readonly string[] {
  return [...new Set(series.flatMap(({ labels }) => labels['job'] ?? []))].toSorted();
}

/** Tells targets apart: an instance of a job. */
export function targetKey(labels: RangeSeries['labels']): string {
  return JSON.stringify([labels['job'], labels['instance']]);
}
