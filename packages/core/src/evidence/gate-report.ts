/**
 * One gate as a person reads it: estimate, bounds, limits, sample, window, how much of the budget is used,
 * and what it says on its own.
 */
import { placeOfRate, rateBounds } from '@ascent/stats';
import type { HistogramLayout } from '../world/traffic-point.js';
import { combinedLogE, weighQuestions } from './evidence.js';
import type { SafetyStep } from './error-evidence.js';
import type { Evidence } from './evidence.js';
import { gateLens } from './gate-lens.js';
import type { GatePlan, Question } from './gate-plan.js';
import { slowPart } from './latency-evidence.js';
import { bucketCount, countFrom, lowerEdgeMs, quantileMs, upperEdgeMs } from './latency-layout.js';
import { windowCountFrom, windowLatencies, windowSpan, windowTotals } from './recent-window.js';
import type { Arm } from './recent-window.js';

/** healthy: go on. unhealthy: roll back. undecided: keep watching. undecidable: not at this traffic. */
export type Verdict = 'healthy' | 'unhealthy' | 'undecided' | 'undecidable';

/** The bounds shown hold at every look at once with this confidence. */
export const shownRisk = 0.05;

/** A value of both revisions; `null` where there is nothing to estimate it from. */
export type PerRevision<T> = { readonly candidate: T; readonly stable: T };

/** One gate's state. Rates are parts of requests, latencies milliseconds. */
export type GateReport = {
  readonly name: 'errorRate' | 'latencyP95';
  readonly unit: 'ratio' | 'ms';
  readonly verdict: Exclude<Verdict, 'undecidable'>;
  readonly estimate: PerRevision<number | null>;
  /** 95 % confidence sequences; an upper bound is `null` where a latency has none. */
  readonly bounds: PerRevision<{ readonly lower: number; readonly upper: number | null } | null>;
  /** Latencies from here on are not told apart, as the last bucket has no upper edge; `null` without buckets. */
  readonly openFromMs: number | null;
  readonly limit: { readonly max: number; readonly worseThanStableBy: number };
  readonly sample: PerRevision<{ readonly requests: number; readonly bad: number }>;
  readonly window: { readonly fromMs: number; readonly toMs: number };
  /** Part of the false-rollback budget this gate's evidence takes up, 0 … 1. */
  readonly budgetUsed: number;
  /** ln E of this gate's evidence against the candidate, on its part of the budget. */
  readonly logE: number;
  readonly proof: Proof;
};

/** How far the proof has come that the candidate is good enough to go on. */
export type Proof = {
  readonly complete: boolean;
  /** ln E reached, and needed. */
  readonly logE: number;
  readonly neededLogE: number;
  /** errorRate: smallest excess over stable disproved so far (a part of requests); `null` for none. */
  readonly excessBelow: number | null;
};

/** What a verdict rests on: cheap, as it is asked for at every look. The rest of a report is for people. */
export type GateStanding = Pick<GateReport, 'name' | 'limit' | 'proof'> & {
  /** The candidate's requests of the window, and how many of them broke the limit. */
  readonly candidate: GateReport['sample']['candidate'];
};

/**
 * Where every gate of the plan stands. `alone`: the candidate should be serving everybody, so what must be proven is
 * that it keeps to the limit.
 */
export function gateStandings(
  gatePlan: GatePlan,
  evidence: Evidence,
  { alone }: { readonly alone: boolean },
): readonly GateStanding[] {
  const standings: GateStanding[] = [];
  const { errorRate, latencyP95 } = gatePlan;
  if (errorRate !== null) {
    standings.push({
      name: 'errorRate',
      limit: { max: errorRate.maxRatio, worseThanStableBy: errorRate.worseThanStableBy },
      proof: proofOfErrors(gatePlan, evidence, alone),
      candidate: failedOfLate(evidence, 'candidate'),
    });
  }
  if (latencyP95 !== null) {
    const { maxMs, worseThanStableBy } = latencyP95;
    standings.push({
      name: 'latencyP95',
      limit: { max: maxMs, worseThanStableBy },
      proof: proofOfLatency(gatePlan, evidence),
      candidate: slowOfLate(gatePlan, evidence, 'candidate'),
    });
  }
  return standings;
}

/** The whole report of a gate that stands so. */
export function reportGate(
  gatePlan: GatePlan,
  evidence: Evidence,
  standing: GateStanding,
): GateReport {
  return standing.name === 'errorRate'
    ? reportErrors(gatePlan, evidence, standing)
    : reportLatency(gatePlan, evidence, standing);
}

function reportErrors(
  gatePlan: GatePlan,
  evidence: Evidence,
  { limit, proof, candidate }: GateStanding,
): GateReport {
  const sample = { candidate, stable: failedOfLate(evidence, 'stable') };
  const against = evidenceAgainst(gatePlan, evidence, ['errorsRelative', 'errorsLimit']);
  const crossed = crossedIn(evidence, ['errorsRelative', 'errorsLimit']);
  return {
    name: 'errorRate',
    unit: 'ratio',
    verdict: verdictOf(crossed, proof.complete && against.logE < 0),
    estimate: perRevision(sample, ({ requests, bad }) => (requests === 0 ? null : bad / requests)),
    bounds: perRevision(sample, ({ requests, bad }) =>
      requests === 0 ? null : rateBounds(requests, bad, shownRisk),
    ),
    openFromMs: null,
    limit,
    sample,
    window: windowSpan(evidence.recent),
    ...against,
    proof,
  };
}

