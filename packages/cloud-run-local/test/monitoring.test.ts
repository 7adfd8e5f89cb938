/** Cloud Monitoring: what the front door counted, over HTTP and by Google's own client. */
import monitoring from '@google-cloud/monitoring';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { googleClientOptions } from './contract/google-client.js';
import {
  call,
  deploy,
  echoService,
  startWorld,
  visit,
  type ApiReply,
  type TimeSeriesBody,
  type World,
} from './harness.js';

const samplePeriodMs = 200;
let world: World;
let beganMs = 0;
let endedMs = 0;
let revision = '';

beforeAll(async () => {
  world = await startWorld({ samplePeriodMs, visibilityDelayMs: 0 });
  beganMs = Math.floor(Date.now() / samplePeriodMs) * samplePeriodMs;
  const service = await deploy(world, echoService('metered'));
  revision = service.status.latestReadyRevisionName;
  for (const path of ['/', '/', '/?status=404', '/?status=500', '/?wait=60']) {
    await visit(service.status.url, { path });
  }
  endedMs = (Math.floor(Date.now() / samplePeriodMs) + 1) * samplePeriodMs;
  await vi.waitUntil(() => Date.now() > endedMs);
});
afterAll(async () => {
  await world.stop();
});

/** Asks for the series of a metric over the whole test. */
function query(metric: string, parameters: Record<string, string> = {}): Promise<ApiReply> {
  const search = new URLSearchParams({
    filter: `metric.type = "run.googleapis.com/${metric}" AND resource.labels.service_name="metered"`,
    'interval.startTime': new Date(beganMs).toISOString(),
    'interval.endTime': new Date(endedMs).toISOString(),
    ...parameters,
  });
  return call(world, `GET /v3/projects/local/timeSeries?${search.toString()}`);
}

const whole = (): string => `${(endedMs - beganMs) / 1000}s`;
const firstPoint = ({ points }: TimeSeriesBody) => points[0]?.value;

describe('request_count', () => {
  it('has one series per response code, points newest first, counts as texts', async () => {
    const { body } = await query('request_count');
    const totals = (body.timeSeries ?? []).map(({ metric, points }) => [
      metric.labels['response_code'],
      metric.labels['response_code_class'],
      points.reduce((sum, { value }) => sum + Number(value.int64Value), 0),
    ]);
    expect(totals.sort()).toEqual([
      ['200', '2xx', 3],
      ['404', '4xx', 1],
      ['500', '5xx', 1],
    ]);
    const series = body.timeSeries?.[0];
    expect(series?.resource).toMatchObject({
      type: 'cloud_run_revision',
      labels: { revision_name: revision, project_id: 'local', location: 'us-central1' },
    });
    expect(typeof series?.points[0]?.value.int64Value).toBe('string');
    const ends = (series?.points ?? []).map(({ interval }) => interval.endTime);
    expect(ends).toEqual([...ends].sort().reverse());
  });

  it('groups by response class over an alignment period', async () => {
    const { body } = await query('request_count', {
      'aggregation.alignmentPeriod': whole(),
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      'aggregation.crossSeriesReducer': 'REDUCE_SUM',
      'aggregation.groupByFields': 'metric.labels.response_code_class',
    });
    const byClass = (body.timeSeries ?? []).map((series) => [
      series.metric.labels['response_code_class'],
      firstPoint(series)?.int64Value,
    ]);
    expect(byClass.sort()).toEqual([
      ['2xx', '3'],
      ['4xx', '1'],
      ['5xx', '1'],
    ]);
  });

  it('has no series where nothing happened', async () => {
    const { body } = await query('request_count', {
      filter:
        'metric.type="run.googleapis.com/request_count" AND metric.labels.response_code_class="3xx"',
    });
    expect(body.timeSeries).toBeUndefined();
  });

  it('gives a rate per second as a double, and understands numbers for enums', async () => {
    const { body } = await query('request_count', {
      'aggregation.alignmentPeriod': whole(),
      'aggregation.perSeriesAligner': '2',
      'aggregation.crossSeriesReducer': '4',
    });
    const [series] = body.timeSeries ?? [];
    expect(series && firstPoint(series)?.doubleValue).toBeCloseTo(
      5 / ((endedMs - beganMs) / 1000),
      6,
    );
  });
});

