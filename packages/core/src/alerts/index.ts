export {
  defaultAlerts,
  type AlertChannel,
  type AlertMetric,
  type AlertRule,
  type AlertSeverity,
} from './alert-rule.js';
export {
  calm,
  evaluateAlerts,
  type AlertContext,
  type AlertNews,
  type AlertState,
  type FiringAlert,
  type Silence,
} from './alert-state.js';
export { lookBackMs, type AlertMeasurements } from './alert-window.js';
