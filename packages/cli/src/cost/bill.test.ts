import { describe, expect, test } from 'vitest';
import { billOf, forecastUsage, MONTH_S, rolloutCost } from './bill.js';
import { tierOnePrices as prices } from './prices.js';
import { sizeOf, type Size } from './size.js';

const production: Size = { vcpu: 2, gib: 1, minInstances: 1, concurrency: 100 };
const context = { prices, withFree: true };

describe('a bill', () => {
  test('of a warm instance of 1 vCPU and 512 MiB that waits 30 days is the published 9.72 dollars', () => {
    const usage = { requests: 0, activeSeconds: 0, idleSeconds: 30 * 86_400 };
    const { total } = billOf(
      usage,
      { vcpu: 1, gib: 0.5, minInstances: 1, concurrency: 80 },
      context,
    );
    expect(total).toBeCloseTo(9.72, 6);
  });

  test('takes off the free tier, but never more than was used', () => {
    const little = billOf({ requests: 10, activeSeconds: 10, idleSeconds: 0 }, production, context);
    expect(little.total).toBeCloseTo(0, 12);
    const much = billOf(
      { requests: 3_000_000, activeSeconds: 1_000_000, idleSeconds: 0 },
      production,
      context,
    );
    // 2,000,000 vCPU-s, 1,000,000 GiB-s, 3 M requests, less 180,000, 360,000 and 2 M.
    expect(much.total).toBeCloseTo(1_820_000 * 0.000024 + 640_000 * 0.0000025 + 0.4, 9);
  });

  test('is whole without the free tier', () => {
    const usage = { requests: 1_000_000, activeSeconds: 100, idleSeconds: 0 };
    expect(billOf(usage, production, { prices, withFree: false }).free).toBe(0);
  });
});

describe('a forecast', () => {
  test('of no traffic is the warm instance alone', () => {
    const usage = forecastUsage({ requests: 0, latencyMs: 2_000 }, production);
    expect(usage).toEqual({ requests: 0, activeSeconds: 0, idleSeconds: MONTH_S });
  });

  test('of little traffic keeps an instance busy for about as long as its requests take', () => {
    const { activeSeconds } = forecastUsage({ requests: 1_000, latencyMs: 2_000 }, production);
    expect(activeSeconds / 2_000).toBeCloseTo(1, 2);
  });

  test('of much traffic fills instances to what the autoscaler allows', () => {
    const requests = 1_000 * MONTH_S;
    const { activeSeconds } = forecastUsage({ requests, latencyMs: 600 }, production);
    expect(activeSeconds / MONTH_S).toBeCloseTo(600 / 60, 6);
  });
});

test('cost within budget: 100,000 questions a month of 3 s stay under 100 dollars and under a cent each', () => {
  const usage = forecastUsage({ requests: 100_000, latencyMs: 3_000 }, production);
  const { total } = billOf(usage, production, context);
  expect(total).toBeLessThan(100);
  expect(total / usage.requests).toBeLessThan(0.01);
});

test('a rollout of four days keeps one more instance warm for four days', () => {
  const day = 86_400_000;
  expect(rolloutCost([day, 3 * day], production, prices)).toBeCloseTo(
    4 * 86_400 * 3 * 0.0000025,
    9,
  );
});

describe('a size', () => {
  test('is read from a template, with Cloud Run’s defaults where it is silent', () => {
    expect(sizeOf({ spec: {} })).toEqual({ vcpu: 1, gib: 0.5, minInstances: 0, concurrency: 80 });
    const template = {
      metadata: { annotations: { 'autoscaling.knative.dev/minScale': '1' } },
      spec: {
        containerConcurrency: 100,
        containers: [{ resources: { limits: { cpu: '1500m', memory: '1Gi' } } }],
      },
    };
    expect(sizeOf(template)).toEqual({ vcpu: 1.5, gib: 1, minInstances: 1, concurrency: 100 });
  });

  test.each([
    ['cpu', { cpu: 'two' }],
    ['memory', { memory: '1 gigabyte' }],
  ])('names the quantity that it cannot read: %s', (name, limits) => {
    expect(() => sizeOf({ spec: { containers: [{ resources: { limits } }] } })).toThrow(
      `limits.${name}`,
    );
  });
});
