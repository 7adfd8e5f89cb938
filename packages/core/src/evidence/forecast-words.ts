/** A forecast's numbers and findings in the words of a person. */
import { formatDuration } from '../duration.js';
import type { Advice, DeadLimit, ExpectedTraffic, Obstacle } from './index.js';

/** Beyond this a forecast does not tell lengths apart. */
const yearMs = 365 * 86_400_000;

/** A length of time that may be beyond reason: `3d 4h`, or `more than a year`. */
export function formatLongDuration(durationMs: number): string {
  return durationMs > yearMs ? 'more than a year' : formatDuration(durationMs);
}

/** One piece of advice as what to do. */
export function adviceWords(advice: Advice): string {
  switch (advice.type) {
    case 'hold-longer':
      return `hold up to ${formatLongDuration(advice.holdMaxMs)}`;
    case 'larger-share':
      return `give it ${advice.sharePercent} %`;
    case 'accept-larger-difference':
      return `accept a difference of ${formatPercent(advice.worseThanStableBy)} (gates.errorRate.worseThanStableBy)`;
    case 'accept-slower':
      return `accept a slowness of ${formatPercent(advice.worseThanStableBy)} (gates.latencyP95.worseThanStableBy)`;
    case 'finer-buckets':
      return `give the latency histogram an edge at ${formatDuration(advice.edgeMs)}`;
  }
}

/** Why no candidate can be proven good, with the way out where it is not a piece of advice. */
export function obstacleWords(obstacle: Obstacle): string {
  switch (obstacle.type) {
    case 'stable-above-limit':
      return `the stable revision itself fails ${formatPercent(obstacle.errorRate)} of requests, more than the limit of ${formatPercent(obstacle.maxRatio)} (gates.errorRate.max); no candidate like it can go on. Mend that first, or write a limit above it.`;
    case 'stable-too-slow':
      return `${formatPercent(obstacle.slowPart)} of the stable revision's own requests take longer than ${formatDuration(obstacle.maxMs)} (gates.latencyP95.max), and 5 % may; no candidate like it can go on. Mend that first, or write a limit above it.`;
    case 'boundless-tolerance':
      return `a tolerance of ${formatPercent(obstacle.worseThanStableBy)} (gates.errorRate.worseThanStableBy) allows every failure there is, so nothing is left to prove. Write a smaller one.`;
    case 'coarse-buckets':
      return `a good candidate cannot be proven fast: it must be faster than ${formatDuration(obstacle.toleratedMs)}, and the bucket around that begins at ${formatDuration(obstacle.bucketFromMs)}, so ${formatPercent(obstacle.part)} of today's requests count as too slow already, where fewer than 15 % may.`;
  }
}

/** A latency limit that can never fire. */
export function deadLimitWords({ setting, limitMs, lastEdgeMs }: DeadLimit): string {
  return `${setting} is ${formatDuration(limitMs)}, but latencies are counted only up to ${formatDuration(lastEdgeMs)}: beyond that the histogram tells nothing apart, so this limit can never fire. Write one of at most ${formatDuration(lastEdgeMs)}, or count in buckets that reach further.`;
}

/** A rate a person can picture. */
export function formatRate(requestsPerMinute: number): string {
  const [perUnit, unit] = (
    [
      [requestsPerMinute, 'a minute'],
      [requestsPerMinute * 60, 'an hour'],
      [requestsPerMinute * 1_440, 'a day'],
    ] as const
  ).find(([amount]) => amount >= 1) ?? [0, ''];
  if (perUnit === 0) return 'less than 1 request a day';
  const rate = Number(perUnit.toPrecision(3));
  return `${rate.toLocaleString('en-US')} ${rate === 1 ? 'request' : 'requests'} ${unit}`;
}

/** How traffic is known: "measured over the last 24h", or `null` where it was not measured. */
export function formatSpan({ spanMs }: ExpectedTraffic): string | null {
  if (spanMs === undefined) return null;
  const hours = Math.round(spanMs / 3_600_000);
  return `measured over the last ${hours >= 1 ? `${hours}h` : formatDuration(spanMs)}`;
}

/** 0.0123 → "1.2 %". A part that is not everything is never said to be. */
export function formatPercent(ratio: number): string {
  const digits = ratio > 0.99 && ratio < 1 ? 4 : 2;
  return `${Number((ratio * 100).toPrecision(digits))} %`;
}
