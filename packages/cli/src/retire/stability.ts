/**
 * Whether the week that the plan asks for was stable: the release is still the one that was promoted, long enough ago, and
 * the service's own numbers since then keep the gate and never met a rule that sends a release back. Pure.
 */
import {
  formatDuration,
  isOpen,
  type MetricsOutcome,
  type RolloutRecord,
  type TrafficPoint,
} from '@ascent/core';

/** What is known, and when. */
export type StabilityQuestion = {
  readonly record: RolloutRecord | null;
  /** The candidate's points since its promotion. */
  readonly metrics: MetricsOutcome;
  /** The revision that serves all traffic now, or `null` where it is split. */
  readonly serving: string | null;
  readonly nowMs: number;
};

/** The release that has to have been stable. */
export type Promotion = {
  readonly revision: string;
  readonly atMs: number;
  readonly forMs: number;
};

/** The last promotion, or why there is none to judge. */
export function promotionOf(record: RolloutRecord | null): Promotion | string {
  const rollout = record?.rollout ?? null;
  if (record === null || rollout === null) return 'the service has no rollout that was promoted';
  if (isOpen(rollout)) return `the rollout of ${rollout.candidate} is still open`;
  if (rollout.status.type !== 'promoted') {
    return `the last rollout, of ${rollout.candidate}, was not promoted (${rollout.status.type})`;
  }
  if (record.plan.retireAfterMs === null) {
    return 'the plan has no stage with after, such as { name: retire, after: 7d }';
  }
  return {
    revision: rollout.candidate,
    atMs: rollout.status.atMs,
    forMs: record.plan.retireAfterMs,
  };
}

/** Everything that speaks against archiving; an empty list is a stable week. */
export function objections(question: StabilityQuestion): readonly string[] {
  const { record, metrics, serving, nowMs } = question;
  const promotion = promotionOf(record);
  if (typeof promotion === 'string') return [promotion];
  const { revision, atMs, forMs } = promotion;
  const said: string[] = [];
  const missingMs = atMs + forMs - nowMs;
  if (missingMs > 0)
    said.push(
      `${revision} was promoted ${formatDuration(nowMs - atMs)} ago; ${formatDuration(missingMs)} of ${formatDuration(forMs)} are missing`,
    );
  if (serving !== revision)
    said.push(`${serving ?? 'a split of revisions'} serves now, and not ${revision} alone`);
  if (metrics.type === 'unavailable')
    said.push(`the week cannot be judged, for its metrics cannot be read: ${metrics.reason}`);
  else if (record !== null) said.push(...errorsIn(metrics.points, record));
  return said;
}

function errorsIn(points: readonly TrafficPoint[], { plan }: RolloutRecord): readonly string[] {
  const requests = points.reduce((total, point) => total + point.requests, 0);
  const errors = points.reduce((total, point) => total + point.errors, 0);
  if (requests === 0) return ['not one request was answered since, so nothing is known about it'];
  const said: string[] = [];
  const limit = plan.gates.errorRate?.maxRatio ?? 0;
  if (plan.gates.errorRate !== null && errors / requests > limit) {
    said.push(
      `${percent(errors / requests)} of its requests failed since, and the gate allows ${percent(limit)}`,
    );
  }
  for (const { metric, above, forMs } of plan.gates.rules) {
    const worst = metric === 'errorRate' ? worstWindow(points, forMs) : null;
    if (worst !== null && worst.ratio > above) {
      said.push(
        `at ${new Date(worst.endMs).toISOString()} ${percent(worst.ratio)} had failed for ${formatDuration(forMs)}, and the rule is ${percent(above)}`,
      );
    }
  }
  return said;
}

/** The window of `forMs` with the highest rate of errors; windows end where points end. */
export function worstWindow(
  points: readonly TrafficPoint[],
  forMs: number,
): { readonly ratio: number; readonly endMs: number } | null {
  const ordered = [...points].sort((a, b) => a.endMs - b.endMs);
  let from = 0;
  let requests = 0;
  let errors = 0;
  let worst: { ratio: number; endMs: number } | null = null;
  for (const point of ordered) {
    requests += point.requests;
    errors += point.errors;
    for (
      let first = ordered[from];
      first && first.startMs < point.endMs - forMs;
      first = ordered[++from]
    ) {
      requests -= first.requests;
      errors -= first.errors;
    }
    const ratio = requests === 0 ? 0 : errors / requests;
    if (worst === null || ratio > worst.ratio) worst = { ratio, endMs: point.endMs };
  }
  return worst;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)} %`;
}
