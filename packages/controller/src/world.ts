/** Everything the controller needs from the world. The simulator hands in its own; the loop is the same. */
import type {
  CustomGate,
  Effect,
  GateOutcome,
  GateSubject,
  MetricsPort,
  RolloutRecord,
  ServicePort,
  SmokeCheck,
  SmokeOutcome,
} from '@ascent/core';

/** One service's world. */
export type World = {
  readonly service: ServicePort;
  readonly metrics: MetricsPort;
  /** Runs smoke checks against a base URL. Never throws: what goes wrong is a failed check. */
  readonly smoke: (checks: readonly SmokeCheck[], baseUrl: string) => Promise<SmokeOutcome>;
  /** Reads the number of a custom gate within a deadline; where nobody can, such gates cannot be decided. */
  readonly readGate?: (gate: CustomGate, subject: GateSubject) => Promise<GateOutcome>;
  /** Delivers one effect within a deadline of its own; rejects when it could not. Repeats carry the same key. */
  readonly deliver: (effect: Effect, record: RolloutRecord) => Promise<void>;
  /** Unix milliseconds. */
  readonly now: () => number;
};
