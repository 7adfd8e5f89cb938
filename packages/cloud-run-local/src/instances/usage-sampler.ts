/**
 * Once a second: what each instance uses goes into the metrics, and one that is over its memory limit is
 * killed and reported, as Cloud Run does.
 */
import { metrics } from '../monitoring/metric-descriptors.js';
import type { Instance } from './instance.js';
import { memoryExceededMessage, type ResourceLimits } from './resource-limits.js';
import type { RevisionMeter } from './revision-meter.js';

/** What a look at an instance needs. */
export interface SampleContext {
  readonly limits: ResourceLimits;
  readonly containerName: string;
  readonly meter: RevisionMeter;
  /** Billed for as long as it lives, not only while it serves (`cpu-throttling: false`). */
  readonly alwaysBilled: boolean;
  readonly onKilled: (message: string) => void;
}

interface Earlier {
  readonly atMs: number;
  readonly cpuSeconds: number;
}

/** Keeps what the last look saw, for rates. */
export class UsageSampler {
  readonly #earlier = new WeakMap<Instance, Earlier>();

  /** Looks at one instance. */
  sample(instance: Instance, context: SampleContext): void {
    const { meter, containerName } = context;
    const billedMs = instance.takeBillableMs(context.alwaysBilled);
    if (billedMs > 0) meter.record(metrics.billableTime, billedMs / 1000);
    const usage = instance.usage();
    if (usage === undefined) return;
    const { memoryBytes, cpus } = context.limits;
    const labels = { container_name: containerName };
    meter.record(metrics.memoryUtilizations, usage.memoryBytes / memoryBytes, labels);
    const earlier = this.#earlier.get(instance);
    const atMs = performance.now();
    this.#earlier.set(instance, { atMs, cpuSeconds: usage.cpuSeconds });
    if (earlier !== undefined) {
      const seconds = (atMs - earlier.atMs) / 1000;
      // divergence: cpu-limit
      const busy = (usage.cpuSeconds - earlier.cpuSeconds) / seconds / cpus;
      meter.record(metrics.cpuUtilizations, Math.max(0, busy), labels);
    }
    // divergence: memory-limit
    if (usage.memoryBytes <= memoryBytes) return;
    context.onKilled(memoryExceededMessage(context.limits, usage.memoryBytes));
    instance.kill();
  }
}
