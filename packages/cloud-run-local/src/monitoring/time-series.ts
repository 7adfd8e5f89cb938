/** `timeSeries.list`: what was recorded, filtered, aggregated and written as Cloud Monitoring writes it. */
import { ApiError } from '../api/api-error.js';
import { checkAggregations } from './aggregation-rules.js';
import { aggregate, type AlignedSeries } from './aggregation.js';
import type { Distribution } from './distribution.js';
import type { ListRequest } from './list-request.js';
import { findDescriptor, type MetricDescriptor } from './metric-descriptors.js';
import type { Point, Series, SeriesStore } from './series-store.js';

/** The only resource type Cloud Run services write to. */
const resourceType = 'cloud_run_revision';

function writeDistribution({ bucketing, ...distribution }: Distribution): Record<string, unknown> {
  const { kind, ...buckets } = bucketing;
  return {
    count: String(distribution.count),
    mean: distribution.mean,
    sumOfSquaredDeviation: distribution.squaredDeviation,
    bucketOptions: { [`${kind}Buckets`]: buckets },
    bucketCounts: distribution.counts.map(String),
  };
}

function writePoint({ startMs, endMs, value }: Point, { valueType, kind }: AlignedSeries) {
  const written =
    typeof value !== 'number'
      ? { distributionValue: writeDistribution(value) }
      : valueType === 'INT64'
        ? { int64Value: String(value) }
        : { doubleValue: value };
  const endTime = new Date(endMs).toISOString();
  const startTime = kind === 'DELTA' ? new Date(startMs).toISOString() : endTime;
  return { interval: { startTime, endTime }, value: written };
}

function writeSeries(series: AlignedSeries, type: string, request: ListRequest) {
  return {
    metric: { type, labels: series.labels.metric },
    resource: { type: resourceType, labels: series.labels.resource },
    metricKind: series.kind,
    valueType: series.valueType,
    ...(!request.headersOnly && {
      points: series.points.map((point) => writePoint(point, series)).reverse(),
    }),
  };
}

function selectPoints(series: Series, request: ListRequest, visibleMs: number): AlignedSeries {
  const { kind, valueType } = series.descriptor;
  const points = series
    .points(visibleMs)
    .filter(
      ({ endMs }) =>
        endMs <= request.endMs &&
        endMs <= visibleMs &&
        (endMs > request.startMs || endMs === request.endMs),
    );
  return { labels: series.labels, points, kind, valueType };
}

function descriptorOf(type: string): MetricDescriptor {
  const descriptor = findDescriptor(type);
  if (descriptor !== undefined) return descriptor;
  throw new ApiError('NOT_FOUND', `Cannot find metric(s) that match type = "${type}".`);
}

/** Answers a query as of `nowMs`. */
export function listTimeSeries(
  store: SeriesStore,
  { project, request, nowMs }: { project: string; request: ListRequest; nowMs: number },
): Record<string, unknown> {
  const descriptor = descriptorOf(request.filter.metricType);
  checkAggregations(descriptor, request.aggregations);
  let series: readonly AlignedSeries[] = store
    .ofType(descriptor.type)
    .filter(
      ({ labels }) =>
        labels.resource['project_id'] === project &&
        request.filter.matches({
          metricType: descriptor.type,
          resourceType,
          metricLabels: labels.metric,
          resourceLabels: labels.resource,
        }),
    )
    .map((one) => selectPoints(one, request, nowMs - store.visibilityDelayMs))
    .filter(({ points }) => points.length > 0);
  for (const aggregation of request.aggregations) {
    series = aggregate(series, aggregation, request.endMs);
  }
  return paginate(series, descriptor, request);
}

function paginate(
  series: readonly AlignedSeries[],
  descriptor: MetricDescriptor,
  request: ListRequest,
): Record<string, unknown> {
  const next = request.pageFrom + request.pageSize;
  const page = series.slice(request.pageFrom, next);
  return {
    ...(page.length > 0 && {
      timeSeries: page.map((one) => writeSeries(one, descriptor.type, request)),
    }),
    ...(next < series.length && { nextPageToken: String(next) }),
    unit: descriptor.unit,
  };
}
