/** The query of `timeSeries.list`, from its parameters. Names and numbers of enums are both understood. */
import { ApiError, invalidArgument } from '../api/api-error.js';
import { parseCount } from '../api/pagination.js';
import { aligners, reducers, type Aggregation, type Aligner, type Reducer } from './aggregation.js';
import { parseFilter, type Filter } from './filter.js';

/** A query, every field decided. */
export interface ListRequest {
  readonly filter: Filter;
  readonly startMs: number;
  readonly endMs: number;
  readonly aggregations: readonly Aggregation[];
  readonly headersOnly: boolean;
  readonly pageSize: number;
  /** Series already given. */
  readonly pageFrom: number;
}

/** Most series or points of a page. https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list */
const pageSizeMax = 100_000;

function parseTime(query: URLSearchParams, field: string): number | undefined {
  const text = query.get(field) ?? query.get(field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`));
  if (text === null) return undefined;
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs)) {
    throw invalidArgument(`${field}: '${text}' is no time; write it as 2026-01-31T12:00:00Z.`);
  }
  return timeMs;
}

function parseEnum<Names extends Readonly<Record<string, number>>>(
  names: Names,
  field: string,
  text: string | null,
): keyof Names & string {
  const entries = Object.entries(names);
  const found = entries.find(
    ([name, number]) => name === (text ?? entries[0]?.[0]) || String(number) === text,
  );
  if (found === undefined) {
    throw new ApiError(
      'UNIMPLEMENTED',
      `${field}: '${text ?? ''}' is not one of ${Object.keys(names).join(', ')}.`,
    );
  }
  return found[0];
}

function parsePeriodMs(field: string, text: string | null, periodMsMin: number): number {
  const match = /^(\d+(?:\.\d+)?)s$/.exec(text ?? '');
  const periodMs = Number(match?.[1] ?? Number.NaN) * 1000;
  // divergence: sample-period
  if (Number.isNaN(periodMs) || periodMs < periodMsMin) {
    throw invalidArgument(
      `${field}: '${text ?? ''}' must be at least ${periodMsMin / 1000}s, such as 60s, when there is an aligner.`,
    );
  }
  return periodMs;
}

function parseAggregation(
  query: URLSearchParams,
  prefix: string,
  periodMsMin: number,
): Aggregation | undefined {
  const aligner: Aligner = parseEnum(
    aligners,
    `${prefix}.perSeriesAligner`,
    query.get(`${prefix}.perSeriesAligner`),
  );
  const reducer: Reducer = parseEnum(
    reducers,
    `${prefix}.crossSeriesReducer`,
    query.get(`${prefix}.crossSeriesReducer`),
  );
  if (aligner === 'ALIGN_NONE') {
    if (reducer === 'REDUCE_NONE') return undefined;
    throw invalidArgument(
      `${prefix}.crossSeriesReducer: '${reducer}' needs ${prefix}.perSeriesAligner other than ALIGN_NONE.`,
    );
  }
  const field = `${prefix}.alignmentPeriod`;
  return {
    alignmentPeriodMs: parsePeriodMs(field, query.get(field), periodMsMin),
    aligner,
    reducer,
    groupBy: query
      .getAll(`${prefix}.groupByFields`)
      .flatMap((fields) => fields.split(','))
      .map((field) => field.trim()),
  };
}

/**
 * Reads a query. Alignment periods go down to the sample period: a minute on Cloud Run, less where the clock
 * was compressed.
 * @throws ApiError INVALID_ARGUMENT or UNIMPLEMENTED naming the parameter.
 */
export function parseListRequest(query: URLSearchParams, samplePeriodMs: number): ListRequest {
  const filter = query.get('filter');
  if (filter === null) throw invalidArgument('filter: is required.');
  const endMs = parseTime(query, 'interval.endTime');
  if (endMs === undefined) throw invalidArgument('interval.endTime: is required.');
  const startMs = parseTime(query, 'interval.startTime') ?? endMs;
  if (startMs > endMs) {
    throw invalidArgument('interval.startTime: must not be after interval.endTime.');
  }
  const aggregations = ['aggregation', 'secondaryAggregation']
    .map((prefix) => parseAggregation(query, prefix, samplePeriodMs))
    .filter((aggregation) => aggregation !== undefined);
  const view = query.get('view');
  return {
    filter: parseFilter(filter),
    startMs,
    endMs,
    aggregations,
    headersOnly: view === 'HEADERS' || view === '1',
    pageSize: Math.min(parseCount(query, 'pageSize') || pageSizeMax, pageSizeMax),
    pageFrom: parseCount(query, 'pageToken'),
  };
}
