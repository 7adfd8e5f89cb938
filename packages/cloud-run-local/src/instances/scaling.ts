/**
 * How many instances a revision should have: a pure function of what was observed.
 *
 * Two demands, the larger wins, as Cloud Run describes it
 * (https://cloud.google.com/run/docs/about-instance-autoscaling):
 * - now: every request in flight or waiting needs a place, or it would wait;
 * - on average over the last minute: instances are kept at 60 % of their concurrency, so that there is room
 *   for the next burst.
 * Cloud Run also aims at 60 % of the CPU; on one machine all instances share the same cores, and another
 * process would not make any of them faster, so CPU is left out.
 */

/** Share of an instance's concurrency that is aimed at. */
const targetUtilization = 0.6;

/** What a revision is asked to do, and its bounds. */
export interface Demand {
  /** Requests being served now. */
  readonly inFlight: number;
  /** Requests waiting for a place now. */
  readonly queued: number;
  /** Requests being served, on average over the last minute. */
  readonly averageInFlight: number;
  /** Requests one instance takes at once. */
  readonly concurrency: number;
  readonly minInstances: number;
  readonly maxInstances: number;
}

/** The number of instances there should be. */
export function desiredInstances(demand: Demand): number {
  const now = Math.ceil((demand.inFlight + demand.queued) / demand.concurrency);
  // divergence: autoscaler
  const load = demand.averageInFlight / (targetUtilization * demand.concurrency);
  // Whether the last instance stays is decided by its idle time, not by a fading average.
  const average = load > 1 ? Math.ceil(load) : 0;
  return Math.min(Math.max(now, average, demand.minInstances), demand.maxInstances);
}
