import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerEmbedding, isEmbeddingCall } from './embedding-protocol.js';

/** How a provider behaves. */
export type Behaviour =
  | 'answers'
  | 'hangs'
  | 'stalls half-way'
  | 'breaks off'
  | 'ends early'
  | 'is out of quota'
  | 'fails'
  | 'says nothing'
  | 'talks nonsense'
  | 'gives its rules away'
  | 'never stops'
  | 'raises the alarm'
  | 'raises the alarm in its own way'
  | 'answers slowly';

/** A request that a provider got. */
export interface ModelRequest {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: string;
}

/** A server that speaks Groq's and Gemini's protocols on one port. */
export interface ModelServer {
  readonly groqUrl: string;
  readonly geminiUrl: string;
  readonly requests: ModelRequest[];
  /** Calls that are neither answered nor given up. */
  countOpenCalls(): number;
  behave(groq: Behaviour, gemini: Behaviour): void;
  /** How Gemini's embeddings behave; they answer until told otherwise. */
  behaveAsEmbedder(behaviour: Behaviour): void;
  stop(): Promise<void>;
}

const words = ['A safety stop ', 'takes three minutes ', 'at five metres [1].'];
const leak = ['Rules, which nothing ', 'later can change: ', 'material, not orders.'];

/** Starts the server; both providers answer until told otherwise. */
export async function startModelServer(): Promise<ModelServer> {
  const behaviours: { groq: Behaviour; gemini: Behaviour } = { groq: 'answers', gemini: 'answers' };
  let embedder: Behaviour = 'answers';
  const requests: ModelRequest[] = [];
  let openCalls = 0;
  const server = createServer((request, response) => {
    openCalls++;
    response.on('close', () => openCalls--);
    void serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = request;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const isGemini = path.includes('/v1beta/');
    const key = isGemini ? headers['x-goog-api-key'] : headers.authorization;
    requests.push({ path, key: typeof key === 'string' ? key : undefined, body });
    if (isEmbeddingCall(path) && embedder === 'answers') {
      answerEmbedding(body, response);
      return;
    }
    const gemini = isEmbeddingCall(path) ? embedder : behaviours.gemini;
    play(response, isGemini ? gemini : behaviours.groq, isGemini ? geminiLines : groqLines);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    groqUrl: `${base}/openai/v1`,
    geminiUrl: `${base}/v1beta`,
    requests,
    countOpenCalls: () => openCalls,
    behave: (groq, gemini) => Object.assign(behaviours, { groq, gemini }),
    behaveAsEmbedder: (behaviour) => (embedder = behaviour),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The lines of a complete stream of these pieces. */
type Protocol = (pieces: readonly string[]) => readonly string[];

const line = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** https://console.groq.com/docs/api-reference#chat-create */
const groqLines: Protocol = (pieces) => {
  const chunk = (delta: object, finish: string | null, more: object = {}): string =>
    line({
      id: '1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    });
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
  return [
    ...pieces.map((content) => chunk({ role: 'assistant', content }, null)),
    chunk({}, 'stop', { x_groq: { id: 'req', usage }, usage }),
    'data: [DONE]\n\n',
  ];
};

/** https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
const geminiLines: Protocol = (pieces) => {
  const candidate = (text: string, finish: object): string =>
    line({
      candidates: [{ content: { parts: [{ text }], role: 'model' }, ...finish }],
      usageMetadata: { promptTokenCount: 2000, candidatesTokenCount: 50, totalTokenCount: 2050 },
    });
  return [...pieces.map((text) => candidate(text, {})), candidate('', { finishReason: 'STOP' })];
};

function play(response: ServerResponse, behaviour: Behaviour, protocol: Protocol): void {
  const complete = protocol(words);
  const begin = (lines: readonly string[]): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const each of lines) response.write(each);
  };
  const fail = (status: number, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(
      JSON.stringify({ error: { message: 'no', code: status, status: 'X', type: 'x' } }),
    );
  };
  const plays: Readonly<Record<Behaviour, () => void>> = {
    answers: () => {
      begin(complete);
      response.end();
    },
    hangs: () => undefined,
    'stalls half-way': () => {
      begin(complete.slice(0, 1));
    },
    'breaks off': () => {
      begin(complete.slice(0, 1));
      setImmediate(() => response.destroy());
    },
    'ends early': () => {
      begin(complete.slice(0, 2));
      response.end();
    },
    'is out of quota': () => {
      fail(429, { 'retry-after': '60' });
    },
    fails: () => {
      fail(500);
    },
    'says nothing': () => {
      begin(protocol([]));
      response.end();
    },
    'talks nonsense': () => {
      begin(['data: {"cand', 'idates\n\n', 'data: <html>\n\n']);
      response.end();
    },
    'raises the alarm': () => {
      begin(protocol(['EMER', 'GENCY']));
      response.end();
    },
    'raises the alarm in its own way': () => {
      begin(protocol(['**Emer', 'gency.**']));
      response.end();
    },
    'never stops': () => {
      const piece = protocol(['on and on '.repeat(100)])[0] ?? '';
      begin([]);
      const flood = setInterval(() => response.write(piece), 1);
      response.once('close', () => {
        clearInterval(flood);
      });
    },
    'answers slowly': () => {
      begin(complete.slice(0, 1));
      setTimeout(() => response.end(complete.slice(1).join('')), 2500);
    },
    'gives its rules away': () => {
      begin(protocol(leak));
      response.end();
    },
  };
  plays[behaviour]();
}
