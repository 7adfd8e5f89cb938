import type { RollbackRule } from './gate-plan.js';
import type { GateReport, Verdict } from './gate-report.js';

/** Why the verdict is what it is. */
export type Reason =
  | { readonly code: 'rollback-rule'; readonly rule: RollbackRule }
  | { readonly code: 'worse-than-stable' | 'above-limit' }
  | { readonly code: 'slower-than-stable' | 'above-latency-limit' }
  | { readonly code: 'no-traffic-share' | 'no-points' | 'no-requests' }
  | { readonly code: 'evidence-against' | 'worse-within-tolerance' }
  | { readonly code: 'limit-exceeded'; readonly gate: GateReport['name'] }
  | { readonly code: 'not-enough-requests'; readonly gate: GateReport['name'] }
  | { readonly code: 'no-latency' }
  | { readonly code: 'proven' }
  | { readonly code: 'no-gates' };

/** A verdict and everything it rests on. Plain data. */
export type Judgement = {
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly gates: readonly GateReport[];
  /** Share of the requests the candidate really served since the last change, percent; `null` without requests. */
  readonly sharePercentServed: number | null;
  /** ln E of everything against the candidate. It rolls back at ln(1 / risk.falseRollback). */
  readonly logE: number;
  /** Part of the false-rollback budget in use, 0 … 1. */
  readonly budgetUsed: number;
  /** Age of the youngest interval used, milliseconds. */
  readonly dataAgeMs: number;
  /** Whether anything serves beside the candidate to compare it with. */
  readonly guarantee: 'compared' | 'limits-only';
  /** One plain sentence. */
  readonly explanation: string;
};
