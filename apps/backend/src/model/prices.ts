import type { TokenUsage } from './provider.js';

/** US dollars for a million tokens. */
interface Price {
  readonly input: number;
  readonly output: number;
}

/**
 * List prices, read in November 2026; the sum is for watching the trend, the provider's bill is what counts.
 * https://groq.com/pricing, https://ai.google.dev/gemini-api/docs/pricing
 */
const pricesUsdPerMillion: Readonly<Record<string, Price>> = {
  'llama-3.3-70b-versatile': { input: 0.59, output: 0.79 },
  'llama-3.1-8b-instant': { input: 0.05, output: 0.08 },
  'gemini-2.0-flash': { input: 0.1, output: 0.4 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4 },
};

/** What a call cost in US dollars, or undefined for a model whose price is not in the table. */
export function computeCostUsd(model: string, usage: TokenUsage): number | undefined {
  const price = pricesUsdPerMillion[model];
  return price && (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1_000_000;
}
