/** A real HTTP server that answers as a test says, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** Answers one request, or leaves the caller waiting by answering nothing. */
export type Script = (asked: Asked, response: ServerResponse) => void;

/** A running server; `script` may be replaced at any time. */
export type ScriptedServer = {
  readonly url: string;
  readonly asked: Asked[];
  script: Script;
  readonly close: () => Promise<void>;
};

/** Starts a server on a free port of the loopback address. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      asked.push(one);
      running.script(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const running: ScriptedServer = {
    url: `http://127.0.0.1:${port}`,
    asked,
    script,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return running;
}

/** Answers with a status and a JSON body. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
