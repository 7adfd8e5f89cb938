/** Carries a request's body to an instance as it comes, no faster than the instance takes it. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Most bytes of a request body. https://cloud.google.com/run/quotas#request_limits */
export const bodyBytesMax = 32 * 2 ** 20;

/** What a client is told that sends more. */
export const tooLarge = { status: 413, message: 'Request Entity Too Large' } as const;

/** Whether a request has a body, and whether its length is known. */
export type BodyKind = 'none' | 'length' | 'chunked';

/** What the headers say of a request's body. */
export function bodyKindOf({ headers }: IncomingMessage): BodyKind {
  if (headers['transfer-encoding'] !== undefined) return 'chunked';
  return (headers['content-length'] ?? '0') === '0' ? 'none' : 'length';
}

/** Where a body goes. */
export interface BodyTarget {
  readonly socket: Socket;
  readonly kind: BodyKind;
  /** Told when a body whose length was not known turns out to be too large; nothing more of it may be sent then. */
  readonly onTooLarge: () => void;
}

/** Sends the body after the head that was written already. */
export function sendBody(
  incoming: IncomingMessage,
  { socket, kind, onTooLarge }: BodyTarget,
): void {
  if (kind === 'none') return;
  const chunked = kind === 'chunked';
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    if (socket.destroyed) return;
    bytes += chunk.length;
    if (bytes > bodyBytesMax) {
      onTooLarge();
      return;
    }
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
