/**
 * A plan as the rest of the house knows it: milliseconds, integers and ratios, every default filled, nothing optional.
 * `plan-config.ts` is what a person writes; `compilePlan` is the only way from one to the other.
 */
import type { SecretName } from '../secret-name.js';
import type { AlertRule } from '../alerts/index.js';
import type { GatePlan } from '../evidence/index.js';
import type { CustomGate } from '../gates/index.js';
import type { PrometheusNames } from './prometheus-names.js';
import type { SmokeCheck } from './smoke-plan.js';

/** Where the service runs. One API (Knative Serving v1) in three places. */
export type PlanPlatform =
  | {
      readonly type: 'cloudRun';
      readonly project: string;
      readonly region: string;
      readonly service: string;
      /** `null` is Google's own address of the region. */
      readonly endpoint: string | null;
    }
  | {
      readonly type: 'local';
      readonly url: string;
      readonly project: string;
      readonly service: string;
    }
  | {
      /** Knative on a cluster. What is `null` is what `kubectl` would take. */
      readonly type: 'kubernetes';
      readonly kubeconfig: string | null;
      readonly context: string | null;
      readonly namespace: string | null;
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
      readonly names: PrometheusNames;
      readonly samplePeriodMs: number;
      readonly visibilityDelayMs: number;
    };

/** One stop of the ascent. */
export type Stage = {
  readonly name: string;
  /** The candidate's share of the traffic, integer percent. A last stage with a holdback has less than 100. */
  readonly sharePercent: number;
  readonly holdMinMs: number;
  readonly holdMaxMs: number;
  /** Checks run once against the candidate's own URL; none is an empty list. */
  readonly smoke: readonly SmokeCheck[];
  /** How many people must approve before the candidate gets this stage's share; 0 asks for nobody. */
  readonly approvalsRequired: number;
  /** How many scenarios must be tried at this stage, by the recorded ones and by people together. */
  readonly spotChecks: number;
};

/** What happens when a stage's longest hold ends without a verdict. */
export type UndecidablePolicy = 'hold' | 'ask' | 'promote';

/** What happens when the metrics could not be read for `afterMs`. */
export type BlindPolicy = { readonly afterMs: number; readonly then: 'hold' | 'ask' | 'rollback' };

/** Where people are told. */
export type Channel =
  | { readonly type: 'slack'; readonly webhookUrl: SecretName }
  | {
      readonly type: 'email';
      readonly to: readonly string[];
      readonly from: string;
      /** The address of the mail server with its credentials: `smtps://user:password@host:465`. */
      readonly smtpUrl: SecretName;
    }
  | {
      readonly type: 'webhook';
      readonly url: string;
      /** Key of the signature (HMAC-SHA256). */
      readonly secret: SecretName;
    }
  | {
      readonly type: 'github';
      /** `owner/name`. */
      readonly repository: string;
      readonly environment: string;
      /** Branch, tag or commit that the deployment is of. */
      readonly ref: string;
      readonly apiUrl: string;
      readonly token: SecretName;
    };

/** Whom to tell, and the address of the page that messages lead to. */
export type NotifyPlan = { readonly pageUrl: string | null; readonly channels: readonly Channel[] };

/** Everything a rollout is decided by. It travels in the record, so any controller can go on. */
export type RolloutPlan = {
  readonly service: string;
  readonly platform: PlanPlatform;
  readonly metrics: MetricsSource;
  readonly stages: readonly Stage[];
  /** Recorded scenarios for spot checks, in the order in which stages use them. */
  readonly scenarios: readonly SmokeCheck[];
  /** Gates, hard rollback rules and risks. */
  readonly gates: GatePlan;
  /** Whether clustering of errors is measured on the stable revision's instances when a rollout begins. */
  readonly measuresDispersion: boolean;
  /** Gates on numbers of the owner's own; they hold or roll back and never speak for a release. */
  readonly customGates: readonly CustomGate[];
  readonly alerts: readonly AlertRule[];
  readonly notify: NotifyPlan;
  readonly whenUndecidable: UndecidablePolicy;
  readonly whenBlind: BlindPolicy;
  /** How long a new revision may take to become ready before the rollout ends. */
  readonly readyWithinMs: number;
  /** How long an approval given in advance stays good. */
  readonly approvalExpiresMs: number;
  /** How long after the promotion the old backend is kept before it may be archived. */
  readonly retireAfterMs: number | null;
};
