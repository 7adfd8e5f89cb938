/**
 * Requests, errors and latencies of Cloud Run revisions from Cloud Monitoring v3, and from anything that speaks it.
 *
 * Points are sampled every 60 s and visible after up to three minutes, so only intervals older than the visibility
 * delay are asked for. A series that is absent is zero: Cloud Run writes none where nothing happened.
 */
import type { MetricsOutcome, MetricsPort, MetricsQuestion } from '@ascent/core';
import { googleTokenSource, type TokenSource } from '../access-token.js';
import { createJsonSource, type Fetch } from '../json-source.js';
import { cutRange, gridRange, type GridRange } from '../sample-grid.js';
import { TrafficTally } from '../traffic-tally.js';
import { Unreadable, unlessUnreadable } from '../unreadable.js';
import { toHistogram } from './distribution.js';
import { googleFault } from './google-fault.js';
import { countInstances } from './instance-count.js';
import { readPages, type SeriesReader } from './series-pages.js';
import { endMsOf, type SeriesPoint, type TimeSeriesPage } from './time-series-answer.js';
import { readUtilization } from './utilization.js';

/** What the Cloud Monitoring port needs. */
export type CloudMonitoringOptions = {
  readonly project: string;
  /** Region of the service; `null` sums over every region. */
  readonly location: string | null;
  /** `null` is Google's own address. */
  readonly endpoint: string | null;
  /** @default 60000 */
  readonly samplePeriodMs?: number;
  /** @default 180000 */
  readonly visibilityDelayMs?: number;
  /** How long one read may take, all its pages together. @default 30000 */
  readonly deadlineMs?: number;
  /** @default Node's own */
  readonly fetch?: Fetch;
  /** Bearer token. @default Application Default Credentials */
  readonly token?: TokenSource;
  /** Sends no token at all. @default false, but a token is never sent over plain http */
  readonly anonymous?: boolean;
};

const GOOGLE_ENDPOINT = 'https://monitoring.googleapis.com';
const SAMPLE_PERIOD_MS = 60_000;
const VISIBILITY_DELAY_MS = 180_000;
const DEADLINE_MS = 30_000;
/** One query covers at most a day, well under the 25 hours some uses of the API allow. */
const LONGEST_QUERY_MS = 24 * 3_600_000;

/** Creates the port. Nothing is asked until it is used. */
export function createCloudMonitoringPort(options: CloudMonitoringOptions): MetricsPort {
  const endpoint = (options.endpoint ?? GOOGLE_ENDPOINT).replace(/\/+$/, '');
  const periodMs = options.samplePeriodMs ?? SAMPLE_PERIOD_MS;
  const reader: SeriesReader = {
    ask: createJsonSource({
      name: `Cloud Monitoring (project ${options.project})`,
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      authorize: authorizer(endpoint, options),
      faultIn: googleFault,
    }),
    url: `${endpoint}/v3/projects/${encodeURIComponent(options.project)}/timeSeries`,
    location: options.location,
    periodMs,
  };
  const visibilityDelayMs = options.visibilityDelayMs ?? VISIBILITY_DELAY_MS;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  return {
    read: (question) =>
      unlessUnreadable(() => {
        const range = gridRange({ ...question, periodMs, visibilityDelayMs });
        return readRange(reader, question, { range, signal: AbortSignal.timeout(deadlineMs) });
      }),
    readUtilization: (question) =>
      unlessUnreadable(() => {
        const range = gridRange({ ...question, periodMs, visibilityDelayMs });
        const signal = AbortSignal.timeout(deadlineMs);
        return readUtilization(reader, question, { range, signal });
      }),
    countInstances: (question) =>
      unlessUnreadable(() => {
        const range = gridRange({ ...question, periodMs, visibilityDelayMs });
        return countInstances(reader, question, { range, signal: AbortSignal.timeout(deadlineMs) });
      }),
  };
}

/** A token must not travel in the clear, so plain http (an emulator on this machine) gets none. */
function authorizer(
  endpoint: string,
  { token, anonymous = false }: CloudMonitoringOptions,
): () => Promise<Readonly<Record<string, string>>> {
  if (anonymous || endpoint.startsWith('http://')) return () => Promise.resolve({});
  const source = token ?? googleTokenSource();
  return async () => ({ authorization: `Bearer ${await source()}` });
}

async function readRange(
  reader: SeriesReader,
  question: MetricsQuestion,
  { range, signal }: { readonly range: GridRange; readonly signal: AbortSignal },
): Promise<MetricsOutcome> {
  const tally = new TrafficTally();
  const revisions = new Set(question.revisions);
  const { service } = question;
  for (const piece of cutRange(range, LONGEST_QUERY_MS)) {
    const pages = await Promise.all([
      readPages(reader, { metric: 'request_count', service, range: piece, signal }),
      readPages(reader, { metric: 'request_latencies', service, range: piece, signal }),
    ]);
    for (const series of pages) {
      const seen = new Set<string>();
      for (const page of series) addPage(tally, page, { revisions, range: piece, seen });
    }
  }
  return { type: 'points', points: tally.points(reader.periodMs), youngestTrustedMs: range.endMs };
}

function addPage(
  tally: TrafficTally,
  page: TimeSeriesPage,
  wanted: {
    readonly revisions: ReadonlySet<string>;
    readonly range: GridRange;
    /** Intervals that this metric has told already: a page that overlaps another must not count twice. */
    readonly seen: Set<string>;
  },
): void {
  for (const { resource, metric, points } of page.timeSeries) {
    const revision = resource.labels['revision_name'];
    if (revision === undefined || !wanted.revisions.has(revision)) continue;
    const kind = metric.labels['response_code_class'] ?? '';
    const failed = kind === '5xx';
    for (const point of points) {
      const endMs = endMsOf(point);
      if (endMs <= wanted.range.startMs || endMs > wanted.range.endMs) continue;
      const key = `${revision} ${kind} ${endMs}`;
      if (wanted.seen.has(key)) throw new Unreadable(`Cloud Monitoring told ${key} twice`);
      wanted.seen.add(key);
      addPoint(tally, { revision, endMs }, { point, failed });
    }
  }
}

function addPoint(
  tally: TrafficTally,
  cell: { readonly revision: string; readonly endMs: number },
  { point, failed }: { readonly point: SeriesPoint; readonly failed: boolean },
): void {
  const { int64Value, doubleValue, distributionValue } = point.value;
  if (distributionValue !== undefined) {
    const latency = toHistogram(distributionValue);
    if (latency !== null) tally.addLatency(cell, latency);
    return;
  }
  const requests = int64Value ?? (doubleValue === undefined ? undefined : Math.round(doubleValue));
  if (requests === undefined) {
    throw new Unreadable('Cloud Monitoring sent a point with neither a count nor a distribution');
  }
  tally.addRequests(cell, requests, failed);
}
