/** What can happen to a rollout. Time is data: every event says when it was. */
import type { MetricsOutcome, ServiceView } from './ports.js';
import type { SmokeOutcome } from './smoke-plan.js';

/** A person's command; `by` and `reason` go into the audit log. */
export type Command = {
  readonly type: 'approve' | 'pause' | 'resume' | 'rollback';
  readonly nowMs: number;
  readonly by: string;
  readonly reason: string;
};

/** One look at the world: the service, the metrics since the checkpoint, and a smoke run if one was due. */
export type Observed = {
  readonly type: 'observed';
  readonly nowMs: number;
  readonly view: ServiceView;
  readonly metrics: MetricsOutcome;
  readonly smoke: SmokeOutcome | null;
};

/** Effects that reached their destination. */
export type Delivered = {
  readonly type: 'delivered';
  readonly nowMs: number;
  readonly keys: readonly string[];
};

/** Everything `advance` answers to. */
export type RolloutEvent = Command | Observed | Delivered;
