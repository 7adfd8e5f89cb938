/**
 * From measurements to evidence: each interval is used once, in order of time, when it can no longer
 * change, and never across a change of share.
 */
import { reachesRisk } from '@ascent/stats';
import type { TrafficPoint } from '../world/traffic-point.js';
import { absorbErrors, changeErrorShare } from './error-evidence.js';
import { combinedLogE, weighQuestions, zeroTotals } from './evidence.js';
import type { Anomaly, Evidence, QuestionEvidence, Totals } from './evidence.js';
import type { GatePlan, RollbackRule } from './gate-plan.js';
import {
  absorbLatency,
  changeLatencyShare,
  changeLayout,
  startLatencyEvidence,
} from './latency-evidence.js';
import { gateLens, refocus } from './gate-lens.js';
import type { GateLens } from './gate-lens.js';
import { countFrom, isSameLayout } from './latency-layout.js';
import { addToWindow, windowTotals, withoutLatency } from './recent-window.js';
import { advanceTimer } from './rule-timer.js';
import type { RuleSample, RuleTimer } from './rule-timer.js';
import { pairPoints } from './traffic-interval.js';
import type { Fault, TrafficInterval } from './traffic-interval.js';

/** Intervals remembered to recognise a point that is sent again. */
const usedKept = 30;
/** Changes of share waiting for their points. */
const pendingKept = 50;

/** What a look at the metrics brought. */
export type Observation = {
  readonly nowMs: number;
  readonly stable: string;
  readonly candidate: string;
  readonly points: readonly TrafficPoint[];
  /** Points that end later may still change, and are left for the next look. */
  readonly youngestTrustedMs: number;
  /** When the share now served began to be served. */
  readonly shareChangedMs: number;
};

/** The evidence after a look at the metrics. */
export function observe(
  gatePlan: GatePlan,
  evidence: Evidence,
  observation: Observation,
): Evidence {
  const { fresh, past } = sift(evidence, observation);
  const { intervals, faults } = pairPoints(fresh, observation);
  const late = latePoints(evidence, past, observation);
  const used = rememberSeen(evidence.used, { intervals, late, faults });
  const noted = noteShareChange(evidence, observation.shareChangedMs);
  let state = noteAnomalies(noteAnomalies(noted, late), faults);
  let lens = gateLens(gatePlan, state.latency?.layout ?? null);
  for (const interval of intervals) {
    lens = refocus(lens, interval.layout);
    state = absorb(lens, state, interval);
  }
  return used === state.used ? state : { ...state, used };
}

/** The trusted points of this rollout, apart: those after the watermark, and those that may have been used before. */
function sift(
  { startedMs, watermarkMs }: Evidence,
  { points, youngestTrustedMs }: Observation,
): { readonly fresh: readonly TrafficPoint[]; readonly past: readonly TrafficPoint[] } {
  const fresh: TrafficPoint[] = [];
  const past: TrafficPoint[] = [];
  for (const point of points) {
    if (point.endMs > youngestTrustedMs || point.startMs < startedMs) continue;
    (point.endMs <= watermarkMs ? past : fresh).push(point);
  }
  return { fresh, past };
}

/** Every interval of which anything was seen counts as seen whole: what is late or wrong is said once. */
function rememberSeen(
  used: Evidence['used'],
  seen: {
    readonly intervals: readonly TrafficInterval[];
    readonly late: readonly Fault[];
    readonly faults: readonly Fault[];
  },
): Evidence['used'] {
  const { intervals, late, faults } = seen;
  if (intervals.length + late.length + faults.length === 0) return used;
  const added = intervals.map(({ endMs, hasCandidate, hasStable }) => ({
    endMs,
    candidate: hasCandidate,
    stable: hasStable,
  }));
  const isInOrder = (used.at(-1)?.endMs ?? -Infinity) < (added[0]?.endMs ?? Infinity);
  if (late.length + faults.length === 0 && isInOrder) return [...used, ...added].slice(-usedKept);
  const whole = new Set([...late, ...faults].map(({ atMs }) => atMs));
  const known = new Set([...used, ...added].map(({ endMs }) => endMs));
  const missed = [...whole]
    .filter((endMs) => Number.isFinite(endMs) && !known.has(endMs))
    .map((endMs) => ({ endMs, candidate: true, stable: true }));
  return [...used, ...missed, ...added]
    .map((entry) => (whole.has(entry.endMs) ? { ...entry, candidate: true, stable: true } : entry))
    .sort((a, b) => a.endMs - b.endMs)
    .slice(-usedKept);
}

/**
 * Points of intervals that are over: that were used without them, or skipped because a later one was used first. What
 * ended before the oldest interval that is remembered may have been used, and is let pass.
 */
