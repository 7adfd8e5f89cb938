export type { Anomaly, Crossing, Evidence, Totals } from './evidence.js';
export { startEvidence } from './evidence.js';
export { forecast, forecastRates, forecastSlowdowns } from './forecast.js';
export type { StageForecast } from './forecast.js';
export type { Advice } from './forecast-advice.js';
export { deadLimits } from './forecast-proof.js';
export type { DeadLimit, Obstacle } from './forecast-proof.js';
export type {
  ExpectedTraffic,
  ForecastStage,
  ForecastWorld,
  StageTiming,
  TimeToSee,
} from './forecast-scene.js';
export { budgetParts, defaultStatistics } from './gate-plan.js';
export type { GatePlan, Question, RollbackRule, StatisticsPlan } from './gate-plan.js';
export type { GateReport, PerRevision, Proof, Verdict } from './gate-report.js';
export { withLaterEvidence } from './later-fields.js';
export { judge, type JudgeContext } from './judge.js';
export type { Judgement, Reason } from './judgement.js';
export { bucketCount, countFrom, lowerEdgeMs, quantileMs, upperEdgeMs } from './latency-layout.js';
export { observe } from './observe.js';
export type { Observation } from './observe.js';
export type { AnomalyCode } from './traffic-interval.js';
