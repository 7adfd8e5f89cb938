/**
 * A plan as the rest of the house knows it: milliseconds, integers and ratios, every default filled, nothing optional.
 * `plan-config.ts` is what a person writes; `compilePlan` is the only way from one to the other.
 */
import type { GatePlan } from './evidence/index.js';
import type { SmokeCheck } from './smoke-plan.js';

/** Where the service runs. One API (Knative Serving v1) in three places. */
export type PlanPlatform =
  | {
      readonly type: 'cloudRun';
      readonly project: string;
      readonly region: string;
      readonly service: string;
      readonly endpoint: string | null;
    }
  | {
      readonly type: 'local';
      readonly url: string;
      readonly project: string;
      readonly service: string;
    };

/** Where requests, errors and latencies are read. */
export type MetricsSource =
  | {
      readonly type: 'cloudMonitoring';
      readonly project: string;
      /** `null` is Google's own address. */
      readonly endpoint: string | null;
      readonly samplePeriodMs: number;
      /** Points younger than this may still change; three minutes on Cloud Monitoring. */
      readonly visibilityDelayMs: number;
    }
  | {
      readonly type: 'prometheus';
      readonly url: string;
      readonly samplePeriodMs: number;
      readonly visibilityDelayMs: number;
    };

/** One stop of the ascent. */
export type Stage = {
  readonly name: string;
  /** The candidate's share of the traffic, integer percent. */
  readonly sharePercent: number;
  readonly holdMinMs: number;
  readonly holdMaxMs: number;
  /** Checks run once against the candidate's own URL; none is an empty list. */
  readonly smoke: readonly SmokeCheck[];
  /** A person must approve before the candidate gets this stage's share. */
  readonly approvalRequired: boolean;
};

/** What happens when a stage's longest hold ends without a verdict. */
export type UndecidablePolicy = 'hold' | 'ask' | 'promote';

/** What happens when the metrics could not be read for `afterMs`. */
export type BlindPolicy = { readonly afterMs: number; readonly then: 'hold' | 'ask' | 'rollback' };

/** Everything a rollout is decided by. It travels in the record, so any controller can go on. */
export type RolloutPlan = {
  readonly service: string;
  readonly platform: PlanPlatform;
  readonly metrics: MetricsSource;
  readonly stages: readonly Stage[];
  /** Gates, hard rollback rules and risks. */
  readonly gates: GatePlan;
  readonly whenUndecidable: UndecidablePolicy;
  readonly whenBlind: BlindPolicy;
  /** How long a new revision may take to become ready before the rollout ends. */
  readonly readyWithinMs: number;
  /** How long an approval given in advance stays good. */
  readonly approvalExpiresMs: number;
  /** How long after the promotion the old backend is kept before it may be archived. */
  readonly retireAfterMs: number | null;
};
