/** Records what happens to one revision, with the series it needs at hand. */
import { metrics, type MetricDescriptor } from '../monitoring/metric-descriptors.js';
import type { Series, SeriesLabels, SeriesStore } from '../monitoring/series-store.js';

/** Counts requests and records values of one revision. */
export class RevisionMeter {
  readonly #store: SeriesStore;
  readonly #resource: SeriesLabels['resource'];
  readonly #byStatus = new Map<number, { readonly count: Series; readonly latency: Series }>();

  constructor(store: SeriesStore, resource: SeriesLabels['resource']) {
    this.#store = store;
    this.#resource = resource;
  }

  /** A request was answered with `status` after `latencyMs`, container start not included. */
  recordRequest(status: number, latencyMs: number): void {
    let series = this.#byStatus.get(status);
    if (series === undefined) {
      const labels: SeriesLabels = {
        metric: {
          response_code: String(status),
          response_code_class: `${Math.floor(status / 100)}xx`,
        },
        resource: this.#resource,
      };
      series = {
        count: this.#store.series(metrics.requestCount, labels),
        latency: this.#store.series(metrics.requestLatencies, labels),
      };
      this.#byStatus.set(status, series);
    }
    const nowMs = Date.now();
    series.count.record(1, nowMs);
    series.latency.record(latencyMs, nowMs);
  }

  /** Sets the value of a GAUGE metric. */
  gauge(descriptor: MetricDescriptor, value: number, labels: SeriesLabels['metric'] = {}): void {
    this.#store
      .series(descriptor, { metric: labels, resource: this.#resource })
      .gauge(value, Date.now());
  }

  /** Records a value of any other DELTA metric. */
  record(descriptor: MetricDescriptor, value: number, labels: SeriesLabels['metric'] = {}): void {
    this.#store
      .series(descriptor, { metric: labels, resource: this.#resource })
      .record(value, Date.now());
  }
}
