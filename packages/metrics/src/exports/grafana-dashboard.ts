/** A Grafana dashboard over Prometheus, per revision. Model: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
import type { PrometheusNames } from '@ascent/core';
import { quote } from '../prometheus/metric-names.js';
import { charts, type Chart } from './chart-rows.js';
import { valueOf } from './prometheus-rules.js';

const SCHEMA_VERSION = 39;
const PANEL = { w: 12, h: 8 } as const;

const units: Readonly<Record<Chart['unit'], string>> = {
  'requests/s': 'reqps',
  ratio: 'percentunit',
  ms: 'ms',
  instances: 'short',
};

/** The dashboard, as JSON for Grafana's import. The data source is chosen when it is imported. */
export function grafanaDashboard(service: string, names: PrometheusNames): object {
  const datasource = { type: 'prometheus', uid: '${DS_PROMETHEUS}' };
  return {
    __inputs: [
      {
        name: 'DS_PROMETHEUS',
        label: 'Prometheus',
        type: 'datasource',
        pluginId: 'prometheus',
        pluginName: 'Prometheus',
      },
    ],
    title: `${service}: revisions side by side`,
    tags: ['ascent'],
    schemaVersion: SCHEMA_VERSION,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    panels: charts.map((chart, index) => ({
      id: index + 1,
      type: 'timeseries',
      title: chart.title,
      datasource,
      gridPos: { x: (index % 2) * PANEL.w, y: Math.floor(index / 2) * PANEL.h, ...PANEL },
      fieldConfig: { defaults: { unit: unitOf(chart, names), min: 0 }, overrides: [] },
      targets: [
        {
          refId: 'A',
          datasource,
          expr: expressionOf(chart, { service, names }),
          legendFormat: `{{${legendOf(chart, names)}}}`,
        },
      ],
    })),
  };
}

function unitOf({ unit }: Chart, { latencyUnit }: PrometheusNames): string {
  return unit === 'ms' ? latencyUnit : units[unit];
}

function legendOf({ metric }: Chart, { revisionLabel }: PrometheusNames): string {
  return metric === 'cpu' || metric === 'memory' ? 'pod' : revisionLabel;
}

const quantiles = { p50: '0.5', p95: '0.95', p99: '0.99' } as const;

/** The PromQL of one chart. */
export function expressionOf(
  { metric }: Pick<Chart, 'metric'>,
  scene: { readonly service: string; readonly names: PrometheusNames },
): string {
  const { service, names } = scene;
  const own = Object.entries({ ...names.matchers, [names.serviceLabel]: service })
    .map(([label, value]) => `${label}=${quote(value)}`)
    .join(',');
  switch (metric) {
    case 'rate':
      return `sum by (${names.revisionLabel}) (rate(${names.requestCount}{${own}}[2m]))`;
    case 'errorRatio':
      return valueOf({ metric: 'errorRate' }, scene);
    case 'cpu':
    case 'memory':
      return valueOf({ metric }, scene);
    case 'instances':
      return `count by (${names.revisionLabel}) (count by (${names.revisionLabel}, instance) (${names.requestCount}{${own}}))`;
    default:
      return `histogram_quantile(${quantiles[metric]}, sum by (${names.revisionLabel}, le) (rate(${names.latencyBucket}{${own}}[2m])))`;
  }
}
