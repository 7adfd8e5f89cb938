export {
  createCloudMonitoringPort,
  type CloudMonitoringOptions,
} from './cloud-monitoring/cloud-monitoring-port.js';
export type { TokenSource } from './access-token.js';
export type { Fetch } from './json-source.js';
export { createPrometheusPort, type PrometheusOptions } from './prometheus/prometheus-port.js';
export { knativeNames, type PrometheusNames } from './prometheus/metric-names.js';
