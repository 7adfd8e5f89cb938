import type { Config } from '../config.js';
import type { Embedder } from './embedder.js';
import type { ModelProvider } from './provider.js';

/** What is asked if `DEFAULT_LLM_MODEL` names no model of the provider. */
const defaultModels = { groq: 'llama-3.3-70b-versatile', gemini: 'gemini-2.0-flash' } as const;

/**
 * The providers that have a key, `DEFAULT_LLM_PROVIDER` first. A model belongs to the provider that serves it, whatever
 * the default provider is: the owner's own settings pair `groq` with `gemini-2.0-flash`.
 */
export async function createConfiguredProviders(config: Config): Promise<readonly ModelProvider[]> {
  const { GROQ_API_KEY, GEMINI_API_KEY, DEFAULT_LLM_MODEL: chosen } = config;
  if (GROQ_API_KEY === undefined && GEMINI_API_KEY === undefined) return [];
  // The SDK is loaded only if it is used: without a key an instance starts sooner and is smaller.
  const { createGeminiProvider, createGroqProvider } = await import('./ai-sdk.js');
  const chosenIsGemini = chosen?.startsWith('gemini') ?? false;
  const providers: ModelProvider[] = [];
  if (GROQ_API_KEY !== undefined) {
    const model = chosen !== undefined && !chosenIsGemini ? chosen : defaultModels.groq;
    providers.push(
      createGroqProvider({ apiKey: GROQ_API_KEY, model, baseUrl: config.GROQ_BASE_URL }),
    );
  }
  if (GEMINI_API_KEY !== undefined) {
    const model = chosen !== undefined && chosenIsGemini ? chosen : defaultModels.gemini;
    providers.push(
      createGeminiProvider({ apiKey: GEMINI_API_KEY, model, baseUrl: config.GEMINI_BASE_URL }),
    );
  }
  return providers.sort((a, b) => preference(a, config) - preference(b, config));
}

/** The embedder, if there is Gemini's key: Groq embeds nothing. */
export async function createConfiguredEmbedder(
  config: Config,
  dimensions: number,
): Promise<Embedder | undefined> {
  const { GEMINI_API_KEY: apiKey, EMBEDDING_MODEL: model, GEMINI_BASE_URL: baseUrl } = config;
  if (apiKey === undefined) return undefined;
  const { createGeminiEmbedder } = await import('./ai-sdk.js');
  return createGeminiEmbedder({ apiKey, model, baseUrl }, dimensions);
}

function preference({ name }: ModelProvider, { DEFAULT_LLM_PROVIDER }: Config): number {
  return name === DEFAULT_LLM_PROVIDER ? 0 : 1;
}
