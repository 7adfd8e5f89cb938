/**
 * A Cloud Monitoring dashboard of one service, per revision.
 * Resource: https://cloud.google.com/monitoring/api/ref_dashboards/rest/v1/projects.dashboards
 */
import { quote } from '../cloud-monitoring/time-series-query.js';
import { charts, type Chart } from './chart-rows.js';

const COLUMNS = 12;
const TILE = { width: 6, height: 4 } as const;

/** The dashboard, as JSON for `POST /v1/projects/P/dashboards`. */
export function monitoringDashboard(service: string): object {
  return {
    displayName: `${service}: revisions side by side`,
    labels: { ascent: '' },
    mosaicLayout: {
      columns: COLUMNS,
      tiles: charts.map((chart, index) => ({
        xPos: (index % 2) * TILE.width,
        yPos: Math.floor(index / 2) * TILE.height,
        ...TILE,
        widget: {
          title: chart.title,
          xyChart: {
            dataSets: [
              {
                plotType: 'LINE',
                targetAxis: 'Y1',
                legendTemplate: '${resource.labels.revision_name}',
                timeSeriesQuery: queryOf(chart, service),
              },
            ],
            yAxis: { label: chart.unit, scale: 'LINEAR' },
          },
        },
      })),
    },
  };
}

type Reducer =
  | 'REDUCE_SUM'
  | 'REDUCE_MAX'
  | 'REDUCE_PERCENTILE_50'
  | 'REDUCE_PERCENTILE_95'
  | 'REDUCE_PERCENTILE_99';

const percentiles = {
  p50: 'REDUCE_PERCENTILE_50',
  p95: 'REDUCE_PERCENTILE_95',
  p99: 'REDUCE_PERCENTILE_99',
} as const;

function queryOf({ metric }: Chart, service: string): object {
  const filter = (type: string, more: readonly string[] = []): string =>
    [
      `metric.type=${quote(`run.googleapis.com/${type}`)}`,
      'resource.type="cloud_run_revision"',
      `resource.labels.service_name=${quote(service)}`,
      ...more,
    ].join(' AND ');
  switch (metric) {
    case 'rate':
      return single(filter('request_count'), aggregation('ALIGN_RATE', 'REDUCE_SUM'));
    case 'errorRatio': {
      const sum = aggregation('ALIGN_DELTA', 'REDUCE_SUM');
      const bad = filter('request_count', ['metric.labels.response_code_class="5xx"']);
      return {
        timeSeriesFilterRatio: {
          numerator: { filter: bad, aggregation: sum },
          denominator: { filter: filter('request_count'), aggregation: sum },
        },
      };
    }
    case 'instances':
      return single(filter('container/instance_count'), aggregation('ALIGN_MAX', 'REDUCE_SUM'));
    case 'cpu':
    case 'memory':
      return single(
        filter(`container/${metric}/utilizations`),
        aggregation('ALIGN_DELTA', 'REDUCE_PERCENTILE_99'),
      );
    default:
      return single(filter('request_latencies'), aggregation('ALIGN_DELTA', percentiles[metric]));
  }
}

function single(filter: string, aggregated: object): object {
  return { timeSeriesFilter: { filter, aggregation: aggregated } };
}

function aggregation(
  perSeriesAligner: 'ALIGN_RATE' | 'ALIGN_DELTA' | 'ALIGN_MAX',
  crossSeriesReducer: Reducer,
): object {
  return {
    alignmentPeriod: '60s',
    perSeriesAligner,
    crossSeriesReducer,
    groupByFields: ['resource.labels.revision_name'],
  };
}
