/**
 * The worlds the rules are compared in: traffic, error rates, what goes wrong, and for how long.
 */

/** Something other than a constant rate. Shared ones hit both revisions and must not cost a rollback. */
export type Disturbance =
  | 'none'
  | 'diurnal'
  | 'bursts'
  | 'outage'
  | 'share-12'
  /** Both fail 2 % all the time, and the limit is 1 %. */
  | 'above-limit'
  /** Both fail 1.5 % for the first two hours, as the rollout begins in the middle of an incident. */
  | 'degraded-start'
  | 'retries-1.5'
  | 'retries-3'
  | 'cold-start'
  | 'slow-minutes';

/** How the candidate's latency differs: every request slower, or the slowest 8 % only. */
export type Slowdown = { readonly kind: 'shift' | 'tail'; readonly factor: number };

/** One world. */
export type Scenario = {
  readonly requestsPerMinute: number;
  readonly stableRate: number;
  readonly candidateRate: number;
  /** Share the candidate is set to. */
  readonly share: number;
  readonly tickMs: number;
  readonly minutes: number;
  readonly disturbance: Disturbance;
  /** `null` measures no latency. */
  readonly slowdown: Slowdown | null;
};

/** A candidate held at 10 % for four hours. */
export const held: Scenario = {
  requestsPerMinute: 60,
  stableRate: 0.001,
  candidateRate: 0.001,
  share: 0.1,
  tickMs: 60_000,
  minutes: 240,
  disturbance: 'none',
  slowdown: null,
};

/** Requests a minute, of both revisions together. */
export const rates = [1, 5, 60, 600, 6000] as const;
/** Failing parts of the stable revision's requests. */
export const stableRates = [0.001, 0.005, 0.01] as const;
/** Failing parts of a bad candidate's requests. */
export const candidateRates = [0.01, 0.02, 0.05, 0.2, 1] as const;

/** How often both revisions fail in a world that disturbs a good release. */
export function rateUnder(disturbance: string): number {
  if (disturbance.startsWith('slow-minutes')) return 0.001;
  if (disturbance === 'above-limit') return 0.02;
  return disturbance === 'degraded-start' ? 0.003 : 0.01;
}

/** Every regression of the grid: the candidate fails more than the stable revision. */
export function regressions(tickMs: number): readonly Scenario[] {
  return rates.flatMap((requestsPerMinute) =>
    stableRates.flatMap((stableRate) =>
      candidateRates
        .filter((candidateRate) => candidateRate > stableRate)
        .map((candidateRate) => ({
          ...held,
          requestsPerMinute,
          stableRate,
          candidateRate,
          tickMs,
        })),
    ),
  );
}

/** Buckets the simulated latencies are counted in: powers of 2^(1/4) from 1 ms, Prometheus' native schema 2. */
export const benchLayout = {
  type: 'exponential',
  scaleMs: 1,
  growthFactor: 2 ** 0.25,
  finiteBuckets: 62,
} as const;

/** Candidates that fail more often by exactly what the plan must not let pass: each called safe is called so wrongly. */
export const unsafeWorlds: readonly { readonly difference: number; readonly scenario: Scenario }[] =
  [5, 60, 600, 6000].flatMap((requestsPerMinute) =>
    stableRates.flatMap((stableRate) =>
      [0.1, 0.5].flatMap((share) =>
        [0.005, 0.01, 0.02, 0.05].map((difference) => ({
          difference,
          scenario: {
            ...held,
            requestsPerMinute,
            stableRate,
            candidateRate: stableRate + difference,
            share,
          },
        })),
      ),
    ),
  );
