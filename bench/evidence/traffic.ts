/**
 * Draws the traffic of one rollout from a seed: Poisson arrivals, binomial routing, binomial failures, and
 * log-normal latencies counted in buckets, interval by interval.
 */
import type { Prng } from '@ascent/stats';
import { bucketCount, upperEdgeMs } from '@ascent/core';
import { benchLayout } from './scenario.js';
import type { Scenario } from './scenario.js';

/** Counts of one interval. Written over by the next draw. */
export type Tick = {
  candidateRequests: number;
  stableRequests: number;
  candidateErrors: number;
  stableErrors: number;
  /** Empty when the scenario measures no latency. */
  candidateLatency: readonly number[];
  stableLatency: readonly number[];
};

const medianMs = 50;
const spread = 0.8;
/** Part of requests a tail slowdown makes slower. */
const tailPart = 0.08;
const burstFactor = 30;
const coldStartMinutes = 3;
const buckets = bucketCount(benchLayout);
const upperEdges = Array.from({ length: buckets }, (_, j) => upperEdgeMs(benchLayout, j));

/** Draws interval after interval; `share` may be changed by the rule under test. */
export type Source = { readonly draw: (share: number) => Tick };

/** The traffic of one rollout. */
export function createSource(scenario: Scenario, prng: Prng): Source {
  const { tickMs, disturbance, slowdown } = scenario;
  const tickMinutes = tickMs / 60_000;
  const outageStart = prng.uniform() * Math.max(1, scenario.minutes - 15);
  const phase = prng.uniform() * 2 * Math.PI;
  const stableLaw = latencyLaw(1, null);
  const candidateLaw = slowdown === null ? stableLaw : latencyLaw(1, slowdown);
  let minute = 0;
  let noisyLaw = candidateLaw;
  let noiseMinute = -1;
  return {
    draw(share) {
      const waves = disturbance === 'diurnal' ? 1 + 0.9 * Math.sin(phase + minute / 20) : 1;
      const arrivals = prng.poisson(scenario.requestsPerMinute * tickMinutes * waves);
      const candidateRequests = prng.binomial(
        arrivals,
        disturbance === 'share-12' ? share + 0.02 : share,
      );
      const common = sharedRate(scenario, { minute, outageStart, prng });
      const cold = disturbance === 'cold-start' && minute < coldStartMinutes ? 5 : 1;
      const candidateRate = common ?? Math.min(1, scenario.candidateRate * cold);
      const candidate = answer(prng, candidateRequests, { rate: candidateRate, disturbance });
      const stable = answer(prng, arrivals - candidateRequests, {
        rate: common ?? scenario.stableRate,
        disturbance,
      });
      if (disturbance === 'slow-minutes' && Math.floor(minute) !== noiseMinute) {
        noiseMinute = Math.floor(minute);
        noisyLaw = latencyLaw(Math.exp(0.2 * prng.normal()), slowdown);
      }
      const law = disturbance === 'slow-minutes' ? noisyLaw : candidateLaw;
      minute += tickMinutes;
      return {
        candidateRequests: candidate.requests,
        stableRequests: stable.requests,
        candidateErrors: candidate.errors,
        stableErrors: stable.errors,
        candidateLatency: slowdown === null ? [] : drawLatencies(prng, candidate.requests, law),
        stableLatency: slowdown === null ? [] : drawLatencies(prng, stable.requests, stableLaw),
      };
    },
  };
}

/** The rate both revisions fail at in this interval, or `null` when each has its own. */
function sharedRate(
  scenario: Scenario,
  { minute, outageStart, prng }: { minute: number; outageStart: number; prng: Prng },
): number | null {
  const { disturbance, stableRate } = scenario;
  if (disturbance === 'outage') {
    return minute >= outageStart && minute < outageStart + 15 ? 0.5 : null;
  }
  if (disturbance === 'degraded-start') return minute < 120 ? 0.015 : null;
  if (disturbance === 'bursts' && prng.uniform() < scenario.tickMs / 3_600_000) {
    return Math.min(1, stableRate * burstFactor);
  }
  return null;
}

/** Requests counted and failed; with retries each failure is tried again and counted again. */
function answer(
  prng: Prng,
  requests: number,
  { rate, disturbance }: { rate: number; disturbance: Scenario['disturbance'] },
): { readonly requests: number; readonly errors: number } {
  const failed = prng.binomial(requests, rate);
  const cluster = disturbance === 'retries-1.5' ? 1.5 : disturbance === 'retries-3' ? 3 : 1;
  if (cluster === 1) return { requests, errors: failed };
  let retries = 0;
  for (let n = 0; n < failed; n += 1) while (prng.uniform() < 1 - 1 / cluster) retries += 1;
  return { requests: requests + retries, errors: failed + retries };
}

type Law = { readonly cumulative: readonly number[]; readonly mass: readonly number[] };

function latencyLaw(
  factor: number,
  slowdown: { readonly kind: 'shift' | 'tail'; readonly factor: number } | null,
): Law {
  const cumulative = upperEdges.map((edge) => {
    if (!Number.isFinite(edge)) return 1;
    if (slowdown?.kind !== 'tail') {
      return below(edge / (factor * (slowdown?.factor ?? 1)));
    }
    // The slowest part is slower by what moves the 95th percentile by the factor.
    const cut = 1 - tailPart;
    const usual = below(edge / factor);
    const tail = Math.max(0, below(edge / factor / slowdown.factor) - cut);
    return Math.min(usual, cut) + Math.min(tail, Math.max(0, usual - cut));
  });
  return { cumulative, mass: cumulative.map((upTo, j) => upTo - (cumulative[j - 1] ?? 0)) };
}

/** P(latency < ms), log-normal. */
function below(ms: number): number {
  return ms <= 0 ? 0 : normalBelow(Math.log(ms / medianMs) / spread);
}

/** Φ(z) to seven digits (Abramowitz & Stegun 26.2.17): a simulated law needs no more. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}

function drawLatencies(prng: Prng, requests: number, law: Law): readonly number[] {
  const counts = new Array<number>(buckets).fill(0);
  if (requests < 60) {
    for (let n = 0; n < requests; n += 1) {
      const bucket = bucketOf(law.cumulative, prng.uniform());
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    return counts;
  }
  let left = requests;
  let mass = 1;
  for (let j = 0; j < buckets && left > 0; j += 1) {
    const part = law.mass[j] ?? 0;
    const count = part >= mass ? left : prng.binomial(left, Math.max(0, part / mass));
    counts[j] = count;
    left -= count;
    mass -= part;
  }
  return counts;
}

function bucketOf(cumulative: readonly number[], uniform: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] ?? 1) < uniform) low = middle + 1;
    else high = middle;
  }
  return low;
}
