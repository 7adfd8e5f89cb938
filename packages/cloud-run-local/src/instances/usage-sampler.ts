/**
 * Once a second: what each instance uses goes into the metrics, and one that is over its memory limit is
 * killed and reported, as Cloud Run does.
 */
import { metrics } from '../monitoring/metric-descriptors.js';
import type { Instance } from './instance.js';
import { readUsage } from './resource-usage.js';
import type { RevisionMeter } from './revision-meter.js';

/** What an instance may use. */
export interface ResourceLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
}

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

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Keeps what the last look saw, for rates. */
export class UsageSampler {
  readonly #earlier = new WeakMap<Instance, Earlier>();

  /** Looks at one instance. */
  sample(instance: Instance, context: SampleContext): void {
    const { meter, containerName } = context;
    const billedMs = instance.takeBillableMs(context.alwaysBilled);
    if (billedMs > 0) meter.record(metrics.billableTime, billedMs / 1000);
    const usage = instance.pid === undefined ? undefined : readUsage(instance.pid);
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
    context.onKilled(
      `Memory limit of ${mebibytes(memoryBytes)} MiB exceeded with ${mebibytes(usage.memoryBytes)} MiB used. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits`,
    );
    instance.kill();
  }
}
