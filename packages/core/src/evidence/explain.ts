/**
 * One plain sentence for a tired person: metric, values, limit, sample and how sure. The same in the
 * terminal, the dashboard, the notification and the log.
 */
import type { Evidence } from './evidence.js';
import type { GatePlan, RollbackRule } from './gate-plan.js';
import type { GateReport } from './gate-report.js';
import type { Judgement } from './judgement.js';
import { slowPart } from './latency-evidence.js';
import { countFrom, quantileMs } from './latency-layout.js';
import { windowLatencies } from './recent-window.js';

/** Parts of the requests whose latency a sentence may name. */
const quantilesTold = [0.5, 0.9, 1 - slowPart, 0.99, 0.999] as const;

/** A judgement that has no sentence yet. */
type Bare = Omit<Judgement, 'explanation'>;

/** The sentence of a judgement. */
export function explain(gatePlan: GatePlan, evidence: Evidence, judgement: Bare): string {
  const { verdict, reason } = judgement;
  if (verdict === 'unhealthy') return explainUnhealthy(evidence, judgement);
  switch (reason.code) {
    case 'evidence-against':
      if (judgement.budgetUsed >= 1) {
        return `${sayGate(worst(judgement.gates))} It is surely worse, but not surely by more than the plan allows.`;
      }
      return `${sayGate(worst(judgement.gates))} More speaks against the new revision than for it, though not enough to roll back: ${sayBudget(judgement.budgetUsed)}.`;
    case 'worse-within-tolerance':
      return `${sayErrors(gateOf(judgement.gates, 'errorRate'))}; it is worse, though by less than the plan allows, so a person should decide.`;
    case 'limit-exceeded':
      return sayExceeded(gateOf(judgement.gates, reason.gate));
    case 'not-enough-requests':
      if (judgement.guarantee === 'compared' && evidence.stage.stableRequests === 0) {
        return `${sayGate(gateOf(judgement.gates, reason.gate))} Nothing speaks against it, but no request of the old one has been measured at this stage, so nothing can be compared. If the old one does serve, its metrics are missing.`;
      }
      return sayMissing(gatePlan, gateOf(judgement.gates, reason.gate), judgement);
    case 'proven':
      return sayProven(gatePlan, judgement);
    default:
      return sayNothingSeen(evidence, judgement);
  }
}

function explainUnhealthy(evidence: Evidence, { reason, gates }: Bare): string {
  if (reason.code === 'rollback-rule') {
    return `${sayRule(reason.rule)}, which the plan answers with a rollback. ${sayGate(gateOf(gates, reason.rule.metric))}`;
  }
  const errors = reason.code === 'worse-than-stable' || reason.code === 'above-limit';
  const latency = gateOf(gates, 'latencyP95');
  const slow = reason.code === 'slower-than-stable';
  const finding = errors
    ? sayErrors(gateOf(gates, 'errorRate'))
    : slow
      ? saySlower(evidence, latency)
      : sayLatency(latency);
  return `${finding}; ${sayLuck(evidence)}.`;
}

function sayNothingSeen(evidence: Evidence, { reason }: Bare): string {
  switch (reason.code) {
    case 'no-traffic-share':
      return 'The new revision serves no users at this stage, so there is nothing to measure: the smoke checks decide.';
    case 'no-points':
      return 'No measurement of this stage has arrived yet.';
    case 'no-latency':
      return 'The metrics bring no latency of the new revision, and the plan has a gate on it.';
    case 'no-gates':
      return 'The plan has no gates, so nothing speaks against going on.';
    default:
      return `The new revision has answered no request at this stage yet, the old one ${sayCount(evidence.stage.stableRequests)}.`;
  }
}

function sayExceeded(gate: GateReport | undefined): string {
  if (gate === undefined) return 'A limit of the plan is exceeded.';
  return `${sayGate(gate)} That is above the plan's limit of ${sayLimit(gate)}${sayStableToo(gate)}.`;
}

function gateOf(gates: readonly GateReport[], name: GateReport['name']): GateReport | undefined {
  return gates.find((gate) => gate.name === name);
}

function worst(gates: readonly GateReport[]): GateReport | undefined {
  return gates.toSorted((a, b) => b.logE - a.logE)[0];
}

function sayGate(gate: GateReport | undefined): string {
  if (gate === undefined) return '';
  return `${gate.name === 'errorRate' ? sayErrors(gate) : sayLatency(gate)}.`;
}

function sayErrors(gate: GateReport | undefined): string {
  if (gate === undefined) return 'The new revision fails requests';
  const { estimate, sample } = gate;
  const own =
    estimate.candidate === null
      ? 'The new revision has answered no request'
      : `The new revision fails ${sayPercent(estimate.candidate)} of requests (${sayCount(sample.candidate.bad)} of ${sayCount(sample.candidate.requests)})`;
  if (estimate.stable === null) return `${own}, with none of the old one beside them`;
  return `${own}, the old one ${sayPercent(estimate.stable)} (${sayCount(sample.stable.bad)} of ${sayCount(sample.stable.requests)})`;
}

function sayLatency(gate: GateReport | undefined): string {
  if (gate === undefined) return 'The new revision is slow';
  const { estimate, openFromMs, sample } = gate;
  const own =
    estimate.candidate === null
      ? 'The new revision has no measured latency'
      : `The new revision answers 95 % of requests ${sayWithin(estimate.candidate, openFromMs)} (${sayRequests(sample.candidate.requests)})`;
  if (estimate.stable === null) return own;
  return `${own}, the old one ${sayWithin(estimate.stable, openFromMs)} (${sayRequests(sample.stable.requests)})`;
}

