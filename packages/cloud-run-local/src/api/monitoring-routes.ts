/** Cloud Monitoring v3, as much as reads the metrics of Cloud Run. */
import { parseListRequest } from '../monitoring/list-request.js';
import type { SeriesStore } from '../monitoring/series-store.js';
import { listTimeSeries } from '../monitoring/time-series.js';
import type { ApiRoute } from './api-router.js';

/** Every route of the Monitoring API. */
export function monitoringRoutes(
  series: SeriesStore,
  projectOf: (project: string) => string,
): readonly ApiRoute[] {
  return [
    {
      method: 'GET',
      pattern: '/v3/projects/{project}/timeSeries',
      handle: ({ params, query }) =>
        listTimeSeries(series, {
          project: projectOf(params['project'] ?? ''),
          request: parseListRequest(query, series.periodMs),
          nowMs: Date.now(),
        }),
    },
  ];
}
