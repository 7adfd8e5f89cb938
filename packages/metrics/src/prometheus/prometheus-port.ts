/**
 * Requests, errors and latencies per revision from Prometheus, or anything that speaks its query API.
 *
 * Raw counters are read at every step and subtracted here, series by series, so that a restarted instance, a first error
 * and a bucket are counted exactly (`counter-increase.ts` says why `increase()` is not used).
 */
import {
  AscentError,
  knativeNames,
  type InstanceCounts,
  type InstanceQuestion,
  type MetricsOutcome,
  type MetricsPort,
  type MetricsQuestion,
  type PrometheusNames,
} from '@ascent/core';
import { createJsonSource, type AskJson, type Fetch } from '../json-source.js';
import { cutRange, gridRange, type GridRange } from '../sample-grid.js';
import { TrafficTally } from '../traffic-tally.js';
import { unlessUnreadable } from '../unreadable.js';
import { withoutCredentials } from '../web-address.js';
import { escapeRegex, faultsInNames, quote, selectorOf } from './metric-names.js';
import { parseRange, prometheusFault, type RangeSeries } from './range-answer.js';
import { countByInstance } from './instance-counts.js';
import { addIncreases } from './series-tally.js';
import { jobsOf, targetHistory } from './target-history.js';

/** What the Prometheus port needs. */
export type PrometheusOptions = {
  /** Address of the server, with its path prefix if it has one; `user:password@` becomes a header. */
  readonly url: string;
  /** Length of one interval: a multiple of the scrape interval. @default 60000 */
  readonly stepMs?: number;
  /** Length of one interval in which instances are told apart, a multiple of the scrape interval. @default 300000 */
  readonly instanceStepMs?: number;
  /** How old an interval must be: at least one scrape interval and its time-out. @default 30000 */
  readonly visibilityDelayMs?: number;
  /** Names that differ from Knative's. */
  readonly names?: Partial<PrometheusNames>;
  /** How long one read may take. @default 30000 */
  readonly deadlineMs?: number;
  /** @default Node's own */
  readonly fetch?: Fetch;
  /** Headers, such as an `authorization`. @default none */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
};

const STEP_MS = 60_000;
const VISIBILITY_DELAY_MS = 30_000;
const DEADLINE_MS = 30_000;
/** A day in so many steps is less than Prometheus allows in one answer. */
const INSTANCE_STEP_MS = 300_000;
/** Prometheus refuses more than 11,000 steps per series; fewer keep one answer within some megabytes. */
const STEPS_PER_QUERY = 1_000;
/** Steps read before the range, so that a counter that was out of sight for a while is not taken for a new one. */
const STEPS_BEFORE = 30;

type Reader = {
  readonly ask: AskJson;
  readonly url: string;
  readonly names: PrometheusNames;
  readonly stepMs: number;
};

/**
 * Creates the port. Nothing is asked until it is used.
 * @throws AscentError `ASC_PLAN_INVALID` when a metric or label name could not be one.
 */
export function createPrometheusPort(options: PrometheusOptions): MetricsPort {
  const names = { ...knativeNames, ...options.names };
  const faults = faultsInNames(names);
  if (faults.length > 0) {
    throw new AscentError('ASC_PLAN_INVALID', `metrics.prometheus: ${faults.join('; ')}.`);
  }
  const { url, headers } = withoutCredentials(options.url);
  const stepMs = options.stepMs ?? STEP_MS;
  const reader: Reader = {
    ask: createJsonSource({
      name: `Prometheus at ${url}`,
      fetch: options.fetch ?? ((address, init) => fetch(address, init)),
      authorize: async () => ({ ...headers, ...(await options.headers?.()) }),
      faultIn: prometheusFault,
    }),
    url: `${url}/api/v1/query_range`,
    names,
    stepMs,
  };
  const visibilityDelayMs = options.visibilityDelayMs ?? VISIBILITY_DELAY_MS;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  return {
    read: (question) =>
      unlessUnreadable(() => {
        const range = gridRange({ ...question, periodMs: stepMs, visibilityDelayMs });
        return readRange(reader, question, { range, signal: AbortSignal.timeout(deadlineMs) });
      }),
    readInstances: async (question) => {
      // Coarse steps do: what is asked is how evenly failures fall on instances, not when.
      const coarse = { ...reader, stepMs: options.instanceStepMs ?? INSTANCE_STEP_MS };
      const grid = { ...question, periodMs: coarse.stepMs, visibilityDelayMs };
      const outcome = await unlessUnreadable(async () => ({
        type: 'instances' as const,
        counts: await readInstances(coarse, question, {
          range: gridRange(grid),
          signal: AbortSignal.timeout(deadlineMs),
        }),
      }));
      return outcome.type === 'instances' ? outcome.counts : null;
    },
  };
}

