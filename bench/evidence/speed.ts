/**
 * How long a look takes: one interval at a time, and a whole day after an outage of the controller.
 * Processor time, the fastest of many repetitions, so that other work on the machine does not count.
 */
import { observe, startEvidence } from '@ascent/core';
import type { Evidence, GatePlan, TrafficPoint } from '@ascent/core';
import { createPrng } from '@ascent/stats';
import { benchPlan } from './ascent.js';
import { benchLayout, held } from './scenario.js';
import { createSource } from './traffic.js';

/** Milliseconds for one interval of so many requests, errors and latency together. */
export type SpeedReport = {
  readonly perInterval: readonly { readonly requests: number; readonly ms: number }[];
  /** Milliseconds for 1,440 intervals of one minute, all questions of one plan. */
  readonly dayMs: number;
  /** The same for ten plans with both gates. */
  readonly dayOfTenMs: number;
};

const sizes = [60, 600, 6000, 60_000] as const;

/** Measures. Takes a few seconds. */
export function measureSpeed(seed: number): SpeedReport {
  const day = pointsOf(60, 1440, seed);
  return {
    perInterval: sizes.map((requests) => ({ requests, ms: intervalMs(requests, seed) })),
    dayMs: fastest(40, () => look(benchPlan, day)),
    dayOfTenMs: fastest(5, () => {
      for (let plan = 0; plan < 10; plan += 1) look(benchPlan, day);
    }),
  };
}

/** One interval more, on evidence that has seen ten. */
function intervalMs(requests: number, seed: number): number {
  const points = pointsOf(requests, 11, seed);
  const known = look(benchPlan, points.slice(0, 20));
  const next = points.slice(20);
  return fastest(200, () => observe(benchPlan, known, observation(next)));
}

function look(gatePlan: GatePlan, points: readonly TrafficPoint[]): Evidence {
  return observe(gatePlan, startEvidence(gatePlan, { nowMs: 0 }), observation(points));
}

function observation(points: readonly TrafficPoint[]): Parameters<typeof observe>[2] {
  return {
    nowMs: 1e12,
    stable: 'stable',
    candidate: 'candidate',
    points,
    youngestTrustedMs: 1e12,
    shareChangedMs: 0,
  };
}

function pointsOf(requests: number, minutes: number, seed: number): readonly TrafficPoint[] {
  const scenario = {
    ...held,
    requestsPerMinute: requests,
    stableRate: 0.01,
    candidateRate: 0.01,
    slowdown: { kind: 'shift', factor: 1 },
  } as const;
  const source = createSource(scenario, createPrng(seed));
  return Array.from({ length: minutes }, (_, n) => {
    const tick = source.draw(0.1);
    const interval = { startMs: n * 60_000, endMs: (n + 1) * 60_000 };
    return [
      {
        ...interval,
        revision: 'candidate',
        requests: tick.candidateRequests,
        errors: tick.candidateErrors,
        latency: { layout: benchLayout, counts: tick.candidateLatency },
      },
      {
        ...interval,
        revision: 'stable',
        requests: tick.stableRequests,
        errors: tick.stableErrors,
        latency: { layout: benchLayout, counts: tick.stableLatency },
      },
    ];
  }).flat();
}

function fastest(times: number, run: () => unknown): number {
  let best = Infinity;
  for (let n = 0; n < times; n += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
