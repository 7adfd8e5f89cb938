/**
 * Every cell of the bench as a job: plain data, so that a worker can run it and a seed can repeat it.
 */
import { defaultStatistics } from '@ascent/core';
import type { GatePlan } from '@ascent/core';
import { createPrng, estimateDispersion } from '@ascent/stats';
import { benchPlan } from './ascent.js';
import type { ConversationJob } from './conversations.js';
import type { HoldJob, RuleName } from './hold.js';
import { held, rates, rateUnder, regressions, stableRates, unsafeWorlds } from './scenario.js';
import type { Disturbance, Scenario } from './scenario.js';
import type { RolloutJob, RolloutTool } from './whole-rollout.js';

/** Anything a worker can run. */
export type Job = HoldJob | RolloutJob | ConversationJob;

/** How many rollouts each kind of cell gets. */
export type Size = {
  readonly regressions: number;
  readonly kayenta: number;
  readonly goodReleases: number;
  readonly peersOnGood: number;
  readonly disturbances: number;
  readonly rollouts: number;
  readonly slowdowns: number;
  readonly unsafe: number;
};

/** Minutes on two cores. */
export const defaultSize: Size = {
  regressions: 200,
  kayenta: 12,
  goodReleases: 1000,
  peersOnGood: 40,
  disturbances: 250,
  rollouts: 150,
  slowdowns: 50,
  unsafe: 100,
};

/** The nightly size. */
export const fullSize: Size = {
  regressions: 2000,
  kayenta: 200,
  goodReleases: 100_000,
  peersOnGood: 1000,
  disturbances: 4000,
  rollouts: 2000,
  slowdowns: 1000,
  unsafe: 2000,
};

const oracles: readonly RuleName[] = ['ascent', 'likelihood oracle', 'conditional oracle'];
const peers: readonly RuleName[] = ['Flagger', 'Argo Rollouts', 'Release Manager', 'PipeCD'];

/** Half a percentage point more is a regression of the grid, so it must not be tolerated there. */
const strict = { errorRate: { maxRatio: 0.01, worseThanStableBy: 0.0025 } } as const;

/** The plan the regressions of the grid are held to. */
export const strictPlan: GatePlan = { ...benchPlan, ...strict };

/** All cells, in the order of the report. */
export function allJobs(size: Size, seed: number): readonly Job[] {
  return [
    ...regressionJobs(size, seed),
    ...goodReleaseJobs(size, seed),
    ...disturbanceJobs(size, seed),
    ...remedyJobs(size, seed),
    ...slowdownJobs(size, seed),
    ...rolloutJobs(size, seed),
    ...unsafeJobs(size, seed),
  ];
}

/** The name of a cell, and the key of its result. */
export function cellName(table: string, scenario: Scenario): string {
  const { requestsPerMinute, stableRate, candidateRate, tickMs } = scenario;
  return `${table}|${requestsPerMinute}|${stableRate}|${candidateRate}|${tickMs}`;
}

function regressionJobs(size: Size, seed: number): readonly Job[] {
  const minuteTicks = regressions(60_000).flatMap((scenario): readonly Job[] => [
    {
      ...hold('regression', scenario, { seed, runs: size.regressions, plan: strict }),
      rules: [...oracles, ...peers],
    },
    {
      ...hold('regression Kayenta', scenario, { seed, runs: size.kayenta }),
      rules: ['Kayenta'],
    },
  ]);
  const fastTicks = regressions(10_000)
    .filter(({ requestsPerMinute }) => requestsPerMinute >= 5)
    .map((scenario) => ({
      ...hold('regression', scenario, { seed: seed + 1, runs: size.regressions, plan: strict }),
      rules: oracles,
    }));
  return [...minuteTicks, ...fastTicks];
}

function goodReleaseJobs(size: Size, seed: number): readonly Job[] {
  return rates.flatMap((requestsPerMinute) =>
    stableRates.flatMap((rate): readonly Job[] => {
      const scenario: Scenario = {
        ...held,
        requestsPerMinute,
        stableRate: rate,
        candidateRate: rate,
      };
      const measured: Scenario = { ...scenario, slowdown: { kind: 'shift', factor: 1 } };
      return [
        ...split(hold('good', measured, { seed: seed + 2, runs: size.goodReleases })),
        {
          ...hold('good peers', scenario, { seed: seed + 3, runs: size.peersOnGood }),
          rules: [...peers, 'Kayenta'],
        },
      ];
    }),
  );
}

const shared: readonly Disturbance[] = [
  'diurnal',
  'bursts',
  'outage',
  'share-12',
  'above-limit',
  'degraded-start',
];

function disturbanceJobs(size: Size, seed: number): readonly Job[] {
  return shared.flatMap((disturbance) =>
    [5, 60, 600].map((requestsPerMinute) => {
      const rate = rateUnder(disturbance);
      const scenario = { ...held, requestsPerMinute, stableRate: rate, candidateRate: rate };
      return hold(
        disturbance,
        { ...scenario, disturbance },
        { seed: seed + 4, runs: size.disturbances },
      );
    }),
  );
}

