/** What the counters and labels are called in Prometheus. The defaults are those of Knative's queue-proxy. */

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

/** What a metric can be called (https://prometheus.io/docs/concepts/data_model/). */
export const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** What a label can be called. */
export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
