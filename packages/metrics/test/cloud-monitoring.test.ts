import { expect, describe, test, afterEach, beforeEach } from 'vitest';
import { createCloudMonitoringPort } from '../src/index.js';
import { CloudMonitoringServer } from './cloud-monitoring-server.js';
import { answers, describeMetricsPort, readable, totals } from './metrics-contract.js';

const STEP_MS = 60_000;
const START_MS = Date.parse('2026-11-22T10:00:00Z');

describeMetricsPort('the Cloud Monitoring port', async () => {
  const server = new CloudMonitoringServer(START_MS);
  const endpoint = await server.start();
  const port = createCloudMonitoringPort({ project: 'p1', location: 'us-central1', endpoint });
  return {
    port,
    stepMs: STEP_MS,
    nowMs: () => server.nowMs,
    serve: (requests) => {
      server.nowMs += 1_000;
      server.serve(requests);
    },
    settle: () => {
      server.nowMs += STEP_MS + 180_000;
      return Promise.resolve();
    },
    breakDown: () => server.stop(),
    misdirected: createCloudMonitoringPort({ project: 'another', location: null, endpoint }),
    corrupt: (how) => {
      server.corruption = how;
    },
    close: () => server.stop(),
  };
});

describe('what is asked of Cloud Monitoring', () => {
  let server: CloudMonitoringServer;
  let endpoint: string;
  beforeEach(async () => {
    server = new CloudMonitoringServer(START_MS);
    endpoint = await server.start();
  });
  afterEach(() => server.stop());

  const question = { service: 'web', revisions: ['web-00001-abc'], afterMs: START_MS };

  test('whole minutes, older than the visibility delay, of one service in one region', async () => {
    const port = createCloudMonitoringPort({ project: 'p1', location: 'us-central1', endpoint });
    const outcome = await port.read({
      ...question,
      afterMs: START_MS + 1,
      nowMs: START_MS + 600_001,
    });
    expect(outcome).toMatchObject({ type: 'points', youngestTrustedMs: START_MS + 420_000 });
    expect(server.asked).toHaveLength(2);
    expect(Object.fromEntries(server.asked[0] ?? [])).toMatchObject({
      filter:
        'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"' +
        ' AND resource.labels.service_name="web" AND resource.labels.location="us-central1"',
      'interval.startTime': '2026-11-22T10:00:00.000Z',
      'interval.endTime': '2026-11-22T10:07:00.000Z',
      'aggregation.alignmentPeriod': '60s',
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      'aggregation.crossSeriesReducer': 'REDUCE_SUM',
    });
    expect(server.asked[0]?.getAll('aggregation.groupByFields')).toEqual([
      'resource.labels.revision_name',
      'metric.labels.response_code_class',
    ]);
    expect(server.asked[1]?.getAll('aggregation.groupByFields')).toEqual([
      'resource.labels.revision_name',
    ]);
  });

  test('three days in pieces of a day, and every request in them once', async () => {
    const port = createCloudMonitoringPort({ project: 'p1', location: null, endpoint });
    for (let hour = 0; hour < 72; hour += 1) {
      server.nowMs = START_MS + (hour + 1) * 3_600_000;
      server.serve(answers('web-00001-abc', hour % 8 === 0 ? 500 : 200, [100]));
    }
    const nowMs = START_MS + 72 * 3_600_000 + 180_000;
    server.nowMs = nowMs;
    const { points } = readable(await port.read({ ...question, nowMs }));
    expect(totals(points)).toEqual({
      'web-00001-abc': { requests: 72, errors: 9, latencies: 72 },
    });
    const ranges = server.asked.map(
      (asked) =>
        Date.parse(asked.get('interval.endTime') ?? '') -
        Date.parse(asked.get('interval.startTime') ?? ''),
    );
    expect(Math.max(...ranges)).toBe(24 * 3_600_000);
  });
});

