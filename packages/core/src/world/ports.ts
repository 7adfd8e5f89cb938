/**
 * What the shell must provide. The only promises in this room: a port's return types.
 * Outcomes that a rollout has a policy for are values; only our own mistakes and a person's wrong input throw.
 */
import type { InstanceCounts } from '@ascent/stats';
import type { TrafficPoint } from './traffic-point.js';
import type { UtilizationPoint } from './utilization-point.js';

/** One entry of a service's traffic. `revision: null` is Cloud Run's LATEST, which floats. */
export type TrafficTarget = {
  readonly revision: string | null;
  /** Integer percent, 0 to 100. A target that is only tagged has 0. */
  readonly percent: number;
  readonly tag: string | null;
};

/** A traffic target as the platform serves it, with the URL of its tag. */
export type ServedTarget = TrafficTarget & { readonly url: string | null };

/** Whether a revision can serve: `failed` is final, `starting` may still become `ready`. */
export type Readiness =
  | { readonly type: 'ready' }
  | { readonly type: 'starting'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };

/** A Service as the platform shows it, in the words of a rollout. */
export type ServiceView = {
  readonly service: string;
  /** Opaque token of this state; a write carries it and is refused if the service has moved on. */
  readonly resourceVersion: string;
  /** Raw text of the rollout annotation, or `null` where there is none. */
  readonly record: string | null;
  /** The traffic somebody asked for last. */
  readonly traffic: readonly TrafficTarget[];
  /** The traffic that is served now. It lags behind `traffic` for some seconds after a write. */
  readonly served: readonly ServedTarget[];
  /** True once the platform has finished acting on the last write. */
  readonly settled: boolean;
  /** Revisions that the traffic names and the platform no longer has. */
  readonly missing: readonly string[];
  /**
   * True once the platform says that it found all that the traffic names and routes by it. While it is at work, and where
   * it complains of something else first, it says nothing of what is missing.
   */
  readonly routed: boolean;
  readonly latestCreated: string | null;
  readonly latestReady: string | null;
  /** Readiness of `latestCreated`. */
  readonly latestReadiness: Readiness;
  readonly url: string | null;
  /** Session affinity overrides the split (facts/cloud-run, 1.6), so it must be said. */
  readonly sessionAffinity: boolean;
  /** Who wrote last, as far as the platform tells. */
  readonly lastModifier: string | null;
};

/** What one write changes: the record and the traffic, in one request, or neither. */
export type ServiceChange = {
  readonly record: string;
  /** `null` leaves the traffic as it is. */
  readonly traffic: readonly TrafficTarget[] | null;
};

/** `conflict`: somebody wrote in between; nothing was changed, read again and decide again. */
export type WriteOutcome = 'written' | 'conflict';

/** Reads and compare-and-sets one Service. Implemented in `platform`. */
export type ServicePort = {
  /** @throws AscentError `ASC_SERVICE_NOT_FOUND`, `ASC_PLATFORM_DENIED` or `ASC_PLATFORM_UNAVAILABLE`. */
  readonly read: () => Promise<ServiceView>;
  /**
   * Writes `change` if the service is still as in `view`. Fields and annotations that Ascent does not know are kept.
   * @throws AscentError as `read`, and `ASC_PLATFORM_REFUSED` when the platform finds the change invalid.
   */
  readonly replace: (view: ServiceView, change: ServiceChange) => Promise<WriteOutcome>;
  /**
   * Asks the platform to write the service as it is, as a dry run: nothing is changed, and an account that may not write
   * learns it before a rollout does. Tells what a rollout does not need to know. @throws AscentError as `replace`.
   */
  readonly rehearse?: () => Promise<{ readonly minInstances: number }>;
};

/** Which points a decision still needs. */
export type MetricsQuestion = {
  readonly service: string;
  readonly revisions: readonly string[];
  /** Points that end after this time, Unix milliseconds. */
  readonly afterMs: number;
  readonly nowMs: number;
};

/** Instances by revision, as of the newest point; a revision without one has none. Only people look at it. */
export type InstanceCountOutcome =
  | { readonly type: 'counts'; readonly counts: Readonly<Record<string, number>> }
  | { readonly type: 'unavailable'; readonly reason: string };

/** Whose instances, and since when (Unix milliseconds). */
export type InstanceQuestion = Omit<MetricsQuestion, 'revisions'> & { readonly revision: string };

/** A metrics outage is not an empty answer: zero requests give `points: []`. */
export type MetricsOutcome =
  | {
      readonly type: 'points';
      readonly points: readonly TrafficPoint[];
      /** Points that end later than this may still change. */
      readonly youngestTrustedMs: number;
    }
  | { readonly type: 'unavailable'; readonly reason: string };

/** As {@link MetricsOutcome}, for CPU and memory. Only alerts rest on it, so a rollout goes on without. */
export type UtilizationOutcome =
  | { readonly type: 'points'; readonly points: readonly UtilizationPoint[] }
  | { readonly type: 'unavailable'; readonly reason: string };

/** Reads requests, errors and latencies per revision. Implemented in `metrics`. Never throws for an outage. */
export type MetricsPort = {
  readonly read: (question: MetricsQuestion) => Promise<MetricsOutcome>;
  /** Reads CPU and memory; a source that knows neither leaves it out. */
  readonly readUtilization?: (question: MetricsQuestion) => Promise<UtilizationOutcome>;
  /**
   * Reads requests and errors of every instance of one revision, interval by interval, instances always in the same
   * order; `null` where that cannot be read. Cloud Monitoring does not tell Cloud Run's instances apart, so its adapter
   * leaves this out. Never throws for an outage.
   */
  readonly readInstances?: (
    question: InstanceQuestion,
  ) => Promise<readonly InstanceCounts[] | null>;
  /** How many instances each revision had at last; a source that does not know leaves it out. Never throws for an outage. */
  readonly countInstances?: (question: MetricsQuestion) => Promise<InstanceCountOutcome>;
};
