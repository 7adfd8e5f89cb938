export { advance, CHECKPOINT_MS, type Step } from './advance.js';
export { begin, type BeginContext, type BeginOutcome } from './begin.js';
export { formatDuration, parseDurationMs, parseHoldMs } from './duration.js';
export { AscentError, errorCatalogue, formatFaults, type ErrorCode, type Fault } from './errors.js';
export type { Command, Delivered, Observed, RolloutEvent } from './event.js';
export {
  bucketCount,
  defaultStatistics,
  forecast,
  forecastRates,
  forecastSlowdowns,
  judge,
  lowerEdgeMs,
  observe,
  quantileMs,
  startEvidence,
  upperEdgeMs,
  type Advice,
  type Anomaly,
  type AnomalyCode,
  type Crossing,
  type Evidence,
  type ExpectedTraffic,
  type ForecastStage,
  type GatePlan,
  type GateReport,
  type JudgeContext,
  type Judgement,
  type Observation,
  type PerRevision,
  type Proof,
  type Reason,
  type RollbackRule,
  type StageForecast,
  type StatisticsPlan,
  type TimeToSee,
  type Totals,
  type Verdict,
} from './evidence/index.js';
export { compilePlan, formatPath, type PlanResult } from './plan-compile.js';
export { planConfigSchema, type PlanConfig } from './plan-config.js';
export type {
  BlindPolicy,
  MetricsSource,
  PlanPlatform,
  RolloutPlan,
  Stage,
  UndecidablePolicy,
} from './plan.js';
export type {
  MetricsOutcome,
  MetricsPort,
  MetricsQuestion,
  Readiness,
  ServedTarget,
  ServiceChange,
  ServicePort,
  ServiceView,
  TrafficTarget,
  WriteOutcome,
} from './ports.js';
export { readRecord, RECORD_ANNOTATION, writeRecord } from './record.js';
export {
  isOpen,
  type Approval,
  type Decision,
  type DecisionType,
  type Effect,
  type PauseCause,
  type Rollout,
  type RolloutRecord,
  type RolloutStatus,
} from './rollout.js';
export { smokeFileSchema, type SmokeCheck, type SmokeOutcome } from './smoke-plan.js';
export { stageOf } from './stage.js';
export { CANDIDATE_TAG, sameShares, sharesByRevision, STABLE_TAG, trafficFor } from './traffic.js';
export type { HistogramLayout, LatencyHistogram, TrafficPoint } from './traffic-point.js';
