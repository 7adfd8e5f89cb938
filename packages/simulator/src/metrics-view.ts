/**
 * What a metrics service shows of the truth: late, incomplete, twice, in other buckets, or not at all. A fault stays
 * with its point, so two controllers that ask at the same time see the same wrong thing.
 */
import type { MetricsOutcome, MetricsQuestion, TrafficPoint } from '@ascent/core';
import { fixedChance } from './chance.js';
import type { Users } from './users.js';
import type { MetricsWeather } from './weather.js';

/** What the view is of. */
export type MetricsViewOptions = {
  readonly users: Users;
  readonly seed: number;
  readonly periodMs: number;
  readonly visibilityDelayMs: number;
};

/** The moment a question arrives, in true time, and the weather then. */
export type Moment = { readonly nowMs: number; readonly weather: MetricsWeather };

const OUTAGE_WINDOW_MS = 1_800_000;
const LATE_MS = 600_000;

/** True during an outage of the metrics service. */
export function isMetricsOutage(seed: number, { nowMs, weather }: Moment): boolean {
  const window = Math.floor(nowMs / OUTAGE_WINDOW_MS);
  return fixedChance(seed, `outage ${window}`) < weather.outage;
}

/** The answer to `question`. The asker's clock decides what it calls trusted, as in the real adapters. */
export function metricsAnswer(
  options: MetricsViewOptions,
  question: MetricsQuestion,
  moment: Moment,
): MetricsOutcome {
  const { users, seed, periodMs, visibilityDelayMs } = options;
  if (isMetricsOutage(seed, moment)) {
    return { type: 'unavailable', reason: 'the server answered 503' };
  }
  const youngestTrustedMs = Math.floor((question.nowMs - visibilityDelayMs) / periodMs) * periodMs;
  const points = users
    .points(question.afterMs, youngestTrustedMs)
    .filter(({ revision }) => question.revisions.includes(revision))
    .flatMap((point) => shown(point, options, moment));
  return { type: 'points', points, youngestTrustedMs };
}

function shown(
  point: TrafficPoint,
  { seed, visibilityDelayMs }: MetricsViewOptions,
  { nowMs, weather }: Moment,
): readonly TrafficPoint[] {
  const befalls = (fault: keyof MetricsWeather): boolean =>
    weather[fault] > 0 &&
    fixedChance(seed, `${fault} ${point.revision} ${point.endMs}`) < weather[fault];
  if (befalls('missing')) return [];
  const ageMs = nowMs - point.endMs;
  if (befalls('late') && ageMs < LATE_MS) return [];
  if (befalls('absurd')) return [absurd(point)];
  if (befalls('otherBuckets')) return [inOtherBuckets(point)];
  if (befalls('growing') && ageMs < visibilityDelayMs) return [half(point)];
  return befalls('duplicated') ? [point, point] : [point];
}

function absurd(point: TrafficPoint): TrafficPoint {
  switch ((point.endMs / 15_000) % 3) {
    case 0:
      return { ...point, requests: -point.requests };
    case 1:
      return { ...point, errors: point.requests + 1 };
    default:
      return { ...point, requests: Number.NaN };
  }
}

/** The same requests in buckets nobody used before. */
function inOtherBuckets(point: TrafficPoint): TrafficPoint {
  const layout = { type: 'explicit', boundsMs: [100, 1_000, 10_000] } as const;
  return { ...point, latency: { layout, counts: [0, point.requests, 0, 0] } };
}

function half(point: TrafficPoint): TrafficPoint {
  const { latency } = point;
  return {
    ...point,
    requests: Math.floor(point.requests / 2),
    errors: Math.floor(point.errors / 2),
    latency:
      latency === null
        ? null
        : { layout: latency.layout, counts: latency.counts.map((count) => Math.floor(count / 2)) },
  };
}
