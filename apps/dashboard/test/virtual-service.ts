/**
 * A service that exists only here, on a clock that is turned by hand: the real controller, core and page work on it.
 * Requests are drawn from a seed, so four days are the same four days in every run.
 */
import {
  compilePlan,
  formatFaults,
  type HistogramLayout,
  type MetricsPort,
  type RolloutPlan,
  type ServedTarget,
  type ServicePort,
  type ServiceView,
  type TrafficPoint,
  type TrafficTarget,
} from '@ascent/core';
import type { World } from '@ascent/controller';
import { createPrng } from '@ascent/stats';

/** How a revision behaves. */
export type Behaviour = { readonly failRatio: number; readonly medianMs: number };

/** How the service is used, and how both revisions behave. */
export type VirtualOptions = {
  readonly seed: number;
  readonly plan: RolloutPlan;
  readonly startMs: number;
  readonly requestsPerMinute: number;
  readonly behaviour: Readonly<Record<string, Behaviour>>;
  readonly deliver: World['deliver'];
};

/** The service, its clock, and what the world does to it. */
export type VirtualService = {
  readonly world: World;
  readonly passTime: (spanMs: number) => void;
  readonly deploy: (revision: string) => void;
  /** Somebody changes the traffic without Ascent. */
  readonly setTraffic: (traffic: readonly TrafficTarget[], by: string) => void;
  readonly metricsFail: (reason: string | null) => void;
  readonly platformFails: (reason: string | null) => void;
};

/** The plan of `config`. @throws Error with every fault. */
export function planOf(config: unknown): RolloutPlan {
  const result = compilePlan(config);
  if (result.type === 'plan') return result.plan;
  throw new Error(formatFaults(result.faults));
}

const layout: HistogramLayout = {
  type: 'exponential',
  scaleMs: 10,
  growthFactor: 1.15,
  finiteBuckets: 60,
};

/** Spread of the latencies: the logarithm's standard deviation. */
const SIGMA = 0.5;

type State = {
  nowMs: number;
  version: number;
  record: string | null;
  traffic: readonly TrafficTarget[];
  latest: string;
  by: string;
  blind: string | null;
  down: string | null;
  points: TrafficPoint[];
  countedMs: number;
};

/** A service whose first revision serves everything. */
export function createVirtualService(first: string, options: VirtualOptions): VirtualService {
  const state: State = {
    nowMs: options.startMs,
    version: 1,
    record: null,
    traffic: [{ revision: null, percent: 100, tag: null }],
    latest: first,
    by: 'deploy@example.com',
    blind: null,
    down: null,
    points: [],
    countedMs: options.startMs,
  };
  const serve = createTraffic(state, options);
  return {
    world: {
      service: servicePort(state, options.plan.service),
      metrics: metricsPort(state, options.plan),
      smoke: (checks) => Promise.resolve({ passed: true, failures: [], checks: checks.length }),
      deliver: options.deliver,
      now: () => state.nowMs,
    },
    passTime: (spanMs) => {
      state.nowMs += spanMs;
      serve();
    },
    deploy: (revision) => {
      state.latest = revision;
      state.version += 1;
    },
    setTraffic: (traffic, by) => {
      state.traffic = traffic;
      state.by = by;
      state.version += 1;
    },
    metricsFail: (reason) => {
      state.blind = reason;
    },
    platformFails: (reason) => {
      state.down = reason;
    },
  };
}

function createTraffic(state: State, options: VirtualOptions): () => void {
  const prng = createPrng(options.seed);
  const periodMs = options.plan.metrics.samplePeriodMs;
  const pointFor = (revision: string, mean: number): TrafficPoint => {
    const { failRatio, medianMs } = options.behaviour[revision] ?? { failRatio: 0, medianMs: 200 };
    const requests = prng.poisson(mean);
    const counts: number[] = Array.from({ length: 62 }, () => 0);
    for (let drawn = 0; drawn < requests; drawn += 1) {
      const latencyMs = medianMs * Math.exp(SIGMA * prng.normal());
      const bucket = Math.min(
        61,
        Math.max(0, Math.floor(Math.log(latencyMs / 10) / Math.log(1.15)) + 1),
      );
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    const errors = requests === 0 ? 0 : prng.binomial(requests, failRatio);
    const endMs = state.countedMs;
    return {
      revision,
      startMs: endMs - periodMs,
      endMs,
      requests,
      errors,
      latency: { layout, counts },
    };
  };
  return () => {
    while (state.countedMs + periodMs <= state.nowMs) {
      state.countedMs += periodMs;
      const hour = (state.countedMs / 3_600_000) % 24;
      const daily = 1 + 0.45 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);
      const mean = (options.requestsPerMinute * daily * periodMs) / 60_000;
      for (const { revision, percent } of state.traffic) {
        if (percent > 0)
          state.points.push(pointFor(revision ?? state.latest, (mean * percent) / 100));
      }
    }
  };
}

function servicePort(state: State, service: string): ServicePort {
  const served = (): readonly ServedTarget[] =>
    state.traffic.map((target) => ({
      ...target,
      revision: target.revision ?? state.latest,
      url: target.tag === null ? null : `http://${target.tag}---${service}.localhost`,
    }));
  const view = (): ServiceView => ({
    service,
    resourceVersion: String(state.version),
    record: state.record,
    traffic: state.traffic,
    served: served(),
    settled: true,
    latestCreated: state.latest,
    latestReady: state.latest,
    latestReadiness: { type: 'ready' },
    url: `http://${service}.localhost`,
    sessionAffinity: false,
    lastModifier: state.by,
    missing: [],
    routed: true,
  });
  const up = (): void => {
    if (state.down !== null) throw new Error(state.down);
  };
  return {
    read: async () => {
      await Promise.resolve();
      up();
      return view();
    },
    replace: async (seen, change) => {
      await Promise.resolve();
      up();
      if (seen.resourceVersion !== String(state.version)) return 'conflict';
      state.version += 1;
      state.record = change.record;
      if (change.traffic !== null) state.traffic = change.traffic;
      return 'written';
    },
  };
}

function metricsPort(state: State, { metrics }: RolloutPlan): MetricsPort {
  return {
    countInstances: ({ revisions }) =>
      Promise.resolve(
        state.blind === null
          ? {
              type: 'counts',
              counts: Object.fromEntries(revisions.map((name, index) => [name, 2 - index])),
            }
          : { type: 'unavailable', reason: state.blind },
      ),
    read: ({ revisions, afterMs, nowMs }) => {
      if (state.blind !== null)
        return Promise.resolve({ type: 'unavailable', reason: state.blind });
      const youngestTrustedMs = nowMs - metrics.visibilityDelayMs;
      const points = state.points.filter(
        ({ revision, endMs }) =>
          revisions.includes(revision) && endMs > afterMs && endMs <= youngestTrustedMs,
      );
      return Promise.resolve({ type: 'points', points, youngestTrustedMs });
    },
  };
}
