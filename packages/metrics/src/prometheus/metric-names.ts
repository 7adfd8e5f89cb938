/** What the counters and labels are called. The defaults are those of Knative's queue-proxy. */

/** Names of two metrics and of the labels that tell their series apart. */
export type PrometheusNames = {
  /** Counter of requests. */
  readonly requestCount: string;
  /** Classic histogram buckets of request latencies, with its `_bucket`. */
  readonly latencyBucket: string;
  /** Unit of `le` on the latency buckets. */
  readonly latencyUnit: 'ms' | 's';
  readonly serviceLabel: string;
  readonly revisionLabel: string;
  /** Status (`503`) or class of status (`5xx`): what begins with 5 is an error. */
  readonly codeLabel: string;
  /** Further labels a series must have, such as a namespace. */
  readonly matchers: Readonly<Record<string, string>>;
};

/** Metrics of `knative.dev/serving` queue-proxy: `pkg/queue/prometheus_stats_reporter.go` and `pkg/queue/request_metric.go`. */
export const knativeNames: PrometheusNames = {
  requestCount: 'revision_request_count',
  latencyBucket: 'revision_request_latencies_bucket',
  latencyUnit: 'ms',
  serviceLabel: 'service_name',
  revisionLabel: 'revision_name',
  codeLabel: 'response_code_class',
  matchers: {},
};

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** What is wrong with `names`, each with the name of its field; empty when nothing is. */
export function faultsInNames(names: PrometheusNames): readonly string[] {
  const metrics = (['requestCount', 'latencyBucket'] as const)
    .filter((field) => !METRIC_NAME.test(names[field]))
    .map((field) => `${field}: ${JSON.stringify(names[field])} is no metric name`);
  const labels = (['serviceLabel', 'revisionLabel', 'codeLabel'] as const)
    .filter((field) => !LABEL_NAME.test(names[field]))
    .map((field) => `${field}: ${JSON.stringify(names[field])} is no label name`);
  const matchers = Object.keys(names.matchers)
    .filter((label) => !LABEL_NAME.test(label))
    .map((label) => `matchers: ${JSON.stringify(label)} is no label name`);
  return [...metrics, ...labels, ...matchers];
}

/** A selector of the series of some revisions of one service. */
export function selectorOf(
  metric: string,
  names: PrometheusNames,
  wanted: { readonly service: string; readonly revisions: readonly string[] },
): string {
  const equal = { ...names.matchers, [names.serviceLabel]: wanted.service };
  const matchers = Object.entries(equal).map(([label, value]) => `${label}=${quote(value)}`);
  const revisions = wanted.revisions.map(escapeRegex).join('|');
  return `${metric}{${[...matchers, `${names.revisionLabel}=~${quote(revisions)}`].join(',')}}`;
}

/** A string literal of PromQL. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** RE2, anchored at both ends by Prometheus itself. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
