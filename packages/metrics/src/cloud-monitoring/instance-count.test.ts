import { expect, test } from 'vitest';
import { createCloudMonitoringPort } from './cloud-monitoring-port.js';

const END = 1_800_000_000_000;
const question = {
  service: 'web',
  revisions: ['web-1', 'web-2'],
  afterMs: END - 120_000,
  nowMs: END + 180_000,
};

function point(endMs: number, count: string): object {
  return { interval: { endTime: new Date(endMs).toISOString() }, value: { int64Value: count } };
}

function port(status: number, body: unknown): ReturnType<typeof createCloudMonitoringPort> {
  return createCloudMonitoringPort({
    project: 'p1',
    location: null,
    endpoint: 'http://127.0.0.1',
    fetch: (url) => {
      // Both states of a revision are added up by the server, and a gauge has no difference.
      expect(url).toContain('perSeriesAligner=ALIGN_MAX');
      expect(url).toContain('crossSeriesReducer=REDUCE_SUM');
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    },
  });
}

test('the newest point of each revision asked for counts, in whatever order they come', async () => {
  const series = (revision: string, points: readonly object[]): object => ({
    resource: { labels: { revision_name: revision } },
    points,
  });
  const body = {
    timeSeries: [
      series('web-1', [point(END, '3'), point(END - 60_000, '7')]),
      series('web-2', [point(END - 60_000, '0'), point(END, '1')]),
      series('web-9', [point(END, '5')]),
    ],
  };
  expect(await port(200, body).countInstances?.(question)).toEqual({
    type: 'counts',
    counts: { 'web-1': 3, 'web-2': 1 },
  });
});

test('an outage is told, and never thrown', async () => {
  const outcome = await port(503, { error: { message: 'try later' } }).countInstances?.(question);
  expect(outcome).toMatchObject({ type: 'unavailable' });
});
