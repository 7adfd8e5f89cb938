import { describe, expect, it } from 'vitest';
import { checkAggregations } from './aggregation-rules.js';
import type { Aggregation, Aligner, Reducer } from './aggregation.js';
import { metrics } from './metric-descriptors.js';

const by = (aligner: Aligner, reducer: Reducer = 'REDUCE_NONE'): Aggregation => ({
  aligner,
  reducer,
  alignmentPeriodMs: 60_000,
  groupBy: [],
});

describe('checkAggregations', () => {
  it.each([
    ['requestCount', [by('ALIGN_RATE', 'REDUCE_SUM')]],
    ['requestCount', [by('ALIGN_DELTA', 'REDUCE_MAX')]],
    ['instanceCount', [by('ALIGN_MAX', 'REDUCE_SUM')]],
    ['requestLatencies', [by('ALIGN_DELTA', 'REDUCE_PERCENTILE_95')]],
    ['requestLatencies', [by('ALIGN_PERCENTILE_95', 'REDUCE_MAX')]],
    ['requestLatencies', [by('ALIGN_SUM', 'REDUCE_PERCENTILE_99'), by('ALIGN_MEAN')]],
  ] as const)('lets %s be read by %j', (metric, aggregations) => {
    expect(() => {
      checkAggregations(metrics[metric], aggregations);
    }).not.toThrow();
  });

  it.each([
    ['requestLatencies', [by('ALIGN_RATE')], 'aggregation.perSeriesAligner'],
    ['requestLatencies', [by('ALIGN_MAX')], 'kind DELTA and value type DISTRIBUTION'],
    ['requestLatencies', [by('ALIGN_DELTA', 'REDUCE_MAX')], 'aggregation.crossSeriesReducer'],
    ['requestCount', [by('ALIGN_PERCENTILE_99')], 'kind DELTA and value type INT64'],
    ['requestCount', [by('ALIGN_NEXT_OLDER')], '"ALIGN_NEXT_OLDER"'],
    ['instanceCount', [by('ALIGN_RATE')], 'kind GAUGE and value type INT64'],
    ['requestCount', [by('ALIGN_SUM'), by('ALIGN_DELTA')], 'secondaryAggregation.perSeriesAligner'],
  ] as const)('does not let %s be read by %j', (metric, aggregations, named) => {
    expect(() => {
      checkAggregations(metrics[metric], aggregations);
    }).toThrow(named);
  });
});
