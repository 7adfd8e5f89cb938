export {
  defaultAlerts,
  type AlertChannel,
  type AlertMetric,
  type AlertRule,
  type AlertSeverity,
  type AlertState,
  type FiringAlert,
  type Silence,
} from './alerts/index.js';
export { urgencyOf, type Urgency } from './steps/announce.js';
export { alertsNeedAfterMs, metricsNeededAfterMs } from './steps/note-alerts.js';
export { dueEntries, noteDeliveries, outboxOf } from './steps/outbox.js';
export { noteStableBack } from './steps/stable-revision.js';
export {
  alertsOf,
  silenceWatch,
  watchAlerts,
  watchedRevisions,
  type WatchLook,
} from './steps/watch.js';
export type { Resource, UtilizationPoint } from './world/utilization-point.js';
export { advance, CHECKPOINT_MS, type Step } from './steps/advance.js';
export { begin, type BeginContext, type BeginOutcome } from './steps/begin.js';
export {
  fillIn,
  formatGateValue,
  sentryLevels,
  type CustomGate,
  type GateOutcome,
  type GateReading,
  type GateSource,
  type GateState,
  type GateSubject,
  type SentryLevel,
} from './gates/index.js';
export { formatDuration, parseDurationMs, parseHoldMs } from './duration.js';
export { AscentError, errorCatalogue, formatFaults, type ErrorCode, type Fault } from './errors.js';
export type {
  Command,
  Delivered,
  Observed,
  RolloutEvent,
  SilenceAlert,
  SpotChecked,
} from './steps/event.js';
export type { InstanceCounts } from '@ascent/stats';
export { withMeasuredDispersion } from './plan/measured-dispersion.js';
export { expectedTraffic, servingRevisions } from './steps/expected-traffic.js';
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
  type ForecastWorld,
  type GatePlan,
  type GateReport,
  type JudgeContext,
  type Judgement,
  type Observation,
  type Obstacle,
  type PerRevision,
  type Proof,
  type Reason,
  type RollbackRule,
  type StageForecast,
  type StageTiming,
  type StatisticsPlan,
  type TimeToSee,
  type Totals,
  type Verdict,
} from './evidence/index.js';
export { compilePlan, formatPath, type PlanResult } from './plan/plan-compile.js';
export { planConfigSchema, type PlanConfig } from './plan/plan-config.js';
export type {
  BlindPolicy,
  Channel,
  MetricsSource,
  NotifyPlan,
  PlanPlatform,
  RolloutPlan,
  Stage,
  UndecidablePolicy,
} from './plan/plan.js';
export type {
  InstanceCountOutcome,
  MetricsOutcome,
  MetricsPort,
  InstanceQuestion,
  MetricsQuestion,
  Readiness,
  ServedTarget,
  ServiceChange,
  ServicePort,
  ServiceView,
  TrafficTarget,
  UtilizationOutcome,
  WriteOutcome,
} from './world/ports.js';
export {
  knativeNames,
  LABEL_NAME,
  METRIC_NAME,
  type PrometheusNames,
} from './plan/prometheus-names.js';
export {
  formatLongDuration,
  formatPercent,
  formatRate,
  formatSpan,
} from './evidence/forecast-words.js';
export { holdingGate } from './steps/note-gates.js';
export { noticesAtStart, undecidableNotices } from './steps/notices.js';
export { approversOf } from './steps/advancement.js';
export { readArchivedRecord, readRecord, RECORD_ANNOTATION, writeRecord } from './record/record.js';
export {
  isOpen,
  type Approval,
  type Decision,
  type DecisionType,
  type Effect,
  type OutboxEntry,
  type PauseCause,
  type Rollout,
  type RolloutRecord,
  type RolloutStatus,
  type Watch,
} from './record/rollout.js';
export type { SecretName } from './secret-name.js';
export { smokeFileSchema, type SmokeCheck, type SmokeOutcome } from './plan/smoke-plan.js';
export { countOfChecks } from './plan/smoke-words.js';
export { oneLine, tidyWords } from './said.js';
export { stageOf } from './record/stage.js';
export {
  areScenariosDue,
  countSpotChecks,
  scenariosOf,
  type SpotChecks,
  type SpotOutcome,
} from './record/spot-checks.js';
export {
  CANDIDATE_TAG,
  isTrafficLeftAlone,
  sameShares,
  sharesByRevision,
  STABLE_TAG,
  trafficFor,
} from './steps/traffic.js';
export type { HistogramLayout, LatencyHistogram, TrafficPoint } from './world/traffic-point.js';
