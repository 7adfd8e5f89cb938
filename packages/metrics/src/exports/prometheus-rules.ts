/**
 * The plan's alert rules as a Prometheus rule file (https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/),
 * over the metrics that Knative's queue-proxy exports. CPU and memory come from the container runtime's own metrics
 * (cAdvisor and kube-state-metrics), as ratios of the container's limit.
 */
import { formatDuration, type AlertRule, type PrometheusNames } from '@ascent/core';
import { quote } from '../prometheus/metric-names.js';

/** The rule file as plain data; YAML is a matter of whoever writes it. */
export type PrometheusRules = {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
};

/** Rates are taken over as many minutes as there are in a rule, and at least two scrapes of half a minute. */
const RATE_WINDOW = '2m';

/** The rules of one service. */
export function prometheusRules(
  rules: readonly AlertRule[],
  { service, names }: { readonly service: string; readonly names: PrometheusNames },
): PrometheusRules {
  return {
    groups: [
      {
        name: `ascent-${service}`,
        rules: rules.map((rule) => ({
          alert: alertName(rule.name),
          expr: `${valueOf(rule, { service, names })} > ${limitOf(rule, names)}`,
          for: durationOf(rule.forMs),
          labels: { severity: rule.severity, service, managed_by: 'ascent' },
          annotations: {
            summary: `${rule.metric} of {{ $labels.${revisionLabelOf(rule, names)} }} is {{ $value }}, above ${limitOf(rule, names)} for ${formatDuration(rule.forMs)}`,
          },
        })),
      },
    ],
  };
}

/** `high-error-rate` → `HighErrorRate`, as alerts are called there. */
function alertName(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

type Scene = { readonly service: string; readonly names: PrometheusNames };

/** The PromQL of a rule's metric, one series for each revision. */
export function valueOf(rule: Pick<AlertRule, 'metric'>, { service, names }: Scene): string {
  const { serviceLabel, revisionLabel, codeLabel, matchers } = names;
  const own = Object.entries({ ...matchers, [serviceLabel]: service })
    .map(([label, value]) => `${label}=${quote(value)}`)
    .join(',');
  const rate = (selector: string): string => `rate(${selector}[${RATE_WINDOW}])`;
  switch (rule.metric) {
    case 'errorRate': {
      const all = `sum by (${revisionLabel}) (${rate(`${names.requestCount}{${own}}`)})`;
      const bad = `sum by (${revisionLabel}) (${rate(`${names.requestCount}{${own},${codeLabel}=~"5.*"}`)})`;
      // Zero requests give 0/0, which is NaN and above nothing.
      return `${bad} / ${all}`;
    }
    case 'latencyP95':
      return `histogram_quantile(0.95, sum by (${revisionLabel}, le) (${rate(`${names.latencyBucket}{${own}}`)}))`;
    case 'cpu':
      return `max by (pod) (${rate(`container_cpu_usage_seconds_total{${podsOf(service)}}`)} / on (pod, container) group_left () kube_pod_container_resource_limits{resource="cpu",${podsOf(service)}})`;
    case 'memory':
      return `max by (pod) (container_memory_working_set_bytes{${podsOf(service)}} / on (pod, container) group_left () kube_pod_container_resource_limits{resource="memory",${podsOf(service)}})`;
  }
}

/** Pods of a Knative service are named after their revision: `SERVICE-00001-deployment-…`. */
function podsOf(service: string): string {
  return `container="user-container",pod=~${quote(`${service}-.*`)}`;
}

function revisionLabelOf({ metric }: AlertRule, { revisionLabel }: PrometheusNames): string {
  return metric === 'cpu' || metric === 'memory' ? 'pod' : revisionLabel;
}

/** Latencies are in the unit of the buckets. */
function limitOf({ metric, above }: AlertRule, { latencyUnit }: PrometheusNames): number {
  return metric === 'latencyP95' && latencyUnit === 's' ? above / 1_000 : above;
}

/** Prometheus' durations have no decimals; milliseconds are exact. */
function durationOf(durationMs: number): string {
  return durationMs % 1_000 === 0 ? `${durationMs / 1_000}s` : `${durationMs}ms`;
}
