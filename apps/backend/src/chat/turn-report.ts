import type { ProviderFault } from '../model/provider.js';
import type { AgentType } from './contract.js';
import type { SafetyLabel } from './safety.js';

/**
 * What happened while one message was answered: all that a count of 5xx cannot see. It goes into the request's log line
 * and the counters, never into the answer, and holds no word of the diver's.
 */
export interface TurnReport {
  safety: SafetyLabel;
  agentType?: AgentType;
  sessionId?: string;
  mode?: 'redirect' | 'extractive' | 'model';
  /** From the request to the first piece of the answer, milliseconds. */
  firstTokenMs?: number;
  /** Providers that failed before this answer came about. */
  fallbacks: { readonly provider: string; readonly fault: ProviderFault }[];
  provider?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  costUsd?: number;
  /** Passages that were found. */
  passages?: number;
  /** Nothing was found and no model helped: the diver got an apology. */
  isEmpty: boolean;
  isInjection: boolean;
}

/** An empty report. */
export function startTurnReport(): TurnReport {
  return { safety: 'safe', fallbacks: [], isEmpty: false, isInjection: false };
}
