/** Filters of `timeSeries.list`. https://cloud.google.com/monitoring/api/v3/filters */
import { invalidArgument } from '../api/api-error.js';
import { parseExpression, unquote } from '../filter-expression.js';

/** What a filter is asked about. */
export interface FilterSubject {
  readonly metricType: string;
  readonly resourceType: string;
  readonly metricLabels: Readonly<Record<string, string>>;
  readonly resourceLabels: Readonly<Record<string, string>>;
}

/** A parsed filter. */
export interface Filter {
  /** The one `metric.type` the filter must name. */
  readonly metricType: string;
  readonly matches: (subject: FilterSubject) => boolean;
}

function fieldReader(field: string): (subject: FilterSubject) => string | undefined {
  if (field === 'metric.type') return (subject) => subject.metricType;
  if (field === 'resource.type') return (subject) => subject.resourceType;
  if (field === 'project') return (subject) => subject.resourceLabels['project_id'];
  const label = /^(metric|resource)\.labels?\.(.+)$/.exec(field);
  if (label === null) {
    throw invalidArgument(
      `filter: '${field}' is no field; use metric.type, resource.type, metric.labels.NAME or resource.labels.NAME.`,
    );
  }
  const name = unquote(label[2] ?? '');
  return label[1] === 'metric'
    ? (subject) => subject.metricLabels[name]
    : (subject) => subject.resourceLabels[name];
}

/**
 * Reads a filter of `timeSeries.list`.
 * @throws ApiError INVALID_ARGUMENT saying what could not be read.
 */
export function parseFilter(text: string): Filter {
  const types = new Set<string>();
  const matches = parseExpression<FilterSubject>(text, {
    reader: fieldReader,
    onEquality: (field, value) => {
      if (field === 'metric.type') types.add(value);
    },
  });
  const [metricType] = types;
  if (metricType === undefined || types.size > 1) {
    throw invalidArgument(
      'filter: must name exactly one metric type, such as metric.type="run.googleapis.com/request_count".',
    );
  }
  return { metricType, matches };
}
