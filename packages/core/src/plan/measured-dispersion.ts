/**
 * How much errors of the stable revision cluster, measured when a rollout begins: where clients try again or one
 * instance fails for all, failures come together, and a test that took each for itself would send good releases back.
 */
import { estimateDispersion } from '@ascent/stats';
import type { InstanceCounts } from '@ascent/stats';
import type { RolloutPlan } from './plan.js';

/**
 * `plan` with the dispersion of the stable revision's instances, interval by interval; as it is where the plan names
 * a number of its own, or where the source of metrics cannot tell instances apart (`null`).
 */
export function withMeasuredDispersion(
  plan: RolloutPlan,
  history: readonly InstanceCounts[] | null,
): RolloutPlan {
  if (!plan.measuresDispersion || history === null) return plan;
  const { gates } = plan;
  const dispersion = Number(estimateDispersion(history).toPrecision(3));
  return { ...plan, gates: { ...gates, statistics: { ...gates.statistics, dispersion } } };
}
