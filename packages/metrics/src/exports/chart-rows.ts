/** What both dashboards show, row by row, so that they show the same. */

/** One chart. `unit` is a UCUM unit as Cloud Monitoring has it. */
export type Chart = {
  readonly title: string;
  readonly metric: 'rate' | 'errorRatio' | 'p50' | 'p95' | 'p99' | 'cpu' | 'memory' | 'instances';
  readonly unit: 'requests/s' | 'ratio' | 'ms' | 'instances';
};

/** The charts in reading order, two to a row. Every series is one revision. */
export const charts: readonly Chart[] = [
  { title: 'Requests a second', metric: 'rate', unit: 'requests/s' },
  { title: '5xx ratio', metric: 'errorRatio', unit: 'ratio' },
  { title: 'P50 latency', metric: 'p50', unit: 'ms' },
  { title: 'P95 latency', metric: 'p95', unit: 'ms' },
  { title: 'P99 latency', metric: 'p99', unit: 'ms' },
  { title: 'Instances', metric: 'instances', unit: 'instances' },
  { title: 'CPU utilization, P99', metric: 'cpu', unit: 'ratio' },
  { title: 'Memory utilization, P99', metric: 'memory', unit: 'ratio' },
];
