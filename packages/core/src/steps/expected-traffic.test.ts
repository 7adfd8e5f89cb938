import { expect, test } from 'vitest';
import { expectedTraffic, servingRevisions } from './expected-traffic.js';
import type { ServiceView } from '../world/ports.js';
import type { RolloutRecord } from '../record/rollout.js';
import type { TrafficPoint } from '../world/traffic-point.js';

const point: TrafficPoint = {
  revision: 'web-1',
  startMs: 0,
  endMs: 60_000,
  requests: 100,
  errors: 2,
  latency: null,
};

test('is the rate and the error rate over the span', () => {
  expect(expectedTraffic([point], 120_000)).toEqual({
    requestsPerMinute: 50,
    errorRate: 0.02,
    latency: null,
    spanMs: 120_000,
  });
});

test.each([
  ['a counter that went back', { requests: -100 }],
  ['no number', { requests: Number.NaN }],
  ['more errors than requests', { errors: 101 }],
  [
    'a bucket that went back',
    { latency: { layout: { type: 'explicit', boundsMs: [100] }, counts: [-1, 3] } },
  ],
] as const)('leaves out a point with %s', (_, wrong) => {
  const expected = expectedTraffic([point], 60_000);
  expect(expectedTraffic([point, { ...point, ...wrong }], 60_000)).toEqual(expected);
});

test('is unknown without a request', () => {
  expect(expectedTraffic([{ ...point, requests: 0, errors: 0 }], 60_000)).toBeNull();
});

test('is asked of every revision that serves or has served', () => {
  const view = {
    latestReady: 'web-4',
    traffic: [
      { revision: 'web-3', percent: 90, tag: null },
      { revision: 'web-1', percent: 0, tag: 'old' },
    ],
    served: [{ revision: null, percent: 10, tag: null, url: null }],
  } as Partial<ServiceView> as ServiceView;
  const rollout = { stable: 'web-2', candidate: 'web-3' };
  const record = { stable: 'web-3', rollout } as Partial<RolloutRecord> as RolloutRecord;
  expect(servingRevisions(view, record)).toEqual(['web-3', 'web-2', 'web-4']);
  expect(servingRevisions(view, null)).toEqual(['web-3', 'web-4']);
});
