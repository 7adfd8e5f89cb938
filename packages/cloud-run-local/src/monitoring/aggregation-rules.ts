/**
 * Which aligner and reducer may be applied to what, as the protos of Cloud Monitoring say of each: a query that works
 * here and is refused there would be found out by an alert that was never made.
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#aligner
 */
import { invalidArgument } from '../api/api-error.js';
import type { AlignedSeries, Aggregation, Aligner } from './aggregation.js';

type Shape = Pick<AlignedSeries, 'kind' | 'valueType'>;

const isNumeric = ({ valueType }: Shape): boolean => valueType !== 'DISTRIBUTION';
const isDistribution = ({ valueType }: Shape): boolean => valueType === 'DISTRIBUTION';
const always = (): boolean => true;

const alignable: Readonly<Record<Aligner, (shape: Shape) => boolean>> = {
  ALIGN_NONE: always,
  ALIGN_DELTA: ({ kind }) => kind === 'DELTA',
  ALIGN_RATE: (shape) => shape.kind === 'DELTA' && isNumeric(shape),
  ALIGN_NEXT_OLDER: ({ kind }) => kind === 'GAUGE',
  ALIGN_MIN: isNumeric,
  ALIGN_MAX: isNumeric,
  ALIGN_MEAN: isNumeric,
  ALIGN_COUNT: isNumeric,
  ALIGN_SUM: always,
  ALIGN_PERCENTILE_99: isDistribution,
  ALIGN_PERCENTILE_95: isDistribution,
  ALIGN_PERCENTILE_50: isDistribution,
  ALIGN_PERCENTILE_05: isDistribution,
};

/** What an aligner or reducer makes of the values; the others keep their type. */
function typeAfter(combiner: string, before: Shape['valueType']): Shape['valueType'] {
  if (combiner.endsWith('_COUNT')) return 'INT64';
  return /_(?:RATE|MEAN|PERCENTILE_\d\d)$/.test(combiner) ? 'DOUBLE' : before;
}

/** The text is the API's own, as others were answered. */
function refuse(field: string, value: string, { kind, valueType }: Shape): Error {
  const what = value.startsWith('ALIGN') ? 'aligner' : 'reducer';
  return invalidArgument(
    `Field ${field} had an invalid value of "${value}": The ${what} cannot be applied to metrics with kind ${kind} and value type ${valueType}.`,
  );
}

/**
 * Checks that each aggregation can be applied to what the one before it leaves of `metric`.
 * @throws ApiError INVALID_ARGUMENT naming the field at fault.
 */
export function checkAggregations(metric: Shape, aggregations: readonly Aggregation[]): void {
  let { kind, valueType } = metric;
  aggregations.forEach(({ aligner, reducer }, index) => {
    const prefix = index === 0 ? 'aggregation' : 'secondaryAggregation';
    if (!alignable[aligner]({ kind, valueType })) {
      throw refuse(`${prefix}.perSeriesAligner`, aligner, { kind, valueType });
    }
    kind = aligner === 'ALIGN_DELTA' ? kind : 'GAUGE';
    valueType = typeAfter(aligner, valueType);
    if (/_(?:MIN|MAX)$/.test(reducer) && valueType === 'DISTRIBUTION') {
      throw refuse(`${prefix}.crossSeriesReducer`, reducer, { kind, valueType });
    }
    kind = reducer === 'REDUCE_NONE' || reducer === 'REDUCE_SUM' ? kind : 'GAUGE';
    valueType = typeAfter(reducer, valueType);
  });
}
