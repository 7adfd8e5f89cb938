import {
  APICallError,
  RetryError,
  embedMany,
  streamText,
  type LanguageModel,
  type TextStreamPart,
  type ToolSet,
} from 'ai';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createGroq } from '@ai-sdk/groq';
import type { Embedder } from './embedder.js';
import { ProviderError, type ModelEvent, type ModelProvider, type Prompt } from './provider.js';

/** Where one provider is and which of its models is asked. */
export interface ProviderAccess {
  readonly apiKey: string;
  readonly model: string;
  /** @default the provider's own address */
  readonly baseUrl?: string | undefined;
}

/** Answers are spoken, not read as essays: about 350 words at most. */
const outputTokensMax = 700;

/** Groq through Vercel's AI SDK. */
export function createGroqProvider({ apiKey, model, baseUrl }: ProviderAccess): ModelProvider {
  const groq = createGroq({ apiKey, ...(baseUrl !== undefined && { baseURL: baseUrl }) });
  return wrap('groq', model, groq(model));
}

/** Gemini through Vercel's AI SDK. */
export function createGeminiProvider({ apiKey, model, baseUrl }: ProviderAccess): ModelProvider {
  const google = createGoogleGenerativeAI({
    apiKey,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
  });
  return wrap('gemini', model, google(model));
}

/**
 * Gemini's embeddings through Vercel's AI SDK: https://ai.google.dev/gemini-api/docs/embeddings. Vectors shorter than the
 * model's own length are not of length 1, so they are to be compared by cosine.
 */
export function createGeminiEmbedder(
  { apiKey, model, baseUrl }: ProviderAccess,
  dimensions: number,
): Embedder {
  const google = createGoogleGenerativeAI({
    apiKey,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
  });
  return {
    model,
    embed: async (texts, purpose, signal) => {
      const taskType = purpose === 'question' ? 'RETRIEVAL_QUERY' : 'RETRIEVAL_DOCUMENT';
      const { embeddings } = await embedMany({
        model: google.embedding(model),
        values: [...texts],
        // Who calls tries again when it suits him.
        maxRetries: 0,
        abortSignal: signal,
        providerOptions: { google: { outputDimensionality: dimensions, taskType } },
      }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw toProviderError(error);
      });
      const isComplete =
        embeddings.length === texts.length &&
        embeddings.every((vector) => vector.length === dimensions);
      if (!isComplete) {
        const wanted = `${String(texts.length)} vectors of ${String(dimensions)} numbers`;
        throw new ProviderError('truncated', `${model} did not answer with ${wanted}`);
      }
      return embeddings;
    },
  };
}

function wrap(name: string, model: string, languageModel: LanguageModel): ModelProvider {
  return { name, model, stream: (prompt, signal) => streamEvents(languageModel, prompt, signal) };
}

async function* streamEvents(
  model: LanguageModel,
  prompt: Prompt,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const { fullStream } = streamText({
    model,
    system: prompt.system,
    messages: prompt.messages.map(({ role, content }) => ({ role, content })),
    abortSignal: signal,
    maxOutputTokens: outputTokensMax,
    temperature: 0.2,
    // The fallback to the other provider is our retry; trying the same one again only makes the diver wait.
    maxRetries: 0,
    // Errors are parts of the stream; the default also prints them.
    onError: () => undefined,
  });
  try {
    for await (const part of fullStream) {
      const event = toEvent(part, signal);
      if (event) yield event;
      if (event?.type === 'end') return;
    }
  } catch (error) {
    signal.throwIfAborted();
    // A connection that breaks off throws out of the stream itself, in the words of Node's fetch.
    throw error instanceof ProviderError ? error : toProviderError(error);
  }
  throw new ProviderError('truncated', 'the stream ended without a finish');
}

function toEvent(part: TextStreamPart<ToolSet>, signal: AbortSignal): ModelEvent | undefined {
  if (part.type === 'text-delta') return { type: 'text', text: part.text };
  if (part.type === 'abort') signal.throwIfAborted();
  if (part.type === 'error') throw toProviderError(part.error);
  if (part.type !== 'finish') return undefined;
  if (part.finishReason === 'content-filter')
    throw new ProviderError('refused', 'the content filter refused');
  // A length limit is ours, and what came is whole sentences but for the last; everything else but "stop" is a break.
  if (part.finishReason !== 'stop' && part.finishReason !== 'length') {
    throw new ProviderError('truncated', `the stream ended with "${part.finishReason}"`);
  }
  const { inputTokens = 0, outputTokens = 0 } = part.totalUsage;
  return { type: 'end', usage: { inputTokens, outputTokens } };
}

function toProviderError(error: unknown): ProviderError {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  if (APICallError.isInstance(cause)) {
    const { statusCode } = cause;
    if (statusCode === 429) return new ProviderError('quota', 'the quota is used up', { cause });
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      return new ProviderError('refused', `the provider answered ${String(statusCode)}`, { cause });
    }
    const status = statusCode === undefined ? 'not at all' : String(statusCode);
    return new ProviderError('unavailable', `the provider answered ${status}`, { cause });
  }
  return new ProviderError('unavailable', 'the provider could not be read', { cause });
}
