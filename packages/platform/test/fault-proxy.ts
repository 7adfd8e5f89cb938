/** A proxy that can lose an answer, or a request, the way networks do. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a write. */
export type WriteFault =
  | 'none'
  /** It arrives and takes effect, and its answer is lost. */
  | 'loseAnswer'
  /** It never arrives. */
  | 'loseRequest';

/** A running proxy; `fault` may be changed at any time. */
export type FaultProxy = {
  readonly url: string;
  fault: WriteFault;
  readonly stop: () => Promise<void>;
};

/** Starts a proxy in front of `target`. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, response) => {
    const fault = incoming.method === 'PUT' ? proxy.fault : 'none';
    if (fault === 'loseRequest') {
      response.destroy();
      return;
    }
    const { method, headers, url: path } = incoming;
    const outgoing = request({ hostname, port, method, headers, path }, (answer) => {
      if (fault === 'none') passOn(answer, response);
      else answer.resume().once('end', () => response.destroy());
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: 'none',
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function passOn(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}
