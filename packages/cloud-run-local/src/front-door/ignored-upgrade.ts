/**
 * Requests that ask for a protocol nobody here speaks. A server may ignore `Upgrade` (RFC 9110 §7.8) and has to be
 * ready to: `curl --http2` and Java's client ask for `h2c` with every request. Node takes any `Upgrade` for the end of
 * HTTP on the connection, so the request is put back in front of what is still to be read, without the wish.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { UpgradeRequest } from './upgrade.js';
import { writeHead } from './proxy.js';

/** Only a WebSocket is carried on; it begins with a GET that has no body. RFC 6455 §4.1 */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['transfer-encoding'] === undefined &&
    (headers['content-length'] ?? '0') === '0'
  );
}

/** Serves the request as if it had not asked, and whatever follows it on the connection. */
export function ignoreUpgrade(server: Server, { incoming, socket, head }: UpgradeRequest): void {
  const { method = 'GET', url = '/', rawHeaders, headers } = incoming;
  const kept = rawHeaders.filter((_part, index) => {
    const name = rawHeaders[index - (index % 2)]?.toLowerCase();
    return name !== 'upgrade' && name !== 'connection' && name !== 'http2-settings';
  });
  if (/\bclose\b/i.test(headers.connection ?? '')) kept.push('Connection', 'close');
  socket.unshift(Buffer.concat([Buffer.from(writeHead(method, url, kept), 'latin1'), head]));
  server.emit('connection', socket);
}
