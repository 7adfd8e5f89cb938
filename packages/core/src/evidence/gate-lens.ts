/**
 * What every interval of one look has in common, worked out once: the budget's parts, and what limits and
 * tolerances mean in the buckets at hand.
 */
import type { HistogramLayout } from '../world/traffic-point.js';
import { budgetParts } from './gate-plan.js';
import type { GatePlan, Question } from './gate-plan.js';
import { bucketCount, firstBucketAbove, forgivenBuckets, isSameLayout } from './latency-layout.js';

/** Limits and tolerances in one layout's buckets. */
export type LatencyLens = {
  readonly layout: HistogramLayout;
  readonly buckets: number;
  /** First bucket wholly above the plan's limit. */
  readonly tooSlow: number;
  /** Where each bucket's requests go when the plan's tolerance is forgiven. */
  readonly forgiven: readonly number[];
  /** First bucket wholly above each rule's limit, in the order of the plan's rules. */
  readonly ruleBuckets: readonly number[];
};

/** A gate plan made ready for many intervals. */
export type GateLens = {
  readonly gatePlan: GatePlan;
  readonly parts: readonly { readonly question: Question; readonly weight: number }[];
  /** ln of the e-value at which the relative error test alone would use up the budget. */
  readonly relativeLogThreshold: number;
  /** The same for the test against the error limit, and against the latency limit. */
  readonly limitLogThreshold: number;
  readonly latencyLimitLogThreshold: number;
  readonly latency: LatencyLens | null;
};

/** The last lens of every plan in use: a look at a minute's points must not cost more than the minute's evidence. */
const knownLenses = new WeakMap<GatePlan, GateLens>();

/** The lens for a plan and the layout latencies count in. */
export function gateLens(gatePlan: GatePlan, layout: HistogramLayout | null): GateLens {
  const known = knownLenses.get(gatePlan);
  if (known !== undefined && isSameLayout(known.latency?.layout ?? null, layout)) return known;
  const lens = newLens(gatePlan, layout);
  knownLenses.set(gatePlan, lens);
  return lens;
}

function newLens(gatePlan: GatePlan, layout: HistogramLayout | null): GateLens {
  const parts = budgetParts(gatePlan);
  const thresholdOf = (question: Question): number =>
    -Math.log(gatePlan.risk.falseRollback * (parts.get(question) ?? 1));
  return {
    gatePlan,
    parts: [...parts].map(([question, weight]) => ({ question, weight })),
    relativeLogThreshold: thresholdOf('errorsRelative'),
    limitLogThreshold: thresholdOf('errorsLimit'),
    latencyLimitLogThreshold: thresholdOf('latencyLimit'),
    latency: layout === null ? null : latencyLens(gatePlan, layout),
  };
}

/** The same lens for another layout. */
export function refocus(lens: GateLens, layout: HistogramLayout | null): GateLens {
  if (layout === null || isSameLayout(lens.latency?.layout ?? null, layout)) return lens;
  return { ...lens, latency: latencyLens(lens.gatePlan, layout) };
}

function latencyLens(gatePlan: GatePlan, layout: HistogramLayout): LatencyLens {
  const { maxMs, worseThanStableBy } = gatePlan.latencyP95 ?? {
    maxMs: Infinity,
    worseThanStableBy: 0,
  };
  return {
    layout,
    buckets: bucketCount(layout),
    tooSlow: firstBucketAbove(layout, maxMs),
    forgiven: forgivenBuckets(layout, 1 + worseThanStableBy),
    ruleBuckets: gatePlan.rules.map(({ above }) => firstBucketAbove(layout, above)),
  };
}