function reportLatency(
  gatePlan: GatePlan,
  evidence: Evidence,
  { limit, proof, candidate }: GateStanding,
): GateReport {
  const seen = windowLatencies(evidence.recent);
  const against = evidenceAgainst(gatePlan, evidence, ['latencyRelative', 'latencyLimit']);
  const layout = evidence.latency?.layout ?? null;
  const crossed = crossedIn(evidence, ['latencyRelative', 'latencyLimit']);
  return {
    name: 'latencyP95',
    unit: 'ms',
    verdict: verdictOf(crossed, proof.complete && against.logE < 0),
    estimate: perRevision(seen, (latency) =>
      layout === null || latency === null ? null : quantileMs(layout, latency, 1 - slowPart),
    ),
    bounds: perRevision(seen, (latency) =>
      layout === null || latency === null ? null : p95Bounds(layout, latency),
    ),
    openFromMs: layout === null ? null : lowerEdgeMs(layout, bucketCount(layout) - 1),
    limit,
    sample: { candidate, stable: slowOfLate(gatePlan, evidence, 'stable') },
    window: windowSpan(evidence.recent),
    ...against,
    proof,
  };
}

function failedOfLate({ recent }: Evidence, arm: Arm): GateStanding['candidate'] {
  const { requests, errors } = windowTotals(recent)[arm];
  return { requests, bad: errors };
}

function slowOfLate(
  gatePlan: GatePlan,
  { recent, latency }: Evidence,
  arm: Arm,
): GateStanding['candidate'] {
  const tooSlow = gateLens(gatePlan, latency?.layout ?? null).latency?.tooSlow ?? 0;
  return {
    requests: windowCountFrom(recent, arm, 0),
    bad: windowCountFrom(recent, arm, tooSlow),
  };
}

function proofOfLatency(gatePlan: GatePlan, { latency }: Evidence): Proof {
  const neededLogE = -Math.log(gatePlan.risk.missedRegression);
  const logE = latency?.safetyLogE ?? 0;
  return { complete: logE >= neededLogE, logE, neededLogE, excessBelow: null };
}

/** Safe against the plan's tolerance; with a tolerance of 0 nothing can be proven, and no evidence against must do. */
function proofOfErrors(gatePlan: GatePlan, evidence: Evidence, alone: boolean): Proof {
  const neededLogE = -Math.log(gatePlan.risk.missedRegression);
  const difference = gatePlan.errorRate?.worseThanStableBy ?? 0;
  const logEOf = (step: SafetyStep): number => (alone ? step.aloneLogE : step.test.logE);
  const proven = evidence.errors.safety.filter((step) => logEOf(step) >= neededLogE);
  const own = evidence.errors.safety.find((step) => step.difference === difference);
  const logE = own === undefined ? 0 : logEOf(own);
  return {
    complete: difference === 0 || logE >= neededLogE,
    logE,
    neededLogE,
    excessBelow: proven.at(-1)?.difference ?? null,
  };
}

function evidenceAgainst(
  gatePlan: GatePlan,
  evidence: Evidence,
  asked: readonly Question[],
): { readonly logE: number; readonly budgetUsed: number } {
  const { parts } = gateLens(gatePlan, evidence.latency?.layout ?? null);
  const questions = weighQuestions(
    parts.filter(({ question }) => asked.includes(question)),
    evidence,
  );
  const weight = questions.reduce((sum, part) => sum + part.weight, 0);
  const logE = combinedLogE(questions, weight);
  const onBudget = combinedLogE(questions, 1) + Math.log(gatePlan.risk.falseRollback);
  return { logE, budgetUsed: Math.min(1, Math.exp(onBudget)) };
}

function crossedIn(evidence: Evidence, asked: readonly Question[]): boolean {
  return evidence.crossing !== null && asked.includes(evidence.crossing.question);
}

function verdictOf(crossed: boolean, proven: boolean): GateReport['verdict'] {
  if (crossed) return 'unhealthy';
  return proven ? 'healthy' : 'undecided';
}

/**
 * Confidence sequence of the 95th percentile on bucket edges: every edge whose share of slower requests
 * could still be 5 %.
 */
function p95Bounds(
  layout: HistogramLayout,
  counts: readonly number[],
): { readonly lower: number; readonly upper: number | null } | null {
  const requests = countFrom(counts, 0);
  if (requests === 0) return null;
  let lower = 0;
  let slower = requests;
  let place: ReturnType<typeof placeOfRate> | null = null;
  for (let j = 0; j < counts.length; j += 1) {
    const count = counts[j] ?? 0;
    slower -= count;
    if (place === null || count > 0) {
      place = placeOfRate(slowPart, { requests, errors: slower }, shownRisk);
    }
    if (place === 'below') lower = upperEdgeMs(layout, j);
    else if (place === 'above') return { lower, upper: upperEdgeMs(layout, j) };
  }
  return {
    lower: Number.isFinite(lower) ? lower : lowerEdgeMs(layout, bucketCount(layout) - 1),
    upper: null,
  };
}

function perRevision<S, T>(
  { candidate, stable }: PerRevision<S>,
  read: (own: S) => T,
): PerRevision<T> {
  return { candidate: read(candidate), stable: read(stable) };
}
