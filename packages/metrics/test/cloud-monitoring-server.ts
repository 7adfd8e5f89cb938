/**
 * `timeSeries.list` for two metrics of Cloud Run, over real HTTP, with a clock that a test moves: ALIGN_DELTA anchored at
 * the interval's end, REDUCE_SUM, small pages, int64 as strings, no series where nothing happened, and points that become
 * visible late. Contract: facts/cloud-run, 4.1 to 4.3.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Served } from './metrics-contract.js';

/** How long a request stays invisible. */
export const HIDDEN_MS = 150_000;
const POINTS_PER_PAGE = 3;

type Entry = Served & { readonly atMs: number };

/** What is wrong with the answers. */
export type Corruption = 'none' | 'notANumber' | 'unknownBuckets';

/** A Cloud Monitoring of one service. */
export class CloudMonitoringServer {
  nowMs: number;
  corruption: Corruption = 'none';
  /** Queries as they arrived. */
  readonly asked: URLSearchParams[] = [];
  readonly #entries: Entry[] = [];
  readonly #server: Server;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      this.asked.push(url.searchParams);
      const known = url.pathname === '/v3/projects/p1/timeSeries';
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(known ? this.#answer(url.searchParams) : notFound));
    });
  }

  /** Listens on a free port of the loopback address; resolves to the address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  serve(requests: readonly Served[]): void {
    this.#entries.push(...requests.map((request) => ({ ...request, atMs: this.nowMs })));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }

  #answer(params: URLSearchParams): object {
    const filter = params.get('filter') ?? '';
    const metric = /metric\.type="run\.googleapis\.com\/(\w+)"/.exec(filter)?.[1];
    const service = /resource\.labels\.service_name="([^"]*)"/.exec(filter)?.[1];
    const periodMs = Number.parseFloat(params.get('aggregation.alignmentPeriod') ?? '') * 1_000;
    const endMs = Date.parse(params.get('interval.endTime') ?? '');
    const startMs = Date.parse(params.get('interval.startTime') ?? '');
    if (service !== 'web') return {};
    const visible = this.#entries.filter(
      ({ atMs }) => atMs > startMs && atMs <= endMs && atMs + HIDDEN_MS <= this.nowMs,
    );
    const cells = groupBy(visible, ({ atMs, revision, status }) => {
      const cellEndMs = endMs - Math.floor((endMs - atMs) / periodMs) * periodMs;
      const kind = metric === 'request_count' ? `${String(status).slice(0, 1)}xx` : '';
      return JSON.stringify([revision, kind, cellEndMs]);
    });
    const points = [...cells].map(([key, entries]) => {
      const [revision, kind, cellEndMs] = JSON.parse(key) as [string, string, number];
      return {
        metric: { labels: kind === '' ? {} : { response_code_class: kind } },
        resource: { type: 'cloud_run_revision', labels: { revision_name: revision } },
        points: [
          {
            interval: {
              startTime: new Date(cellEndMs - periodMs).toISOString(),
              endTime: new Date(cellEndMs).toISOString(),
            },
            value: metric === 'request_count' ? this.#count(entries) : this.#distribution(entries),
          },
        ],
      };
    });
    const from = Number(params.get('pageToken') ?? '0');
    const rest = points.length > from + POINTS_PER_PAGE;
    return {
      ...(points.length === 0 ? {} : { timeSeries: points.slice(from, from + POINTS_PER_PAGE) }),
      ...(rest ? { nextPageToken: String(from + POINTS_PER_PAGE) } : {}),
      unit: metric === 'request_count' ? '1' : 'ms',
    };
  }

  #count(entries: readonly Entry[]): object {
    return { int64Value: this.corruption === 'notANumber' ? 'NaN' : String(entries.length) };
  }

  #distribution(entries: readonly Entry[]): object {
    const bucketCounts: string[] = [];
    for (const { latencyMs } of entries) {
      const bucket = latencyMs < 10 ? 0 : Math.floor(Math.log(latencyMs / 10) / Math.log(1.1)) + 1;
      while (bucketCounts.length <= bucket) bucketCounts.push('0');
      bucketCounts[bucket] = String(Number(bucketCounts[bucket]) + 1);
    }
    const exponentialBuckets = { numFiniteBuckets: 233, growthFactor: 1.1, scale: 10 };
    const bucketOptions =
      this.corruption === 'unknownBuckets' ? { spiralBuckets: {} } : { exponentialBuckets };
    return {
      distributionValue: {
        count: String(entries.length),
        mean: 0,
        sumOfSquaredDeviation: 0,
        bucketOptions,
        bucketCounts,
      },
    };
  }
}

const notFound = { error: { code: 404, message: 'Not found', status: 'NOT_FOUND' } };

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