describe('request_latencies', () => {
  it('is a distribution with the buckets of Cloud Run', async () => {
    const { body } = await query('request_latencies', {
      'aggregation.alignmentPeriod': whole(),
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      'aggregation.crossSeriesReducer': 'REDUCE_SUM',
    });
    const [series] = body.timeSeries ?? [];
    const distribution = series && firstPoint(series)?.distributionValue;
    expect(distribution?.count).toBe('5');
    expect(distribution?.bucketOptions).toEqual({
      exponentialBuckets: { numFiniteBuckets: 233, growthFactor: 1.1, scale: 10 },
    });
    const counted = distribution?.bucketCounts.reduce((sum, count) => sum + Number(count), 0);
    expect(counted).toBe(5);
  });

  it('gives the percentile of all values together', async () => {
    const { body } = await query('request_latencies', {
      'aggregation.alignmentPeriod': whole(),
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      'aggregation.crossSeriesReducer': 'REDUCE_PERCENTILE_99',
    });
    const [series] = body.timeSeries ?? [];
    expect(series && firstPoint(series)?.doubleValue).toBeGreaterThan(55);
  });
});

describe('a question that cannot be answered', () => {
  it.each([
    [{ filter: 'resource.type="x"' }, 400, 'must name exactly one metric type'],
    [{ filter: 'metric.type="run.googleapis.com/nope"' }, 404, 'Cannot find metric'],
    [{ filter: 'metric.type=("' }, 400, 'cannot read'],
    [{ 'aggregation.perSeriesAligner': 'ALIGN_DELTA' }, 400, 'aggregation.alignmentPeriod'],
    [{ 'aggregation.crossSeriesReducer': 'REDUCE_SUM' }, 400, 'needs aggregation.perSeriesAligner'],
    [{ 'aggregation.perSeriesAligner': 'ALIGN_INTERPOLATE' }, 501, 'ALIGN_INTERPOLATE'],
    [{ pageSize: '-5' }, 400, "pageSize: '-5'"],
    [{ pageToken: 'zzz' }, 400, "pageToken: 'zzz'"],
    [{ 'interval.endTime': 'noon' }, 400, 'interval.endTime'],
  ])('%j says why', async (parameters: Record<string, string>, status, message) => {
    const reply = await query('request_count', parameters);
    expect(reply.status).toBe(status);
    expect(reply.body.error.message).toContain(message);
  });
});

describe("Google's own client", () => {
  const time = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });

  it.each([
    { metric: 'request_count', crossSeriesReducer: 'REDUCE_SUM', field: 'int64Value', least: 5 },
    {
      metric: 'request_latencies',
      crossSeriesReducer: 'REDUCE_PERCENTILE_95',
      field: 'doubleValue',
      least: 55,
    },
  ] as const)('reads $metric by $crossSeriesReducer', async (asked) => {
    const { metric, crossSeriesReducer, field, least } = asked;
    const client = new monitoring.MetricServiceClient(googleClientOptions(world));
    const [[series]] = await client.listTimeSeries({
      name: 'projects/local',
      filter: `metric.type="run.googleapis.com/${metric}" resource.labels.service_name="metered"`,
      interval: { startTime: time(beganMs), endTime: time(endedMs) },
      aggregation: {
        alignmentPeriod: time(endedMs - beganMs),
        perSeriesAligner: 'ALIGN_DELTA',
        crossSeriesReducer,
        groupByFields: ['resource.labels.revision_name'],
      },
      view: 'FULL',
    });
    expect(series?.resource?.labels).toMatchObject({ revision_name: revision });
    expect(Number(series?.points?.[0]?.value?.[field])).toBeGreaterThanOrEqual(least);
  });
});
