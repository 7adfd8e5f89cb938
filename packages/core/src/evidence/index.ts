export type { Anomaly, Crossing, Evidence, Totals } from './evidence.js';
export { startEvidence } from './evidence.js';
export { forecast, forecastRates, forecastSlowdowns, slowedCounts } from './forecast.js';
export type {
  Advice,
  ExpectedTraffic,
  ForecastStage,
  StageForecast,
  TimeToSee,
} from './forecast.js';
export { budgetParts, defaultStatistics } from './gate-plan.js';
export type { GatePlan, Question, RollbackRule, StatisticsPlan } from './gate-plan.js';
export type { GateReport, PerRevision, Proof, Verdict } from './gate-report.js';
export { judge } from './judge.js';
export type { JudgeContext, Judgement, Reason } from './judge.js';
export { bucketCount, lowerEdgeMs, quantileMs, upperEdgeMs } from './latency-layout.js';
export { observe } from './observe.js';
export type { Observation } from './observe.js';
export type { AnomalyCode } from './traffic-interval.js';