function latePoints(
  { used }: Evidence,
  past: readonly TrafficPoint[],
  { stable, candidate }: Observation,
): readonly Fault[] {
  const oldestMs = used[0]?.endMs ?? Infinity;
  const late: Fault[] = [];
  for (const { revision, endMs } of past) {
    if (endMs < oldestMs || (revision !== candidate && revision !== stable)) continue;
    const known = usedAt(used, endMs);
    const seen = revision === candidate ? known?.candidate : known?.stable;
    if (seen !== true && late.every(({ atMs }) => atMs !== endMs)) {
      late.push({ code: 'late-point', atMs: endMs });
    }
  }
  return late;
}

/** The interval that ended then, by bisection: they are remembered in order of time. */
function usedAt(used: Evidence['used'], endMs: number): Evidence['used'][number] | null {
  let low = 0;
  let high = used.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = used[middle];
    if (entry === undefined || entry.endMs === endMs) return entry ?? null;
    if (entry.endMs < endMs) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}

function noteShareChange(evidence: Evidence, changedMs: number): Evidence {
  const known =
    changedMs <= evidence.shareChangedMs || evidence.pendingShareChangesMs.includes(changedMs);
  if (known) return evidence;
  const pending = [...evidence.pendingShareChangesMs, changedMs].sort((a, b) => a - b);
  return { ...evidence, pendingShareChangesMs: pending.slice(-pendingKept) };
}

/** Applies the changes of share up to this moment. */
function passShareChanges(evidence: Evidence, untilMs: number): Evidence {
  if (evidence.pendingShareChangesMs.length === 0) return evidence;
  const passed = evidence.pendingShareChangesMs.filter((changedMs) => changedMs <= untilMs);
  const last = passed.at(-1);
  if (last === undefined) return evidence;
  return {
    ...evidence,
    shareChangedMs: last,
    pendingShareChangesMs: evidence.pendingShareChangesMs.filter((at) => at > untilMs),
    errors: changeErrorShare(evidence.errors),
    latency: evidence.latency === null ? null : changeLatencyShare(evidence.latency),
    stage: zeroTotals(last),
  };
}

function absorb(lens: GateLens, before: Evidence, interval: TrafficInterval): Evidence {
  if (interval.startMs < before.watermarkMs) {
    return noteAnomalies(before, [{ code: 'overlapping-interval', atMs: interval.endMs }]);
  }
  const evidence = passShareChanges(before, interval.startMs);
  if (evidence.pendingShareChangesMs.some((changedMs) => changedMs < interval.endMs)) {
    const dropped = { ...evidence, watermarkMs: interval.endMs };
    return noteAnomalies(dropped, [{ code: 'spans-share-change', atMs: interval.endMs }]);
  }
  const counted = count(lens, relay(lens, evidence, interval), interval);
  return isSameEvidence(evidence, counted) ? counted : noteCrossing(lens, counted, interval.endMs);
}

/** Whether an interval closed no block, so that nothing can have crossed. */
function isSameEvidence(before: Evidence, after: Evidence): boolean {
  return (
    before.errors.relative === after.errors.relative &&
    before.errors.limit === after.errors.limit &&
    before.latency?.relative === after.latency?.relative &&
    before.latency?.limit === after.latency?.limit
  );
}

function count(lens: GateLens, evidence: Evidence, interval: TrafficInterval): Evidence {
  const { candidate, stable, startMs, endMs, layout } = interval;
  const { gatePlan } = lens;
  const firstCandidateMs = evidence.firstCandidateMs ?? (candidate.requests > 0 ? startMs : null);
  const warmFromMs = Math.max(firstCandidateMs ?? startMs, evidence.shareChangedMs);
  const warm = startMs < warmFromMs + gatePlan.warmUpMs;
  const sample = {
    candidateRequests: candidate.requests,
    stableRequests: stable.requests,
    candidateErrors: candidate.errors,
    stableErrors: stable.errors,
    startMs,
    endMs,
    warm,
  };
  const { latency } = evidence;
  return {
    ...evidence,
    watermarkMs: endMs,
    firstCandidateMs,
    errors: absorbErrors(lens, evidence.errors, sample),
    latency:
      latency === null || layout === null
        ? latency
        : absorbLatency(lens, latency, {
            candidate: candidate.latency,
            stable: stable.latency,
            warm,
          }),
    timers: advanceTimers(lens, evidence.timers, interval),
    total: addTotals(evidence.total, sample),
    stage: addTotals(evidence.stage, sample),
    recent: addToWindow(evidence.recent, interval, gatePlan.statistics.windowMs),
    anomalies: withAnomalies(evidence.anomalies, silence(interval)),
  };
}

