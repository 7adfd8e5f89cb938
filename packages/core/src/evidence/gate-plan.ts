/**
 * What the gates must hold to, compiled: every field present, times in milliseconds, rates and shares of
 * requests between 0 and 1.
 */

/** A hard rule of the owner: above this for so long rolls back, whatever the statistics say. */
export type RollbackRule = {
  readonly metric: 'errorRate' | 'latencyP95';
  /** A ratio for errorRate, milliseconds for latencyP95. */
  readonly above: number;
  readonly forMs: number;
};

/** Gates, rules and risks of one rollout. */
export type GatePlan = {
  readonly errorRate: {
    /** Greatest tolerable part of failed requests, 0 … 1. */
    readonly maxRatio: number;
    /** Tolerated difference to the stable revision, an absolute part of requests, 0 … 1. */
    readonly worseThanStableBy: number;
  } | null;
  readonly latencyP95: {
    /** 95 % of requests must be answered within this, milliseconds. */
    readonly maxMs: number;
    /** Tolerated slowness against the stable revision: 0.25 allows a factor of 1.25. */
    readonly worseThanStableBy: number;
  } | null;
  readonly rules: readonly RollbackRule[];
  readonly risk: {
    /** Accepted chance that a good release is rolled back, over the whole rollout. */
    readonly falseRollback: number;
    /** Accepted chance, per stage, that a release worse by the tolerance is called healthy. */
    readonly missedRegression: number;
  };
  /** How long after its first request, and after every change of share, cold starts are forgiven. */
  readonly warmUpMs: number;
  readonly statistics: StatisticsPlan;
};

/** Settings of the tests that an owner seldom touches; {@link defaultStatistics} suits an ordinary service. */
export type StatisticsPlan = {
  /** By how many times worse odds of failing cold starts are forgiven. */
  readonly warmUpOddsRatio: number;
  /** Intervals are pooled until a block has so many requests of both revisions together. */
  readonly blockMinimumRequests: number;
  /** The same for the test against the limit, which must see a broken release soonest. */
  readonly limitBlockMinimumRequests: number;
  /** The same for the latency test. */
  readonly latencyBlockMinimumRequests: number;
  /** How much more than chance errors cluster (1 = not, so many count as one); `estimateDispersion` of `@ascent/stats`. */
  readonly dispersion: number;
  /** Estimates shown to people cover at least this much time. */
  readonly windowMs: number;
};

/** Settings for a service whose errors are independent of each other. */
export const defaultStatistics: StatisticsPlan = {
  warmUpOddsRatio: 8,
  blockMinimumRequests: 20,
  limitBlockMinimumRequests: 10,
  latencyBlockMinimumRequests: 10,
  dispersion: 1,
  windowMs: 3_600_000,
};

/** The questions that share the false-rollback budget. */
export type Question = 'errorsRelative' | 'errorsLimit' | 'latencyRelative' | 'latencyLimit';

/** Parts of the budget before renormalising over the questions a plan asks. */
const weights: Readonly<Record<Question, number>> = {
  errorsRelative: 0.5,
  errorsLimit: 0.2,
  latencyRelative: 0.25,
  latencyLimit: 0.05,
};

/** Each question the plan asks with its part of the false-rollback budget; the parts sum to 1. */
export function budgetParts(gatePlan: GatePlan): ReadonlyMap<Question, number> {
  const asked: readonly Question[] = [
    ...(gatePlan.errorRate === null ? [] : (['errorsRelative', 'errorsLimit'] as const)),
    ...(gatePlan.latencyP95 === null ? [] : (['latencyRelative', 'latencyLimit'] as const)),
  ];
  const total = asked.reduce((sum, question) => sum + weights[question], 0);
  return new Map(asked.map((question) => [question, weights[question] / total]));
}