describe('an answer that must not pass for a whole one', () => {
  const ask = (...bodies: readonly object[]): Promise<unknown> => {
    let asked = 0;
    const port = createCloudMonitoringPort({
      project: 'p1',
      location: null,
      endpoint: null,
      token: () => Promise.resolve('secret'),
      fetch: (url, init) => {
        expect(url).toMatch(
          /^https:\/\/monitoring\.googleapis\.com\/v3\/projects\/p1\/timeSeries\?/,
        );
        expect(init.headers['authorization']).toBe('Bearer secret');
        const body = bodies[Math.min(asked, bodies.length - 1)];
        asked += 1;
        const status = body !== undefined && 'error' in body ? 403 : 200;
        return Promise.resolve(new Response(JSON.stringify(body), { status }));
      },
    });
    return port.read({
      service: 'web',
      revisions: ['a'],
      afterMs: START_MS,
      nowMs: START_MS + 600_000,
    });
  };
  const point = (value: object): object => ({
    timeSeries: [
      {
        metric: { labels: { response_code_class: '2xx' } },
        resource: { labels: { revision_name: 'a' } },
        points: [{ interval: { endTime: '2026-11-22T10:01:00Z' }, value }],
      },
    ],
  });

  test.each([
    [
      'it was refused',
      { error: { code: 403, status: 'PERMISSION_DENIED', message: 'no' } },
      'monitoring.timeSeries.list',
    ],
    [
      'it says that a part failed',
      { executionErrors: [{ code: 4, message: 'cell timed out' }] },
      'only in part: cell timed out',
    ],
    ['pages never end', { nextPageToken: 'again' }, 'more than 200 pages'],
    ['it is no time series', { timeSeries: 'many' }, 'timeSeries'],
    ['a point has no value', point({}), 'neither a count nor a distribution'],
    ['a count is negative', point({ int64Value: '-3' }), 'int64Value'],
    ['a count is too large to be exact', point({ int64Value: '9007199254740993' }), 'int64Value'],
    [
      'there are more counts than buckets',
      point({
        distributionValue: {
          count: '2',
          bucketOptions: { explicitBuckets: { bounds: [1] } },
          bucketCounts: ['1', '0', '1'],
        },
      }),
      '3 bucket counts for 2 buckets',
    ],
  ])('because %s', async (_, body, reason) => {
    expect(await ask(body)).toEqual({
      type: 'unavailable',
      reason: expect.stringContaining(reason) as string,
    });
  });

  test('and one that says the same interval twice', async () => {
    const page = point({ int64Value: '3' });
    expect(await ask({ ...page, nextPageToken: 'more' }, page)).toEqual({
      type: 'unavailable',
      reason: expect.stringContaining('twice') as string,
    });
  });

  test('without credentials, or without an answer in time, it says so', async () => {
    const without = createCloudMonitoringPort({
      project: 'p1',
      location: null,
      endpoint: null,
      token: () => Promise.reject(new Error('no credentials')),
      fetch: () => Promise.reject(new Error('must not be asked')),
    });
    const silent = createCloudMonitoringPort({
      project: 'p1',
      location: null,
      endpoint: null,
      deadlineMs: 50,
      token: () => Promise.resolve('secret'),
      fetch: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    });
    const waiting = createCloudMonitoringPort({
      project: 'p1',
      location: null,
      endpoint: null,
      deadlineMs: 50,
      token: () => new Promise(() => undefined),
      fetch: () => Promise.reject(new Error('must not be asked')),
    });
    const question = { service: 'web', revisions: ['a'], afterMs: 0, nowMs: 3_600_000 };
    expect(await waiting.read(question)).toMatchObject({
      reason: 'Cloud Monitoring (project p1) cannot be read: no answer in time',
    });
    expect(await without.read(question)).toMatchObject({
      reason: 'Cloud Monitoring (project p1) cannot be read: no credentials',
    });
    expect(await silent.read(question)).toMatchObject({
      reason: 'Cloud Monitoring (project p1) cannot be read: no answer in time',
    });
  });
});
