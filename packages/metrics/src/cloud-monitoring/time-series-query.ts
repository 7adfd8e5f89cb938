/**
 * What is asked of `projects.timeSeries.list`
 * (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list).
 */
import type { GridRange } from '../sample-grid.js';

/** The metrics a rollout is judged by, those that only alerts watch, and the one that only people look at. */
export type RunMetric =
  | 'request_count'
  | 'request_latencies'
  | 'container/cpu/utilizations'
  | 'container/memory/utilizations'
  | 'container/instance_count';

/** Which series of which service. */
export type TimeSeriesQuery = {
  readonly metric: RunMetric;
  readonly service: string;
  /** Region, or `null` for every region. */
  readonly location: string | null;
  readonly range: GridRange;
  readonly periodMs: number;
  readonly pageToken: string | null;
};

/** Points per page. A distribution point is about a kilobyte, so a page stays within a few megabytes. */
const PAGE_SIZE = 5_000;

/** The query string. */
export function timeSeriesParams(query: TimeSeriesQuery): URLSearchParams {
  const { metric, range, periodMs, pageToken } = query;
  const params = new URLSearchParams({
    filter: filterOf(query),
    'interval.startTime': new Date(range.startMs).toISOString(),
    'interval.endTime': new Date(range.endMs).toISOString(),
    'aggregation.alignmentPeriod': `${periodMs / 1_000}s`,
    // DELTA keeps counts and whole histograms; a percentile aligner would give percentiles of percentiles (4.3).
    // The number of instances is a gauge, which has no difference.
    'aggregation.perSeriesAligner':
      metric === 'container/instance_count' ? 'ALIGN_MAX' : 'ALIGN_DELTA',
    'aggregation.crossSeriesReducer': 'REDUCE_SUM',
    view: 'FULL',
    pageSize: String(PAGE_SIZE),
  });
  params.append('aggregation.groupByFields', 'resource.labels.revision_name');
  if (metric === 'request_count') {
    params.append('aggregation.groupByFields', 'metric.labels.response_code_class');
  }
  if (pageToken !== null) params.set('pageToken', pageToken);
  return params;
}

function filterOf({ metric, service, location }: TimeSeriesQuery): string {
  const parts = [
    `metric.type=${quote(`run.googleapis.com/${metric}`)}`,
    'resource.type="cloud_run_revision"',
    `resource.labels.service_name=${quote(service)}`,
    ...(location === null ? [] : [`resource.labels.location=${quote(location)}`]),
  ];
  return parts.join(' AND ');
}

/** A string literal of the filter language. */
export function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
