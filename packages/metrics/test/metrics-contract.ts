/** What every metrics adapter must hold, whatever it reads from. A fixture brings the source; the sentences are the same. */
import type {
  HistogramLayout,
  LatencyHistogram,
  MetricsOutcome,
  MetricsPort,
  TrafficPoint,
} from '@ascent/core';
import { describe, expect, test } from 'vitest';

/** The service that answers, and its two revisions. */
export const SERVICE = 'web';
const STABLE = 'web-00001-abc';
const CANDIDATE = 'web-00002-abc';

/** One answered request. */
export type Served = {
  readonly revision: string;
  readonly status: number;
  readonly latencyMs: number;
};

/** A source of metrics that a test can drive. */
export type MetricsWorld = {
  readonly port: MetricsPort;
  readonly stepMs: number;
  readonly nowMs: () => number;
  /** Answers requests now. */
  readonly serve: (requests: readonly Served[]) => void;
  /** Resolves once everything served so far is old enough to be trusted. */
  readonly settle: () => Promise<void>;
  /** The source cannot be reached from now on. */
  readonly breakDown: () => Promise<void>;
  /** A port that was given the address of something else. */
  readonly misdirected: MetricsPort;
  /** From now on the source says what nobody can understand. */
  readonly corrupt: (how: 'notANumber' | 'unknownBuckets') => void;
  readonly close: () => Promise<void>;
};

/** Holds an adapter to the contract. */
export function describeMetricsPort(name: string, start: () => Promise<MetricsWorld>): void {
  // Each sentence has a source of its own, so they can wait for their sources side by side.
  const holds = (sentence: string, act: (reader: Reader) => Promise<void>): void => {
    test.concurrent(sentence, async () => {
      const world = await start();
      try {
        await act(readerOf(world));
      } finally {
        await world.close();
      }
    });
  };

  describe(name, () => {
    holds(
      'nothing happened: an answer without points, and not an outage',
      async ({ world, read }) => {
        await world.settle();
        const { points } = readable(await read());
        expect(points).toEqual([]);
      },
    );

    holds(
      'requests, errors and latencies of two revisions are counted exactly and kept apart',
      async ({ world, read }) => {
        world.serve([
          ...answers(STABLE, 200, [12, 40, 40, 900]),
          ...answers(STABLE, 404, [11]),
          ...answers(STABLE, 500, [2_000]),
          ...answers(CANDIDATE, 200, [70, 80]),
          ...answers(CANDIDATE, 503, [31_000, 5]),
          ...answers('web-00003-xyz', 200, [10]),
        ]);
        await world.settle();
        const { points } = readable(await read());
        expect(totals(points)).toEqual({
          [STABLE]: { requests: 6, errors: 1, latencies: 6 },
          [CANDIDATE]: { requests: 4, errors: 2, latencies: 4 },
        });
      },
    );

    holds('every latency is in the bucket that holds it', async ({ world, read }) => {
      const latenciesMs = [5, 11, 74, 900, 31_000];
      world.serve(answers(CANDIDATE, 200, latenciesMs));
      await world.settle();
      const { points } = readable(await read());
      const buckets = points.flatMap(({ latency }) => filledBuckets(latency));
      expect(buckets).toHaveLength(latenciesMs.length);
      buckets.forEach(([low, high], index) => {
        expect(latenciesMs[index]).toBeGreaterThanOrEqual(low);
        expect(latenciesMs[index]).toBeLessThanOrEqual(high);
      });
    });

    holds(
      'the first error of a revision is counted, although no error was ever reported before',
      async ({ world, read }) => {
        world.serve(answers(CANDIDATE, 200, [20, 20, 20]));
        await world.settle();
        world.serve(answers(CANDIDATE, 500, [20]));
        await world.settle();
        const { points } = readable(await read());
        expect(totals(points)[CANDIDATE]).toEqual({ requests: 4, errors: 1, latencies: 4 });
      },
    );

    holds(
      'reading on from the last trusted time counts every request once, late ones too',
      async ({ world, startMs, read }) => {
        const seen: TrafficPoint[] = [];
        let watermarkMs = startMs;
        const readOn = async (): Promise<void> => {
          const outcome = readable(await read(watermarkMs));
          expect(outcome.points.every(({ endMs }) => endMs > watermarkMs)).toBe(true);
          expect(outcome.points.every(({ endMs }) => endMs <= outcome.youngestTrustedMs)).toBe(
            true,
          );
          seen.push(...outcome.points);
          watermarkMs = Math.max(watermarkMs, outcome.youngestTrustedMs);
        };
        for (let round = 1; round <= 3; round += 1) {
          world.serve([...answers(STABLE, 200, [30, 40]), ...answers(CANDIDATE, 502, [50])]);
          await readOn();
          await world.settle();
          await readOn();
        }
        expect(totals(seen)).toEqual({
          [STABLE]: { requests: 6, errors: 0, latencies: 6 },
          [CANDIDATE]: { requests: 3, errors: 3, latencies: 3 },
        });
        const cells = seen.map(({ revision, endMs }) => `${revision} ${endMs}`);
        expect(new Set(cells).size).toBe(cells.length);
      },
    );

    holds(
      'an interval is one step long and ends on the grid, oldest first',
      async ({ world, read }) => {
        world.serve(answers(STABLE, 200, [30]));
        await world.settle();
        world.serve(answers(STABLE, 200, [30]));
        await world.settle();
        const { points } = readable(await read());
        expect(points.map(({ startMs: from, endMs }) => endMs - from)).toEqual(
          points.map(() => world.stepMs),
        );
        expect(points.every(({ endMs }) => endMs % world.stepMs === 0)).toBe(true);
        expect(points.map(({ endMs }) => endMs)).toEqual(
          points.map(({ endMs }) => endMs).toSorted((a, b) => a - b),
        );
      },
    );

    holds('a question about the future has no points and asks nothing', async ({ world, read }) => {
      const { points } = readable(await read(world.nowMs() + 3_600_000));
      expect(points).toEqual([]);
    });

    holds('an outage is told as one, with its reason', async ({ world, read }) => {
      world.serve(answers(STABLE, 200, [30]));
      await world.settle();
      await world.breakDown();
      expect(reasonOf(await read())).toMatch(/cannot be read: .*ECONNREFUSED/);
    });

    holds(
      'an address where something else lives is an outage',
      async ({ world, startMs, read }) => {
        await world.settle();
        expect(reasonOf(await read(startMs, world.misdirected))).not.toBe('');
      },
    );

    for (const how of ['notANumber', 'unknownBuckets'] as const) {
      holds(`what nobody can understand is an outage: ${how}`, async ({ world, read }) => {
        world.corrupt(how);
        world.serve(answers(STABLE, 200, [30]));
        await world.settle();
        expect(reasonOf(await read())).not.toBe('');
      });
    }
  });
}