/** Starts the latency tests with the first histogram, and carries them over when its buckets change. */
function relay(lens: GateLens, evidence: Evidence, { layout, endMs }: TrafficInterval): Evidence {
  if (layout === null || lens.gatePlan.latencyP95 === null) return evidence;
  const { latency } = evidence;
  if (latency === null) return { ...evidence, latency: startLatencyEvidence(layout) };
  if (isSameLayout(layout, latency.layout)) return evidence;
  return {
    ...evidence,
    latency: changeLayout(latency, layout),
    recent: withoutLatency(evidence.recent),
    anomalies: withAnomalies(evidence.anomalies, [
      { code: 'histogram-layout-changed', atMs: endMs },
    ]),
  };
}

function advanceTimers(
  lens: GateLens,
  timers: readonly RuleTimer[],
  interval: TrafficInterval,
): readonly RuleTimer[] {
  return timers.map((timer, i) => {
    const rule = lens.gatePlan.rules[i];
    if (rule === undefined) return timer;
    const bucket = lens.latency?.ruleBuckets[i] ?? 0;
    return advanceTimer(timer, rule, ruleSample(rule, interval, bucket));
  });
}

function ruleSample(
  rule: RollbackRule,
  { candidate, startMs, endMs }: TrafficInterval,
  bucket: number,
): RuleSample {
  const { requests, errors, latency } = candidate;
  if (rule.metric === 'errorRate') return { startMs, endMs, requests, bad: errors };
  if (latency === null) return { startMs, endMs, requests: 0, bad: 0 };
  return {
    startMs,
    endMs,
    requests: countFrom(latency, 0),
    bad: countFrom(latency, bucket),
  };
}

function silence({ candidate, stable, endMs }: TrafficInterval): readonly Fault[] {
  if (candidate.requests > 0) return [];
  return [{ code: stable.requests > 0 ? 'candidate-silent' : 'zero-requests', atMs: endMs }];
}

/** Rolls back on all that speaks against the candidate, leaving out what the plan's own tolerance allows. */
function noteCrossing({ gatePlan, parts }: GateLens, evidence: Evidence, atMs: number): Evidence {
  const questions = weighQuestions(parts, evidence);
  const all = combinedLogE(questions, 1);
  const peakLogE = Math.max(evidence.peakLogE, all);
  const noted = peakLogE === evidence.peakLogE ? evidence : { ...evidence, peakLogE };
  if (evidence.crossing !== null || !reachesRisk(all, gatePlan.risk.falseRollback)) return noted;
  const material = questions.filter(
    ({ question }) => question !== 'errorsRelative' || exceedsTolerance(gatePlan, evidence),
  );
  const logE = combinedLogE(material, 1);
  if (!reachesRisk(logE, gatePlan.risk.falseRollback)) return noted;
  const question = strongest(material)?.question ?? 'errorsRelative';
  return { ...noted, crossing: { atMs, question, logE } };
}

/** Whether the candidate's estimated excess of failures is at least what the plan tolerates. */
export function exceedsTolerance(gatePlan: GatePlan, evidence: Evidence): boolean {
  const { candidate, stable } = windowTotals(evidence.recent);
  if (candidate.requests === 0) return false;
  const stableRatio = stable.requests === 0 ? 0 : stable.errors / stable.requests;
  const excess = candidate.errors / candidate.requests - stableRatio;
  return excess >= (gatePlan.errorRate?.worseThanStableBy ?? 0);
}

function strongest(questions: readonly QuestionEvidence[]): QuestionEvidence | undefined {
  return questions.toSorted(
    (a, b) => b.logE + Math.log(b.weight) - (a.logE + Math.log(a.weight)),
  )[0];
}

function noteAnomalies(evidence: Evidence, found: readonly Fault[]): Evidence {
  return found.length === 0
    ? evidence
    : { ...evidence, anomalies: withAnomalies(evidence.anomalies, found) };
}

function withAnomalies(anomalies: readonly Anomaly[], found: readonly Fault[]): readonly Anomaly[] {
  let next = anomalies;
  for (const { code, atMs } of found) {
    const known = next.find((anomaly) => anomaly.code === code);
    const updated = { code, count: (known?.count ?? 0) + 1, lastMs: atMs };
    next = known === undefined ? [...next, updated] : next.map((a) => (a === known ? updated : a));
  }
  return next;
}

function addTotals(totals: Totals, block: Omit<Totals, 'sinceMs'>): Totals {
  return {
    sinceMs: totals.sinceMs,
    candidateRequests: totals.candidateRequests + block.candidateRequests,
    stableRequests: totals.stableRequests + block.stableRequests,
    candidateErrors: totals.candidateErrors + block.candidateErrors,
    stableErrors: totals.stableErrors + block.stableErrors,
  };
}
