/**
 * What goes wrong in a trial, and how often. Every seed draws which faults exist at all (as TigerBeetle's swarm testing
 * does), so that some seeds are a single fault alone and some are everything at once.
 */
import type { Chance } from './chance.js';

/** Probabilities per call unless said otherwise. */
export type Weather = {
  /** A call to the platform answers 429 or 500 and nothing happened. */
  readonly platformRefuses: number;
  /** A write takes effect and its answer never comes. */
  readonly answerLost: number;
  /** A write is reported as timed out and lands minutes later. */
  readonly landsLate: number;
  /** A write is refused with 409 although nobody wrote. */
  readonly falseConflict: number;
  /** A read shows the service as it was some time ago. */
  readonly staleRead: number;
  /** The controller dies before or after a call. */
  readonly crash: number;
  /** Longest answer time of a call, milliseconds. */
  readonly slowestMs: number;
  /** A delivery fails. */
  readonly deliveryFails: number;
  /** A delivery takes its full deadline and then fails. */
  readonly deliveryHangs: number;
  /** A smoke run fails although the candidate is fine. */
  readonly smokeBlip: number;
  readonly metrics: MetricsWeather;
};

/** Probabilities per point, or per window of half an hour for the outage. */
export type MetricsWeather = {
  readonly outage: number;
  readonly missing: number;
  /** The point appears ten minutes late. */
  readonly late: number;
  readonly duplicated: number;
  /** Numbers that cannot be: negative, NaN, more errors than requests. */
  readonly absurd: number;
  readonly otherBuckets: number;
  /** The point shows only a part of its requests until it is older than the visibility delay. */
  readonly growing: number;
};

/** Nothing goes wrong. */
export const calm: Weather = {
  platformRefuses: 0,
  answerLost: 0,
  landsLate: 0,
  falseConflict: 0,
  staleRead: 0,
  crash: 0,
  slowestMs: 300,
  deliveryFails: 0,
  deliveryHangs: 0,
  smokeBlip: 0,
  metrics: {
    outage: 0,
    missing: 0,
    late: 0,
    duplicated: 0,
    absurd: 0,
    otherBuckets: 0,
    growing: 0,
  },
};

/** One seed's weather. */
export function drawWeather(chance: Chance): Weather {
  const often = (most: number): number =>
    chance.happens(0.45) ? chance.scale(most / 30, most) : 0;
  return {
    platformRefuses: often(0.3),
    answerLost: often(0.3),
    landsLate: often(0.1),
    falseConflict: often(0.3),
    staleRead: often(0.3),
    crash: often(0.05),
    slowestMs: chance.happens(0.3) ? chance.whole(1_000, 20_000) : 300,
    deliveryFails: often(0.5),
    deliveryHangs: often(0.5),
    smokeBlip: often(0.1),
    metrics: {
      outage: often(0.5),
      missing: often(0.3),
      late: often(0.3),
      duplicated: often(0.3),
      absurd: often(0.1),
      otherBuckets: often(0.1),
      growing: often(0.9),
    },
  };
}
