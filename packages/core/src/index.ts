export type { HistogramLayout, LatencyHistogram, TrafficPoint } from './traffic-point.js';
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
export { AscentError, errorCatalogue } from './errors.js';
export type { ErrorCode, Fault } from './errors.js';
