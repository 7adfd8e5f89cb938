/** What can happen to a rollout. Time is data: every event says when it was. */
import type { GateReading } from '../gates/index.js';
import type { MetricsOutcome, ServiceView, UtilizationOutcome } from '../world/ports.js';
import type { SmokeOutcome } from '../plan/smoke-plan.js';
import type { SpotOutcome } from '../record/spot-checks.js';

/** A person's command; `by` and `reason` go into the audit log. For `tickOff` the reason is what was tried by hand. */
export type Command = {
  readonly type:
    'approve' | 'pause' | 'resume' | 'rollback' | 'abort' | 'promote' | 'skip' | 'tickOff';
  readonly nowMs: number;
  readonly by: string;
  readonly reason: string;
  /** `approve` only: the stage that is meant. Without it, the one that comes next, whichever that is by now. */
  readonly stage?: string;
};

/** One look at the world: the service, the metrics since the checkpoint, and a smoke run if one was due. */
export type Observed = {
  readonly type: 'observed';
  readonly nowMs: number;
  readonly view: ServiceView;
  readonly metrics: MetricsOutcome;
  readonly utilization: UtilizationOutcome;
  readonly smoke: SmokeOutcome | null;
  /** Readings of the plan's custom gates; none where nobody was asked. */
  readonly readings: readonly GateReading[];
};

/** A person who does not want to hear of an alert until `untilMs`; a time that has passed ends a silence. */
export type SilenceAlert = {
  readonly type: 'silence';
  readonly nowMs: number;
  readonly by: string;
  readonly rule: string;
  readonly untilMs: number;
};

/** One run of the recorded scenarios against both revisions. */
export type SpotChecked = {
  readonly type: 'spotChecked';
  readonly nowMs: number;
  readonly outcome: SpotOutcome;
};

/** Effects that reached their destination. */
export type Delivered = {
  readonly type: 'delivered';
  readonly nowMs: number;
  readonly keys: readonly string[];
  /** Keys of those that did not; they are tried again later. */
  readonly failed: readonly string[];
};

/** Everything `advance` answers to. */
export type RolloutEvent = Command | SilenceAlert | Observed | SpotChecked | Delivered;
