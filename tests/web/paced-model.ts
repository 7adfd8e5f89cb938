/** A model that answers at once, or says a word when the test says so: https://console.groq.com/docs/api-reference#chat-create */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model that can be made to wait for its cues. */
export type PacedModel = {
  /** From now on it waits; before, the smoke checks of a rollout get their answers at once. */
  readonly wait: () => void;
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
  let waits = false;
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (!waits) {
        response.end(`${chunk({ role: 'assistant', content: 'Yes [1].' }, null)}${theEnd}`);
        return;
      }
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
  return {
    wait: () => {
      waits = true;
    },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openai/v1`,
    say: async (content) => {
      (await current()).write(chunk({ role: 'assistant', content }, null));
    },
    finish: async () => {
      (await current()).end(theEnd);
      waiting.shift();
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function chunk(delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const value = { id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices };
  return `data: ${JSON.stringify(value)}\n\n`;
}

const theEnd = `${chunk({}, 'stop')}data: [DONE]\n\n`;
