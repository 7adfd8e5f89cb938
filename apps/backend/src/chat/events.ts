import type { ErrorEnvelope } from '../errors.js';
import type { AgentType, ChatResponse, Citation } from './contract.js';
import type { SafetyLabel } from './safety.js';

/**
 * What an answer is made of, in order: one route, then tokens and citations, then one final or one error. The final
 * answer is complete and counts: if a provider broke off half-way, it replaces the tokens that came before.
 */
export type ChatEvent =
  | {
      readonly type: 'route';
      readonly data: {
        readonly sessionId: string;
        readonly agentType: AgentType;
        readonly safety: SafetyLabel;
      };
    }
  | { readonly type: 'token'; readonly data: { readonly text: string } }
  | { readonly type: 'citation'; readonly data: Citation }
  | { readonly type: 'final'; readonly data: ChatResponse }
  | { readonly type: 'error'; readonly data: ErrorEnvelope };

/** A comment that nobody sees: it keeps proxies from closing a stream on which a model is slow to speak. */
export const heartbeat = ': waiting\n\n';

/** An event as a server-sent event: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function toServerSentEvent({ type, data }: ChatEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