function remedyJobs(size: Size, seed: number): readonly Job[] {
  const runs = { seed: seed + 5, runs: size.disturbances };
  const retries = (['retries-1.5', 'retries-3'] as const).flatMap((disturbance) =>
    [60, 600].flatMap((requestsPerMinute): readonly Job[] => {
      const scenario = {
        ...held,
        requestsPerMinute,
        stableRate: 0.01,
        candidateRate: 0.01,
        disturbance,
      };
      const dispersion = retryDispersion(scenario, seed);
      // A limit beside the rate, so that only the comparison is tested.
      const errorRate = { maxRatio: 0.1, worseThanStableBy: 0.005 };
      return [
        hold(`${disturbance} bare`, scenario, { ...runs, plan: { errorRate } }),
        hold(`${disturbance} remedy`, scenario, {
          ...runs,
          plan: { errorRate, statistics: { ...defaultStatistics, dispersion } },
        }),
      ];
    }),
  );
  const cold = [60, 600, 6000].flatMap((requestsPerMinute): readonly Job[] => {
    const scenario: Scenario = {
      ...held,
      requestsPerMinute,
      stableRate: 0.01,
      candidateRate: 0.01,
      disturbance: 'cold-start',
    };
    return [
      hold('cold-start bare', scenario, runs),
      hold('cold-start remedy', scenario, { ...runs, plan: { warmUpMs: 180_000 } }),
    ];
  });
  const slow = [60, 600].flatMap((requestsPerMinute): readonly Job[] => {
    const scenario: Scenario = {
      ...held,
      requestsPerMinute,
      disturbance: 'slow-minutes',
      slowdown: { kind: 'shift', factor: 1 },
    };
    const latencyP95 = { maxMs: 5000, worseThanStableBy: 0 };
    return [
      hold('slow-minutes bare', scenario, { ...runs, plan: { latencyP95 } }),
      hold('slow-minutes remedy', scenario, runs),
    ];
  });
  const conversations = [60, 600].flatMap((requestsPerMinute) =>
    (['requests', 'first failures'] as const).map((counted): ConversationJob => ({
      type: 'conversations',
      cell: `conversations ${counted}|${requestsPerMinute}`,
      requestsPerMinute,
      ...runs,
      counted,
    })),
  );
  return [...retries, ...cold, ...slow, ...conversations];
}

/** The dispersion factor an owner would get from a day of ten instances that retry like this. */
function retryDispersion(scenario: Scenario, seed: number): number {
  const prng = createPrng(seed + 99);
  const perInstance = (scenario.requestsPerMinute * 0.9) / 10;
  const cluster = scenario.disturbance === 'retries-3' ? 3 : 1.5;
  const history = Array.from({ length: 24 * 60 }, () =>
    Array.from({ length: 10 }, () => {
      const requests = prng.poisson(perInstance);
      const failed = prng.binomial(requests, scenario.stableRate);
      let retries = 0;
      for (let n = 0; n < failed; n += 1) while (prng.uniform() < 1 - 1 / cluster) retries += 1;
      return { requests: requests + retries, errors: failed + retries };
    }),
  );
  return estimateDispersion(history);
}

function slowdownJobs(size: Size, seed: number): readonly Job[] {
  return ([60, 600, 6000] as const).flatMap((requestsPerMinute) =>
    (['shift', 'tail'] as const).flatMap((kind) =>
      [1.2, 1.5, 2, 5].map((factor) => ({
        ...hold(
          `slowdown ${kind} ${factor}`,
          { ...held, requestsPerMinute, tickMs: 10_000, slowdown: { kind, factor } },
          { seed: seed + 6, runs: size.slowdowns },
        ),
      })),
    ),
  );
}

function unsafeJobs(size: Size, seed: number): readonly Job[] {
  return unsafeWorlds.map(({ scenario, difference }) => ({
    ...hold('unsafe', scenario, {
      seed: seed + 8,
      runs: size.unsafe,
      plan: { errorRate: { maxRatio: 0.5, worseThanStableBy: difference }, latencyP95: null },
    }),
    cell: unsafeCell(scenario),
    rules: ['proof'],
  }));
}

/** The name of a cell of unsafe candidates: the share is part of it. */
export function unsafeCell(scenario: Scenario): string {
  return `${cellName('unsafe', scenario)}|${scenario.share}`;
}

const rolloutRates = [0.001, 0.005, 0.01, 0.02, 0.05, 0.2, 1] as const;

function rolloutJobs(size: Size, seed: number): readonly Job[] {
  const cells = rates.flatMap((requestsPerMinute) =>
    rolloutRates.map((candidateRate) => ({ ...held, requestsPerMinute, candidateRate })),
  );
  return cells.flatMap((scenario): readonly Job[] => {
    const job = (tool: RolloutTool, tickMs: number): RolloutJob => ({
      type: 'rollout',
      cell: cellName(`rollout ${tool}`, { ...scenario, tickMs }),
      scenario: { ...scenario, tickMs },
      seed: seed + 7,
      runs: size.rollouts,
      tool,
    });
    return [
      job('ascent', 60_000),
      ...(scenario.requestsPerMinute >= 60 ? [job('ascent', 10_000)] : []),
      job('Flagger', 60_000),
      job('Argo Rollouts', 60_000),
      job('Release Manager', 60_000),
    ];
  });
}

function hold(
  table: string,
  scenario: Scenario,
  { seed, runs, plan = {} }: { seed: number; runs: number; plan?: HoldJob['plan'] },
): HoldJob {
  return {
    type: 'hold',
    cell: cellName(table, scenario),
    scenario,
    seed,
    runs,
    rules: ['ascent'],
    plan,
  };
}

/** Long cells in parts, so that two workers finish together. Seeds of the parts do not overlap. */
function split(job: HoldJob): readonly HoldJob[] {
  const part = 2000;
  return Array.from({ length: Math.ceil(job.runs / part) }, (_, i) => ({
    ...job,
    seed: job.seed + 1000 * (i + 1),
    runs: Math.min(part, job.runs - i * part),
  }));
}
