/** Counters and classic buckets in the text format, named as Knative's queue-proxy names them. */
import type { Served } from './metrics-contract.js';

const BOUNDS_MS = [5, 10, 25, 50, 75, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];

/** What is wrong with the text. */
export type Corruption = 'none' | 'notANumber' | 'unknownBuckets';

/** One instance's metrics. A series exists from the first request it counts. */
export class QueueProxyMetrics {
  corruption: Corruption = 'none';
  #served: Served[] = [];

  serve(requests: readonly Served[]): void {
    this.#served.push(...requests);
  }

  /** The instance is started anew: every counter begins at zero. */
  restart(): void {
    this.#served = [];
  }

  text(): string {
    const groups = new Map<string, Served[]>();
    for (const request of this.#served) {
      const key = `service_name="web",revision_name="${request.revision}",response_code_class="${String(request.status).slice(0, 1)}xx"`;
      groups.set(key, [...(groups.get(key) ?? []), request]);
    }
    const lines = [...groups].flatMap(([labels, requests]) => [
      `revision_request_count{${labels}} ${this.corruption === 'notANumber' ? 'NaN' : requests.length}`,
      ...this.#buckets(labels, requests),
    ]);
    return `${lines.join('\n')}\n`;
  }

  #buckets(labels: string, requests: readonly Served[]): readonly string[] {
    const count = (bound: number): number =>
      requests.filter(({ latencyMs }) => latencyMs <= bound).length;
    const bucket = (le: string, value: number): string =>
      `revision_request_latencies_bucket{${labels},le="${le}"} ${value}`;
    const finite = BOUNDS_MS.map((bound) => bucket(String(bound), count(bound)));
    return this.corruption === 'unknownBuckets'
      ? finite
      : [...finite, bucket('+Inf', requests.length)];
  }
}
