import type { ProviderFault } from './provider.js';
import { Breaker } from './breaker.js';
import { ProviderError } from './provider.js';

/** What a text is embedded for: models place a question near the passages that answer it. */
export type EmbeddingPurpose = 'passage' | 'question';

/** A model that turns texts into vectors of the length it was created for. */
export interface Embedder {
  readonly model: string;
  /** One vector for each text. Throws a {@link ProviderError} when the provider fails, an abort error when `signal` fires. */
  embed(
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    signal: AbortSignal,
  ): Promise<readonly (readonly number[])[]>;
}

/** Embeds questions with a deadline; undefined if that fails or the provider is being left alone. */
export type QuestionEmbedder = (
  question: string,
  onFailure: (fault: ProviderFault) => void,
) => Promise<readonly number[] | undefined>;

/** Puts a deadline (milliseconds) and a breaker before an embedder: a diver never waits for it in vain more than that. */
export function createQuestionEmbedder(embedder: Embedder, timeoutMs: number): QuestionEmbedder {
  const breaker = new Breaker({ failuresMax: 3, coolDownMs: 5_000 });
  return async (question, onFailure) => {
    if (!breaker.allow(performance.now())) return undefined;
    try {
      const [vector] = await embedBefore(embedder, [question], { purpose: 'question', timeoutMs });
      breaker.reportSuccess();
      return vector;
    } catch (error) {
      const fault = error instanceof ProviderError ? error.fault : 'unavailable';
      breaker.reportFailure(performance.now(), fault === 'quota');
      onFailure(fault);
      return undefined;
    }
  };
}

/** Embeds with a deadline and, optionally, until `signal` fires. Throws a {@link ProviderError} for both. */
export async function embedBefore(
  embedder: Embedder,
  texts: readonly string[],
  options: {
    readonly purpose: EmbeddingPurpose;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<readonly (readonly number[])[]> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any(options.signal ? [timeout, options.signal] : [timeout]);
  try {
    return await embedder.embed(texts, options.purpose, signal);
  } catch (error) {
    if (timeout.aborted) throw new ProviderError('timeout', 'the embedding took too long');
    throw error;
  }
}
