/**
 * The decision rules of other tools, re-implemented from their sources at their documented settings and fed
 * with exact counts of every minute (no scrape jitter, no delay), which flatters them.
 */
import { kayentaFails, mannWhitneyHigh } from './mann-whitney.js';

/** Counts of one minute. */
export type Minute = {
  readonly candidateRequests: number;
  readonly candidateErrors: number;
  readonly stableRequests: number;
  readonly stableErrors: number;
};

/** A rule that is shown minute after minute and says when it rolls back. */
export type PeerRule = { readonly add: (minute: Minute) => boolean };

/**
 * Flagger: success rate ≥ 99 % every minute, rollback on the tick after the 5th failed check. No value is a
 * failed check; the counter is never reset. `pkg/controller/scheduler.go`, `scheduler_metrics.go` (15bd6ad).
 */
export function flagger(threshold = 5): PeerRule {
  let failed = 0;
  return {
    add({ candidateRequests, candidateErrors }) {
      if (failed >= threshold) return true;
      const successPercent = 100 * (1 - candidateErrors / candidateRequests);
      if (!(successPercent >= 99)) failed += 1;
      return false;
    },
  };
}

/**
 * Argo Rollouts' documented example: success rate ≥ 0.95 every 5 minutes, over the last sample (`irate`),
 * failureLimit 3, so the 4th failure aborts. 0/0 is a failure. `analysis/analysis.go` (9f8d111).
 */
export function argoRollouts(): PeerRule {
  let minute = 0;
  let failures = 0;
  return {
    add({ candidateRequests, candidateErrors }) {
      minute += 1;
      if (minute % 5 !== 0) return false;
      if (!(1 - candidateErrors / candidateRequests >= 0.95)) failures += 1;
      return failures > 3;
    },
  };
}

/**
 * Cloud Run Release Manager: error rate over the last 30 minutes above 1 % rolls back at once; min-requests
 * does not protect because unhealthy outranks inconclusive. `internal/health/health.go` (c49be44).
 */
export function releaseManager(): PeerRule {
  const recent: Minute[] = [];
  return {
    add(minute) {
      recent.push(minute);
      if (recent.length > 30) recent.shift();
      return errorPercent(recent) > 1;
    },
  };
}

/** Error rate of the candidate over these minutes, percent; 0 without requests, as the Release Manager has it. */
export function errorPercent(minutes: readonly Minute[]): number {
  const requests = minutes.reduce((sum, minute) => sum + minute.candidateRequests, 0);
  const errors = minutes.reduce((sum, minute) => sum + minute.candidateErrors, 0);
  return requests === 0 ? 0 : (100 * errors) / requests;
}

/**
 * Kayenta's NetflixACAJudge: Mann-Whitney at 98 % with a tolerance of a quarter of the Hodges-Lehmann shift,
 * on the error rate of every minute, hourly, on a growing window. `NetflixACAJudge.scala` (a69573b).
 */
export function kayenta(): PeerRule {
  const candidate: number[] = [];
  const stable: number[] = [];
  let minute = 0;
  return {
    add(counts) {
      minute += 1;
      pushRates(candidate, stable, counts);
      return minute % 60 === 0 && kayentaFails(candidate, stable);
    },
  };
}

/**
 * PipeCD ANALYSIS, strategy CANARY_PRIMARY, deviation HIGH: Mann-Whitney at 5 % on the last ten minutes,
 * every ten minutes; the second failure rolls back (failureLimit 1 as documented); no data is a failure.
 * `pkg/app/piped/executor/analysis/metrics_analyzer.go` (7e22859).
 */
export function pipecd(): PeerRule {
  let candidate: number[] = [];
  let stable: number[] = [];
  let minute = 0;
  let failures = 0;
  return {
    add(counts) {
      minute += 1;
      pushRates(candidate, stable, counts);
      if (minute % 10 !== 0) return false;
      const empty = candidate.length === 0 || stable.length === 0;
      if (empty || mannWhitneyHigh(candidate, stable) < 0.05) failures += 1;
      candidate = [];
      stable = [];
      return failures > 1;
    },
  };
}

function pushRates(candidate: number[], stable: number[], minute: Minute): void {
  if (minute.candidateRequests > 0) {
    candidate.push(minute.candidateErrors / minute.candidateRequests);
  }
  if (minute.stableRequests > 0) stable.push(minute.stableErrors / minute.stableRequests);
}
