/** One service in memory, with the compare-and-set of the real thing: for tests of what the controller does around it. */
import type { ServicePort, ServiceView, TrafficTarget } from '@ascent/core';
import type { World } from '../src/world.js';

/** A service that serves what was asked at once. */
export class MemoryService implements ServicePort {
  record: string | null = null;
  traffic: readonly TrafficTarget[] = [{ revision: 'web-1', percent: 100, tag: null }];
  latest = 'web-2';
  missing: readonly string[] = [];
  reads = 0;
  writes = 0;

  readonly read = (): Promise<ServiceView> => {
    this.reads += 1;
    return Promise.resolve({
      service: 'web',
      resourceVersion: String(this.writes),
      record: this.record,
      traffic: this.traffic,
      served: this.traffic.map((target) => ({
        ...target,
        url: target.tag === null ? null : `http://${target.tag}.localhost`,
      })),
      settled: true,
      missing: this.missing,
      routed: this.missing.length === 0,
      latestCreated: this.latest,
      latestReady: this.latest,
      latestReadiness: { type: 'ready' },
      url: null,
      sessionAffinity: false,
      lastModifier: null,
    });
  };

  readonly replace: ServicePort['replace'] = (view, change) => {
    if (view.resourceVersion !== String(this.writes)) return Promise.resolve('conflict');
    this.writes += 1;
    this.record = change.record;
    this.traffic = change.traffic ?? this.traffic;
    return Promise.resolve('written');
  };
}

/** A world around `service` in which nothing is measured and everything is delivered, but for `more`. */
export function memoryWorld(service: ServicePort, more: Partial<World> = {}): World {
  return {
    service,
    metrics: {
      read: ({ nowMs }) =>
        Promise.resolve({ type: 'points', points: [], youngestTrustedMs: nowMs }),
    },
    smoke: (checks) => Promise.resolve({ passed: true, failures: [], checks: checks.length }),
    deliver: () => Promise.resolve(),
    now: () => Date.now(),
    ...more,
  };
}
