/** A model that says a word when the test says so: https://console.groq.com/docs/api-reference#chat-create */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model that waits for its cues. */
export type PacedModel = {
  /** For `GROQ_BASE_URL`. */
  readonly url: string;
  /** Speaks in the newest answer; waits for a question, if there is none. */
  readonly say: (text: string) => Promise<void>;
  /** Ends the newest answer. */
  readonly finish: () => Promise<void>;
  readonly stop: () => void;
};

/** Starts the model. */
export async function startPacedModel(): Promise<PacedModel> {
  const waiting: ServerResponse[] = [];
  let arrived: () => void = () => undefined;
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      waiting.push(response);
      arrived();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const current = async (): Promise<ServerResponse> => {
    for (;;) {
      const [response] = waiting;
      if (response) return response;
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  const chunk = (delta: object, finish: string | null): string => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    return `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openai/v1`,
    say: async (content) => {
      (await current()).write(chunk({ role: 'assistant', content }, null));
    },
    finish: async () => {
      (await current()).end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
      waiting.shift();
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
