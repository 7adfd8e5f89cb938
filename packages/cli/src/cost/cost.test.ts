/** What a month costs from what was used: asked of a small server that is both Cloud Run and Cloud Monitoring. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AscentError, compilePlan, type RolloutPlan } from '@ascent/core';
import { costText } from './cost-text.js';
import { cost, type Cost, type CostOptions } from './cost.js';

const HOUR_MS = 3_600_000;
const nowMs = Date.UTC(2026, 10, 22, 12);

let server: Server;
let plan: RolloutPlan;
/** `null`: there is no service. */
let createdMs: number | null;
let requests: number;
let minScale: string;

beforeEach(async () => {
  createdMs = nowMs - 100 * 24 * HOUR_MS;
  requests = 1_000;
  minScale = '0';
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const isMetric = pathname.endsWith('/timeSeries');
    const isRequests = searchParams.get('filter')?.includes('request_count') === true;
    const value = isRequests ? { int64Value: String(requests) } : { doubleValue: requests / 10 };
    const metric = requests === 0 ? {} : { timeSeries: [{ points: [{ value }] }] };
    response.statusCode = !isMetric && createdMs === null ? 404 : 200;
    response.end(JSON.stringify(isMetric ? metric : service()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const compiled = compilePlan({
    service: 'shop',
    platform: { local: { url, project: 'shop' } },
    metrics: 'cloudMonitoring',
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  plan = compiled.plan;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function service(): object {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: 'shop',
      resourceVersion: '1',
      creationTimestamp: new Date(createdMs ?? 0).toISOString(),
    },
    spec: {
      template: {
        metadata: { annotations: { 'autoscaling.knative.dev/minScale': minScale } },
        spec: { containers: [{ image: 'shop' }] },
      },
    },
  };
}

async function ofUsage(changes: Partial<CostOptions> = {}): Promise<Cost> {
  const options: CostOptions = {
    expected: null,
    windowS: 7 * 24 * 3_600,
    manifest: null,
    rolloutsPerMonth: 0,
    withFree: false,
    other: 0,
    budget: 100,
    perRequest: 0.01,
    ...changes,
  };
  return await cost(plan, options, nowMs);
}

describe('a month from what was used', () => {
  test('is as many of the time that was looked back at as make a month', async () => {
    const { month, windowS } = await ofUsage();
    expect(windowS).toBe(7 * 24 * 3_600);
    expect(month.requests).toBeCloseTo((1_000 * 30.4375) / 7, 6);
  });

  test('does not count the time before the service was there', async () => {
    createdMs = nowMs - HOUR_MS;
    const { month, windowS } = await ofUsage();
    expect(windowS).toBe(3_600);
    expect(month.requests).toBeCloseTo(1_000 * 24 * 30.4375, 6);
  });

  test('says which of the two limits is passed', async () => {
    const text = costText(await ofUsage({ perRequest: 0.000001 }));
    expect(text).toContain('within the budget');
    expect(text).toContain('ABOVE the limit of a request');
  });

  test('of no request at all says that nothing was counted', async () => {
    requests = 0;
    expect(costText(await ofUsage())).toContain('Not one request was counted');
  });

  test('of a service that is not there is refused, and not for nothing', async () => {
    createdMs = null;
    await expect(ofUsage()).rejects.toMatchObject({ code: 'ASC_SERVICE_NOT_FOUND' });
  });

  test('of instances that are no number is refused', async () => {
    minScale = 'many';
    await expect(ofUsage()).rejects.toThrow(AscentError);
    await expect(ofUsage()).rejects.toThrow('minScale is many');
  });
});
