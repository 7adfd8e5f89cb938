/**
 * Everything known about a rollout's candidate, as plain data that survives JSON: any controller goes on
 * from it, and the same points always give the same bytes.
 */
import { combineEvidence, latencyLogE, relativeErrorLogE } from '@ascent/stats';
import type { ErrorEvidence } from './error-evidence.js';
import { startErrorEvidence } from './error-evidence.js';
import type { GatePlan, Question } from './gate-plan.js';
import type { LatencyEvidence } from './latency-evidence.js';
import { limitLogE } from './limit-evidence.js';
import type { RecentWindow } from './recent-window.js';
import { startWindow } from './recent-window.js';
import type { RuleTimer } from './rule-timer.js';
import { idleTimer } from './rule-timer.js';
import type { AnomalyCode } from './traffic-interval.js';

/** How often something was wrong with the measurements, and when last. */
export type Anomaly = {
  readonly code: AnomalyCode;
  readonly count: number;
  readonly lastMs: number;
};

/** What sent the candidate back, and how sure that was. It stays: evidence that crossed its threshold is spent. */
export type Crossing = {
  readonly atMs: number;
  readonly question: Question;
  /** ln of the combined e-value: one chance in e^logE that this is luck. */
  readonly logE: number;
};

/** Requests and errors of both revisions since a moment. */
export type Totals = {
  readonly sinceMs: number;
  readonly candidateRequests: number;
  readonly stableRequests: number;
  readonly candidateErrors: number;
  readonly stableErrors: number;
};

/** Everything known about a candidate. Plain data. */
export type Evidence = {
  readonly startedMs: number;
  /** End of the last interval used; points up to here are never used again. */
  readonly watermarkMs: number;
  /** The last intervals used, to tell a point that is sent twice from one that came too late. */
  readonly used: readonly {
    readonly endMs: number;
    readonly candidate: boolean;
    readonly stable: boolean;
  }[];
  /** Start of the first interval in which the candidate answered; `null` before. */
  readonly firstCandidateMs: number | null;
  readonly shareChangedMs: number;
  /** Changes of share that lie after the watermark still. */
  readonly pendingShareChangesMs: readonly number[];
  readonly errors: ErrorEvidence;
  /** `null` until a latency has been seen, or where no gate asks. */
  readonly latency: LatencyEvidence | null;
  readonly timers: readonly RuleTimer[];
  readonly total: Totals;
  /** Since the last change of share. */
  readonly stage: Totals;
  readonly recent: RecentWindow;
  readonly anomalies: readonly Anomaly[];
  readonly crossing: Crossing | null;
  /** Greatest combined ln E so far: how much of the budget was ever in use. */
  readonly peakLogE: number;
};

/** Nothing is known yet. Points that end before `nowMs` belong to the time before the rollout. */
export function startEvidence(gatePlan: GatePlan, { nowMs }: { readonly nowMs: number }): Evidence {
  return {
    startedMs: nowMs,
    watermarkMs: nowMs,
    used: [],
    firstCandidateMs: null,
    shareChangedMs: nowMs,
    pendingShareChangesMs: [],
    errors: startErrorEvidence(gatePlan),
    latency: null,
    timers: gatePlan.rules.map(() => idleTimer),
    total: zeroTotals(nowMs),
    stage: zeroTotals(nowMs),
    recent: startWindow(nowMs),
    anomalies: [],
    crossing: null,
    peakLogE: 0,
  };
}

/** No requests since then. */
export function zeroTotals(sinceMs: number): Totals {
  return {
    sinceMs,
    candidateRequests: 0,
    stableRequests: 0,
    candidateErrors: 0,
    stableErrors: 0,
  };
}

/** Each question's ln E and part of the budget. */
export type QuestionEvidence = {
  readonly question: Question;
  readonly weight: number;
  readonly logE: number;
};

/** What is known of each of these questions. */
export function weighQuestions(
  parts: readonly Omit<QuestionEvidence, 'logE'>[],
  evidence: Evidence,
): readonly QuestionEvidence[] {
  return parts.map(({ question, weight }) => ({
    question,
    weight,
    logE: logEOf(question, evidence),
  }));
}

function logEOf(question: Question, { errors, latency }: Evidence): number {
  switch (question) {
    case 'errorsRelative':
      return relativeErrorLogE(errors.relative);
    case 'errorsLimit':
      return limitLogE(errors.limit);
    case 'latencyRelative':
      return latency === null ? 0 : latencyLogE(latency.relative);
    case 'latencyLimit':
      return latency === null ? 0 : limitLogE(latency.limit);
  }
}

/** ln of the combined e-value of these questions, on the budget of all; −∞ of none. */
export function combinedLogE(questions: readonly QuestionEvidence[], all: number): number {
  if (questions.length === 0) return -Infinity;
  let weight = 0;
  for (const part of questions) weight += part.weight;
  return combineEvidence(questions) + Math.log(weight / all);
}
