import { setTimeout as delay } from 'node:timers/promises';
import { AscentError } from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { createPrometheusPort } from '../src/index.js';
import {
  answers,
  describeMetricsPort,
  readable,
  totals,
  type MetricsWorld,
} from './metrics-contract.js';
import { SCRAPE_MS, startExporter, startPrometheus } from './prometheus-process.js';
import { QueueProxyMetrics } from './queue-proxy-metrics.js';

const STEP_MS = 2 * SCRAPE_MS;
const DELAY_MS = 2 * SCRAPE_MS;

type PrometheusWorld = MetricsWorld & { readonly metrics: QueueProxyMetrics };

async function startWorld(): Promise<PrometheusWorld> {
  const metrics = new QueueProxyMetrics();
  const { port: exporterPort, server } = await startExporter(() => metrics.text());
  const prometheus = await startPrometheus(exporterPort);
  const options = { stepMs: STEP_MS, visibilityDelayMs: DELAY_MS };
  // Until the exporter was read at the step before, nobody can know whether a counter began at zero.
  const readMs = await until('the exporter to be read', async () => {
    const [up] = await prometheus.query('min(up)');
    return up === 1 ? Date.now() : null;
  });
  await until('the next step', () => now(readMs + STEP_MS));
  return {
    metrics,
    port: createPrometheusPort({ url: prometheus.url, ...options }),
    stepMs: STEP_MS,
    nowMs: () => Date.now(),
    serve: (requests) => {
      metrics.serve(requests);
    },
    settle: async () => {
      const servedMs = Date.now();
      const nextReadMs = await until('the exporter to be read again', async () => {
        const [atMs] = await prometheus.query('min(timestamp(up) and up == 1) * 1000');
        return atMs !== undefined && atMs > servedMs ? atMs : null;
      });
      await until('that reading to be trusted', () => now(nextReadMs + STEP_MS + DELAY_MS));
    },
    breakDown: () => prometheus.stop(),
    misdirected: createPrometheusPort({ url: `http://127.0.0.1:${exporterPort}`, ...options }),
    corrupt: (how) => {
      metrics.corruption = how;
    },
    close: async () => {
      await prometheus.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Asks until there is an answer; gives up long before a test would. */
async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  const giveUpMs = Date.now() + 20_000;
  while (Date.now() < giveUpMs) {
    const answer = await ask();
    if (answer !== null) return answer;
    await delay(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

function now(timeMs: number): Promise<true | null> {
  return Promise.resolve(Date.now() >= timeMs ? true : null);
}

describeMetricsPort('the Prometheus port', startWorld);

describe('counters of an instance', () => {
  test('that was started anew are counted from zero', async () => {
    const world = await startWorld();
    try {
      const afterMs = world.nowMs();
      world.serve(answers('web-00001-abc', 200, [20, 20, 20, 20, 20]));
      await world.settle();
      world.metrics.restart();
      world.serve(answers('web-00001-abc', 200, [20, 20]));
      await world.settle();
      const { points } = readable(
        await world.port.read({
          service: 'web',
          revisions: ['web-00001-abc'],
          afterMs,
          nowMs: world.nowMs(),
        }),
      );
      expect(totals(points)).toEqual({
        'web-00001-abc': { requests: 7, errors: 0, latencies: 7 },
      });
    } finally {
      await world.close();
    }
  });
});

describe('instances of a revision', () => {
  test('are told apart, and a server that is gone tells nothing', async () => {
    const instances = [new QueueProxyMetrics(), new QueueProxyMetrics()] as const;
    const exporters = await Promise.all(
      instances.map((metrics) => startExporter(() => metrics.text())),
    );
    const prometheus = await startPrometheus(...exporters.map(({ port }) => port));
    const { readInstances } = createPrometheusPort({
      url: prometheus.url,
      stepMs: STEP_MS,
      instanceStepMs: STEP_MS,
      visibilityDelayMs: DELAY_MS,
    });
    const revision = 'web-00001-abc';
    const afterMs = Date.now() - 60_000;
    const read = async (): Promise<readonly string[] | null> => {
      const nowMs = Date.now();
      const steps = await readInstances?.({ service: 'web', revision, afterMs, nowMs });
      const sums = new Map<number, { requests: number; errors: number }>();
      for (const [instance, { requests, errors }] of (steps ?? []).flatMap((s) => [
        ...s.entries(),
      ])) {
        const sum = sums.get(instance) ?? { requests: 0, errors: 0 };
        sums.set(instance, { requests: sum.requests + requests, errors: sum.errors + errors });
      }
      return steps === null
        ? null
        : [...sums.values()].map((sum) => JSON.stringify(sum)).toSorted();
    };
    try {
      await until('both exporters to be read', async () => {
        const [up] = await prometheus.query('sum(up)');
        return up === 2 ? true : null;
      });
      const readMs = Date.now();
      await until('the next step', () => now(readMs + 2 * STEP_MS));
      instances[0].serve(answers(revision, 200, [20, 20, 20]));
      instances[0].serve(answers(revision, 503, [20, 20]));
      instances[1].serve(answers(revision, 200, [20, 20, 20, 20]));
      const expected = ['{"requests":4,"errors":0}', '{"requests":5,"errors":2}'];
      await until('both to be counted', async () => {
        const counts = await read();
        return JSON.stringify(counts) === JSON.stringify(expected) ? true : null;
      });
      await prometheus.stop();
      expect(await read()).toBeNull();
    } finally {
      await prometheus.stop();
      for (const { server } of exporters) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    }
  });
});

describe('names of another exporter', () => {
  test('that could not be a metric or a label are refused at once, each by its field', () => {
    const create = (): unknown =>
      createPrometheusPort({
        url: 'http://127.0.0.1:9090',
        names: {
          requestCount: 'http requests',
          codeLabel: 'status-code',
          matchers: { 'a b': 'c' },
        },
      });
    expect(create).toThrow(AscentError);
    expect(create).toThrow(
      /requestCount: "http requests".*codeLabel: "status-code".*matchers: "a b"/,
    );
  });
});

describe('a password in the address', () => {
  test('travels as a header, and stands in no message', async () => {
    const seen: unknown[] = [];
    const port = createPrometheusPort({
      url: 'https://diver:s%40feword@prometheus.example.com/prefix/',
      fetch: (url, { headers }) => {
        seen.push(url, headers['authorization']);
        return Promise.resolve(
          new Response('{"status":"error","errorType":"x","error":"y"}', { status: 401 }),
        );
      },
    });
    const outcome = await port.read({
      service: 'web',
      revisions: ['a'],
      afterMs: 0,
      nowMs: 600_000,
    });
    expect(outcome).toEqual({
      type: 'unavailable',
      reason: 'Prometheus at https://prometheus.example.com/prefix answered HTTP 401: x: y',
    });
    expect(seen.slice(0, 2)).toEqual([
      'https://prometheus.example.com/prefix/api/v1/query_range',
      `Basic ${Buffer.from('diver:s@feword').toString('base64')}`,
    ]);
  });
});
