/**
 * The plan's alert rules as Cloud Monitoring alert policies, for when no controller runs. Resource:
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies (facts: latency is in milliseconds,
 * utilizations are distributions with plural names, durations are whole minutes).
 */
import type { AlertMetric, AlertRule } from '@ascent/core';
import { quote } from '../cloud-monitoring/time-series-query.js';

/** What the policies watch, and whom they tell. */
export type PolicyTarget = {
  readonly service: string;
  /** `projects/P/notificationChannels/ID`, or a text that Cloud Monitoring fills in later. */
  readonly channels: readonly string[];
};

/** Cloud Monitoring takes durations in whole minutes only. */
const MINUTE_MS = 60_000;
/** An incident without data closes after half an hour. */
const AUTO_CLOSE_S = 1_800;

const metricTypes: Readonly<Record<AlertMetric, string>> = {
  errorRate: 'request_count',
  latencyP95: 'request_latencies',
  cpu: 'container/cpu/utilizations',
  memory: 'container/memory/utilizations',
};

/** One policy for each rule, as JSON for `POST /v3/projects/P/alertPolicies`. */
export function alertPolicies(
  rules: readonly AlertRule[],
  target: PolicyTarget,
): readonly object[] {
  return rules.map((rule) => ({
    displayName: `${target.service}: ${rule.name}`,
    documentation: { content: documentationOf(rule, target), mimeType: 'text/markdown' },
    userLabels: { managed_by: 'ascent', service: target.service },
    combiner: 'OR',
    enabled: true,
    severity: rule.severity === 'critical' ? 'CRITICAL' : 'WARNING',
    conditions: [
      {
        displayName: `${rule.metric} above ${limitWords(rule)}`,
        conditionThreshold: thresholdOf(rule, target),
      },
    ],
    alertStrategy: {
      autoClose: `${AUTO_CLOSE_S}s`,
      notificationPrompts: ['OPENED', 'CLOSED'],
    },
    notificationChannels: [...target.channels],
  }));
}

function thresholdOf(rule: AlertRule, { service }: PolicyTarget): object {
  const minutes = Math.max(1, Math.round(rule.forMs / MINUTE_MS));
  const filter = filterOf(rule.metric, service);
  const common = {
    comparison: 'COMPARISON_GT',
    thresholdValue: rule.above,
    duration: `${minutes * 60}s`,
    trigger: { count: 1 },
    // A series that is absent is zero: nothing happened, and that is no incident.
    evaluationMissingData: 'EVALUATION_MISSING_DATA_INACTIVE',
  };
  if (rule.metric !== 'errorRate') {
    const reducer = rule.metric === 'latencyP95' ? 'REDUCE_PERCENTILE_95' : 'REDUCE_PERCENTILE_99';
    return { filter, aggregations: [aggregation(reducer)], ...common };
  }
  return {
    filter: `${filter} AND metric.labels.response_code_class="5xx"`,
    aggregations: [aggregation('REDUCE_SUM')],
    denominatorFilter: filter,
    denominatorAggregations: [aggregation('REDUCE_SUM')],
    ...common,
  };
}

/** DELTA keeps whole histograms, so that the reducer's percentile is of all requests and not of percentiles. */
function aggregation(reducer: string): object {
  return {
    alignmentPeriod: '60s',
    perSeriesAligner: 'ALIGN_DELTA',
    crossSeriesReducer: reducer,
    groupByFields: ['resource.labels.revision_name'],
  };
}

/** The filter of one metric of one service. */
export function filterOf(metric: AlertMetric, service: string): string {
  return [
    `metric.type=${quote(`run.googleapis.com/${metricTypes[metric]}`)}`,
    'resource.type="cloud_run_revision"',
    `resource.labels.service_name=${quote(service)}`,
  ].join(' AND ');
}

function limitWords({ metric, above }: AlertRule): string {
  return metric === 'latencyP95' ? `${above} ms` : `${Number((above * 100).toPrecision(6))} %`;
}

function documentationOf({ name, severity }: AlertRule, { service }: PolicyTarget): string {
  return `**${name}** (${severity}) of ${service}. Every series is one revision. If it is the candidate: \`ascent status\` says what Ascent makes of it, \`ascent rollback\` sends everybody back.`;
}
