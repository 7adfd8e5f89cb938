/** One message of a prompt. */
export interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What a model is asked. */
export interface Prompt {
  readonly system: string;
  readonly messages: readonly PromptMessage[];
}

/** What a call cost, as the provider counts. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What a provider streams: pieces of text, and at the very end the usage. A stream without an end is a broken answer. */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly usage: TokenUsage };

/** A language model behind some API. */
export interface ModelProvider {
  /** As in `DEFAULT_LLM_PROVIDER`. */
  readonly name: string;
  readonly model: string;
  /** Streams an answer. Throws a {@link ProviderError} when the provider fails, an abort error when `signal` fires. */
  stream(prompt: Prompt, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

/** Why a provider could not answer. */
export type ProviderFault =
  'quota' | 'refused' | 'unavailable' | 'timeout' | 'truncated' | 'empty' | 'endless';

/** A provider failed; another one may do better. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly fault: ProviderFault;

  constructor(fault: ProviderFault, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.fault = fault;
  }
}
