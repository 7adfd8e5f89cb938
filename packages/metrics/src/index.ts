export {
  createCloudMonitoringPort,
  type CloudMonitoringOptions,
} from './cloud-monitoring/cloud-monitoring-port.js';
export type { TokenSource } from './access-token.js';
export type { Fetch } from './json-source.js';
