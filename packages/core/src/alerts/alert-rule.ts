/**
 * Alert rules as data: a metric of one revision, a limit, and for how long it must be beyond it. The same rules are
 * evaluated by the controller and exported to Cloud Monitoring and Prometheus.
 */

/** What an alert can watch. Ratios are 0 … 1, latencies milliseconds. */
export type AlertMetric = 'errorRate' | 'latencyP95' | 'cpu' | 'memory';

/** `critical` wakes somebody up; `warning` can wait for the morning. */
export type AlertSeverity = 'critical' | 'warning';

/** The channels that a rule can name. */
export type AlertChannel = 'slack' | 'email' | 'webhook';

/** One rule. */
export type AlertRule = {
  readonly name: string;
  readonly metric: AlertMetric;
  /** It is bad above this: a ratio, or milliseconds for `latencyP95`. */
  readonly above: number;
  /** For how long it must be above, without a break, before it fires; and below, before it resolves. */
  readonly forMs: number;
  readonly severity: AlertSeverity;
  readonly channels: readonly AlertChannel[];
  /** How often it is said again while it fires. */
  readonly repeatMs: number;
};

const MINUTE_MS = 60_000;
const REPEAT_MS = 4 * 3_600_000;

/** The four rules of a service that says nothing else. */
export const defaultAlerts: readonly AlertRule[] = [
  {
    name: 'high-error-rate',
    metric: 'errorRate',
    above: 0.05,
    forMs: 5 * MINUTE_MS,
    severity: 'critical',
    channels: ['email', 'slack'],
    repeatMs: REPEAT_MS,
  },
  {
    name: 'high-latency',
    metric: 'latencyP95',
    above: 10_000,
    forMs: 5 * MINUTE_MS,
    severity: 'warning',
    channels: ['email', 'slack'],
    repeatMs: REPEAT_MS,
  },
  {
    name: 'high-cpu',
    metric: 'cpu',
    above: 0.8,
    forMs: 10 * MINUTE_MS,
    severity: 'warning',
    channels: ['email'],
    repeatMs: REPEAT_MS,
  },
  {
    name: 'high-memory',
    metric: 'memory',
    above: 0.9,
    forMs: 10 * MINUTE_MS,
    severity: 'critical',
    channels: ['email'],
    repeatMs: REPEAT_MS,
  },
];