/** A percentile in the bucket without an upper edge is only known to be more than its lower one. */
function sayWithin(ms: number, openFromMs: number | null): string {
  return openFromMs !== null && ms >= openFromMs
    ? `in more than ${sayMs(ms)}`
    : `within ${sayMs(ms)}`;
}

/** Where the candidate is slower by most: what the comparison of whole histograms has found need not be the 95th percentile. */
function saySlower(evidence: Evidence, gate: GateReport | undefined): string {
  const { candidate: own, stable: old } = windowLatencies(evidence.recent);
  const layout = evidence.latency?.layout ?? null;
  if (layout === null || own === null || old === null) return sayLatency(gate);
  const requests = countFrom(own, 0);
  const found = quantilesTold
    .filter((part) => requests * (1 - part) >= 3)
    .map((part) => {
      const candidateMs = quantileMs(layout, own, part) ?? 0;
      const stableMs = quantileMs(layout, old, part) ?? 0;
      return { part, candidateMs, stableMs, factor: candidateMs / Math.max(1e-9, stableMs) };
    })
    .toSorted((a, b) => b.factor - a.factor)[0];
  if (found === undefined || found.part === 1 - slowPart) return sayLatency(gate);
  return `The new revision answers ${sayPercent(found.part)} of requests ${sayWithin(found.candidateMs, gate?.openFromMs ?? null)} (${sayRequests(requests)}), the old one ${sayWithin(found.stableMs, gate?.openFromMs ?? null)} (${sayRequests(countFrom(old, 0))})`;
}

function sayRule(rule: RollbackRule): string {
  return rule.metric === 'errorRate'
    ? `More than ${sayPercent(rule.above)} of the new revision's requests have failed for ${sayDuration(rule.forMs)}`
    : `The new revision's 95th percentile has been above ${sayMs(rule.above)} for ${sayDuration(rule.forMs)}`;
}

function sayLuck(evidence: Evidence): string {
  const logE = evidence.crossing?.logE ?? 0;
  return `there is less than 1 chance in ${sayCount(roundDown(Math.exp(Math.min(logE, 27))))} that this is luck`;
}

function sayBudget(used: number): string {
  return `${used >= 0.1 ? sayPercent(used) : 'little'} of the budget for false rollbacks is in use`;
}

function sayMissing(gatePlan: GatePlan, gate: GateReport | undefined, judgement: Bare): string {
  if (gate === undefined) return 'Not enough requests yet.';
  const done = Math.max(0, Math.min(0.99, gate.proof.logE / gate.proof.neededLogE));
  const sure = sayPercent(1 - gatePlan.risk.missedRegression);
  const claim = gate.name === 'errorRate' ? sayClaim(gate, judgement) : 'it is not slower';
  return `${sayGate(gate)} Nothing speaks against it; more requests are needed to be ${sure} sure that ${claim} (about ${sayPercent(Math.floor(done * 100) / 100)} of the way).`;
}

function sayProven(gatePlan: GatePlan, judgement: Bare): string {
  const errors = gateOf(judgement.gates, 'errorRate');
  const latency = gateOf(judgement.gates, 'latencyP95');
  const parts = [
    ...(errors === undefined ? [] : [sayErrors(errors)]),
    ...(latency === undefined ? [] : [sayLatency(latency).replace(/^The new revision/, 'it')]),
  ];
  const sure = sayPercent(1 - gatePlan.risk.missedRegression);
  const claim = errors === undefined ? 'it is not slower' : sayClaim(errors, judgement);
  return `${parts.join('; ')}: ${sure} sure that ${claim}.`;
}

function sayClaim(gate: GateReport, judgement: Bare): string {
  const { max, worseThanStableBy } = gate.limit;
  return judgement.guarantee === 'limits-only'
    ? `it fails less than ${sayPercent(max + worseThanStableBy)} (no old revision serves beside it to compare with)`
    : `it fails at most ${sayPoints(worseThanStableBy)} more than the old one`;
}

function sayLimit(gate: GateReport): string {
  return gate.unit === 'ms' ? sayMs(gate.limit.max) : sayPercent(gate.limit.max);
}

function sayStableToo(gate: GateReport): string {
  const { stable } = gate.estimate;
  if (stable === null || stable <= gate.limit.max) return '';
  return ', as the old one is: this is not blamed on the release';
}

/** 0.02123 → "2.1 %". What is not nothing is never said to be 0 %, and what is not all never 100 %. */
function sayPercent(ratio: number): string {
  const percent = ratio * 100;
  const rest = 100 - percent;
  if (percent > 0 && percent < 0.1) return `${Number(percent.toPrecision(1))} %`;
  if (rest > 0 && rest < 1) return `${Number((100 - Number(rest.toPrecision(1))).toFixed(6))} %`;
  const digits = percent === 0 || percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
  return `${Number(percent.toFixed(digits))} %`;
}

function sayPoints(difference: number): string {
  const points = Number((difference * 100).toFixed(2));
  return `${points} ${points === 1 ? 'percentage point' : 'percentage points'}`;
}

function sayMs(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toFixed(ms >= 10_000 ? 0 : 1))} s`;
  return `${Math.round(ms)} ms`;
}

function sayDuration(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms % 60_000 === 0) return `${ms / 60_000} min`;
  return `${Number((ms / 1000).toFixed(1))} s`;
}

function sayRequests(count: number): string {
  return `${sayCount(count)} ${Math.round(count) === 1 ? 'request' : 'requests'}`;
}

/** 4000 → "4,000". */
function sayCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Two leading digits, rounded down: a chance must not be said to be smaller than it is. */
function roundDown(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.floor(value / unit) * unit;
}
