/**
 * Ascent's own gate code, as a rule: the very functions a rollout is decided by, fed with simulated points.
 */
import { defaultStatistics, judge, observe, startEvidence } from '@ascent/core';
import type { Evidence, GatePlan, TrafficPoint } from '@ascent/core';
import { benchLayout } from './scenario.js';
import type { Tick } from './traffic.js';

/** The plan every bench runs with: 1 % budget, limit 1 %, tolerance half a percent and ×1.19. */
export const benchPlan: GatePlan = {
  errorRate: { maxRatio: 0.01, worseThanStableBy: 0.005 },
  latencyP95: { maxMs: 5000, worseThanStableBy: 2 ** 0.25 - 1 },
  rules: [],
  risk: { falseRollback: 0.01, missedRegression: 0.05 },
  warmUpMs: 0,
  statistics: defaultStatistics,
};

/** Evidence that grows by ticks. */
export type Watch = {
  readonly evidence: Evidence;
  readonly nowMs: number;
  readonly shareChangedMs: number;
};

/** A watch before any traffic. */
export function startWatch(gatePlan: GatePlan): Watch {
  return { evidence: startEvidence(gatePlan, { nowMs: 0 }), nowMs: 0, shareChangedMs: 0 };
}

/** The watch after more ticks. */
export function watchTicks(
  gatePlan: GatePlan,
  watch: Watch,
  { ticks, tickMs }: { readonly ticks: readonly Tick[]; readonly tickMs: number },
): Watch {
  const points: TrafficPoint[] = [];
  let { nowMs } = watch;
  for (const tick of ticks) {
    const startMs = nowMs;
    nowMs += tickMs;
    points.push(
      {
        startMs,
        endMs: nowMs,
        revision: 'candidate',
        requests: tick.candidateRequests,
        errors: tick.candidateErrors,
        latency: histogram(tick.candidateLatency),
      },
      {
        startMs,
        endMs: nowMs,
        revision: 'stable',
        requests: tick.stableRequests,
        errors: tick.stableErrors,
        latency: histogram(tick.stableLatency),
      },
    );
  }
  const evidence = observe(gatePlan, watch.evidence, {
    nowMs,
    stable: 'stable',
    candidate: 'candidate',
    points,
    youngestTrustedMs: nowMs,
    shareChangedMs: watch.shareChangedMs,
  });
  return { evidence, nowMs, shareChangedMs: watch.shareChangedMs };
}

function histogram(counts: readonly number[]): TrafficPoint['latency'] {
  return counts.length === 0 ? null : { layout: benchLayout, counts };
}

/** Whether it is proven that the candidate does not fail more often by the plan's tolerance, whatever else is known. */
export function isProven(gatePlan: GatePlan, { evidence }: Watch): boolean {
  const own = evidence.errors.safety.find(
    ({ difference }) => difference === gatePlan.errorRate?.worseThanStableBy,
  );
  return (own?.test.logE ?? 0) >= -Math.log(gatePlan.risk.missedRegression);
}

/** Whether the plan would let the share rise: a healthy verdict, or `promote` at the end of the hold. */
export function mayAdvance(
  gatePlan: GatePlan,
  watch: Watch,
  { sharePercent, overdue }: { readonly sharePercent: number; readonly overdue: boolean },
): boolean {
  // Judging makes a whole report; while the proof is incomplete the verdict cannot be healthy.
  if (!overdue && !isProven(gatePlan, watch)) return false;
  const judgement = judge(gatePlan, watch.evidence, { nowMs: watch.nowMs, sharePercent });
  return judgement.verdict === 'healthy' || (overdue && judgement.logE < 0);
}