async function readRange(
  reader: Reader,
  question: MetricsQuestion,
  { range, signal }: { readonly range: GridRange; readonly signal: AbortSignal },
): Promise<MetricsOutcome> {
  const tally = new TrafficTally();
  const { names, stepMs } = reader;
  const pieces = question.revisions.length === 0 ? [] : cutRange(range, stepMs * STEPS_PER_QUERY);
  for (const piece of pieces) {
    const wide = { startMs: piece.startMs - STEPS_BEFORE * stepMs, endMs: piece.endMs };
    const ask = (query: string): Promise<readonly RangeSeries[]> =>
      queryRange(reader, { query, range: wide, signal });
    const [requests, buckets] = await Promise.all([
      ask(selectorOf(names.requestCount, names, question)),
      ask(selectorOf(names.latencyBucket, names, question)),
    ]);
    const history = targetHistory(await readUp(ask, [...requests, ...buckets]));
    const times = timesOf(wide, stepMs);
    const afterMs = piece.startMs;
    addIncreases(tally, { requests, buckets }, { names, times, afterMs, history });
  }
  return { type: 'points', points: tally.points(stepMs), youngestTrustedMs: range.endMs };
}

async function readInstances(
  reader: Reader,
  question: InstanceQuestion,
  { range, signal }: { readonly range: GridRange; readonly signal: AbortSignal },
): Promise<readonly InstanceCounts[]> {
  const { names, stepMs } = reader;
  const wide = { startMs: range.startMs - stepMs, endMs: range.endMs };
  const wanted = { service: question.service, revisions: [question.revision] };
  const ask = (query: string): Promise<readonly RangeSeries[]> =>
    queryRange(reader, { query, range: wide, signal });
  const requests = await ask(selectorOf(names.requestCount, names, wanted));
  const history = targetHistory(await readUp(ask, requests));
  const times = timesOf(wide, stepMs);
  return countByInstance(requests, { names, times, afterMs: range.startMs, history });
}

/** The `up` series of the jobs that some series come from. */
async function readUp(
  ask: (query: string) => Promise<readonly RangeSeries[]>,
  series: readonly RangeSeries[],
): Promise<readonly RangeSeries[]> {
  const jobs = jobsOf(series).map(escapeRegex);
  return jobs.length === 0 ? [] : await ask(`up{job=~${quote(jobs.join('|'))}}`);
}

async function queryRange(
  { ask, url, stepMs }: Reader,
  query: { readonly query: string; readonly range: GridRange; readonly signal: AbortSignal },
): Promise<readonly RangeSeries[]> {
  const form = new URLSearchParams({
    query: query.query,
    start: String(query.range.startMs / 1_000),
    end: String(query.range.endMs / 1_000),
    step: String(stepMs / 1_000),
  });
  return parseRange(await ask({ url, form, signal: query.signal }));
}

function timesOf({ startMs, endMs }: GridRange, stepMs: number): readonly number[] {
  const steps = Math.round((endMs - startMs) / stepMs);
  return Array.from({ length: steps + 1 }, (_, step) => startMs + step * stepMs);
}
