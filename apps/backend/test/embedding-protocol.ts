import type { ServerResponse } from 'node:http';

/** What a call of Gemini's embedding methods holds: https://ai.google.dev/api/embeddings */
interface EmbedRequest {
  readonly content: { readonly parts: readonly { readonly text: string }[] };
  readonly outputDimensionality: number;
}

/** Whether a path is one of Gemini's embedding methods. */
export function isEmbeddingCall(path: string): boolean {
  return /:(embedContent|batchEmbedContents)$/.test(path);
}

/** Answers one embedding call. */
export function answerEmbedding(body: string, response: ServerResponse): void {
  const request = JSON.parse(body) as EmbedRequest | { readonly requests: readonly EmbedRequest[] };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(
      'requests' in request
        ? { embeddings: request.requests.map(embed) }
        : { embedding: embed(request) },
    ),
  );
}

/** Words that mean, to this model, what the content says in other words. */
const meanings: Readonly<Record<string, string>> = {
  dawdling: 'safety stop',
  homeward: 'ascent',
};

/** A bag of words: each word of five letters or more counts in the dimension that its letters choose. */
function embed({ content, outputDimensionality }: EmbedRequest): { readonly values: number[] } {
  const values = Array.from({ length: outputDimensionality }, () => 0);
  const text = content.parts.map((part) => part.text).join(' ');
  const words = (text.toLowerCase().match(/[a-z]{5,}/g) ?? []).flatMap((word) =>
    (meanings[word] ?? word).split(' '),
  );
  for (const word of words) {
    let hash = 0;
    for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003;
    const dimension = hash % outputDimensionality;
    values[dimension] = (values[dimension] ?? 0) + 1;
  }
  return { values };
}
