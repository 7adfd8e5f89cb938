import type { TurnReport } from './turn-report.js';

/** What belongs to one request only. */
export interface TurnContext {
  readonly requestId: string;
  /** Fires when the diver has gone away: nothing is stored then. */
  readonly signal: AbortSignal;
  /** Fires when the instance must end soon: a model's answer is cut short, a quoted one is given instead. */
  readonly hurry: AbortSignal;
  readonly report: TurnReport;
}