type Reader = {
  readonly world: MetricsWorld;
  readonly startMs: number;
  /** Asks for both revisions, from the start unless told otherwise. */
  readonly read: (afterMs?: number, port?: MetricsPort) => Promise<MetricsOutcome>;
};

function readerOf(world: MetricsWorld): Reader {
  const startMs = world.nowMs();
  return {
    world,
    startMs,
    read: (afterMs = startMs, port = world.port) =>
      port.read({
        service: SERVICE,
        revisions: [STABLE, CANDIDATE],
        afterMs,
        nowMs: world.nowMs(),
      }),
  };
}

/** Requests of one revision, all answered alike. */
export function answers(
  revision: string,
  status: number,
  latenciesMs: readonly number[],
): readonly Served[] {
  return latenciesMs.map((latencyMs) => ({ revision, status, latencyMs }));
}

/** The outcome as points. Fails the test, with the reason, when it is an outage. */
export function readable(outcome: MetricsOutcome): Extract<MetricsOutcome, { type: 'points' }> {
  if (outcome.type === 'points') return outcome;
  throw new Error(`unavailable: ${outcome.reason}`);
}

/** Sums of the points, by revision. */
export function totals(
  points: readonly TrafficPoint[],
): Record<string, { requests: number; errors: number; latencies: number }> {
  const sums: Record<string, { requests: number; errors: number; latencies: number }> = {};
  for (const { revision, requests, errors, latency } of points) {
    const sum = (sums[revision] ??= { requests: 0, errors: 0, latencies: 0 });
    sum.requests += requests;
    sum.errors += errors;
    sum.latencies += (latency?.counts ?? []).reduce((total, count) => total + count, 0);
  }
  return sums;
}

function reasonOf(outcome: MetricsOutcome): string {
  if (outcome.type === 'unavailable') return outcome.reason;
  throw new Error(`readable: ${JSON.stringify(outcome)}`);
}

/** Edges of the buckets that counted something, once per count, in order. */
function filledBuckets(latency: LatencyHistogram | null): readonly (readonly [number, number])[] {
  return (latency?.counts ?? []).flatMap((count, bucket) =>
    Array.from({ length: count }, () => bucketEdges(latency?.layout, bucket)),
  );
}

function bucketEdges(
  layout: HistogramLayout | undefined,
  bucket: number,
): readonly [number, number] {
  if (layout === undefined) return [Number.NaN, Number.NaN];
  if (layout.type === 'explicit') {
    return [layout.boundsMs[bucket - 1] ?? 0, layout.boundsMs[bucket] ?? Number.POSITIVE_INFINITY];
  }
  const { scaleMs, growthFactor } = layout;
  return [
    bucket === 0 ? 0 : scaleMs * growthFactor ** (bucket - 1),
    scaleMs * growthFactor ** bucket,
  ];
}
