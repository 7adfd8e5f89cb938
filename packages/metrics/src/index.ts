export {
  createCloudMonitoringPort,
  type CloudMonitoringOptions,
} from './cloud-monitoring/cloud-monitoring-port.js';
export type { TokenSource } from './access-token.js';
export type { Fetch } from './json-source.js';
export { createPrometheusPort, type PrometheusOptions } from './prometheus/prometheus-port.js';
export { createGateReader, type GateReader, type GateReaderOptions } from './gates/gate-reader.js';
export { alertPolicies, type PolicyTarget } from './exports/alert-policies.js';
export { grafanaDashboard } from './exports/grafana-dashboard.js';
export { monitoringDashboard } from './exports/monitoring-dashboard.js';
export { prometheusRules, type PrometheusRules } from './exports/prometheus-rules.js';
