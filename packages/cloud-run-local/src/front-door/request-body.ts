/** Carries a request's body to an instance as it comes, no faster than the instance takes it. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Whether a request has a body, and whether its length is known. */
export type BodyKind = 'none' | 'length' | 'chunked';

/** What the headers say of a request's body. */
export function bodyKindOf({ headers }: IncomingMessage): BodyKind {
  if (headers['transfer-encoding'] !== undefined) return 'chunked';
  return (headers['content-length'] ?? '0') === '0' ? 'none' : 'length';
}

/** Sends the body after the head that was written already. */
export function sendBody(incoming: IncomingMessage, socket: Socket, kind: BodyKind): void {
  if (kind === 'none') return;
  const chunked = kind === 'chunked';
  incoming.on('data', (chunk: Buffer) => {
    if (socket.destroyed) return;
    if (chunked) socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    let flowing = socket.write(chunk);
    if (chunked) flowing = socket.write('\r\n', 'latin1');
    if (flowing) return;
    incoming.pause();
    socket.once('drain', () => incoming.resume());
  });
  if (!chunked) return;
  incoming.once('end', () => {
    if (!socket.destroyed) socket.write('0\r\n\r\n', 'latin1');
  });
}
