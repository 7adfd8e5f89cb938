import { expect, test } from 'vitest';
import { createCloudMonitoringPort } from './cloud-monitoring-port.js';

const END = 1_800_000_000_000;

function port(answer: (type: string) => { readonly status: number; readonly body: unknown }): {
  readonly read: () => Promise<unknown>;
  readonly types: string[];
} {
  const types: string[] = [];
  const { readUtilization } = createCloudMonitoringPort({
    project: 'p1',
    location: null,
    endpoint: 'http://127.0.0.1',
    fetch: (url) => {
      const filter = new URL(url).searchParams.get('filter') ?? '';
      const type = /metric\.type="([^"]+)"/.exec(filter)?.[1] ?? '';
      types.push(type);
      const { status, body } = answer(type);
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    },
  });
  const question = {
    service: 'web',
    revisions: ['web-2'],
    afterMs: END - 60_000,
    nowMs: END + 180_000,
  };
  return { read: async () => await readUtilization?.(question), types };
}

/** 99 samples at 40 to 41 %, and one in a hundred at 95 to 96 %. */
function series(revision: string, busy: number): object {
  const bucketCounts = Array.from({ length: 102 }, () => '0');
  bucketCounts[41] = '98';
  bucketCounts[busy] = '2';
  return {
    resource: { labels: { revision_name: revision } },
    points: [
      {
        interval: { endTime: new Date(END).toISOString() },
        value: {
          distributionValue: {
            count: '100',
            bucketOptions: { linearBuckets: { numFiniteBuckets: 100, width: 0.01 } },
            bucketCounts,
          },
        },
      },
    ],
  };
}

test('CPU and memory are the busiest samples of the revisions asked for, as ratios', async () => {
  const { read, types } = port((type) => ({
    status: 200,
    body: { timeSeries: [series('web-2', type.includes('cpu') ? 96 : 81), series('web-9', 50)] },
  }));
  const outcome = await read();
  expect(types.sort()).toEqual([
    'run.googleapis.com/container/cpu/utilizations',
    'run.googleapis.com/container/memory/utilizations',
  ]);
  expect(outcome).toMatchObject({
    type: 'points',
    points: [
      { revision: 'web-2', resource: 'cpu', startMs: END - 60_000, endMs: END },
      { revision: 'web-2', resource: 'memory' },
    ],
  });
  const { points } = outcome as { points: { p99Ratio: number }[] };
  expect(points[0]?.p99Ratio).toBeCloseTo(0.955, 3);
  expect(points[1]?.p99Ratio).toBeCloseTo(0.805, 3);
});

test('no series is nothing measured, and a refusal is an outage in words', async () => {
  expect(await port(() => ({ status: 200, body: {} })).read()).toEqual({
    type: 'points',
    points: [],
  });
  const body = { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } };
  expect(await port(() => ({ status: 403, body })).read()).toMatchObject({
    type: 'unavailable',
    reason: expect.stringContaining('monitoring.timeSeries.list') as string,
  });
});
