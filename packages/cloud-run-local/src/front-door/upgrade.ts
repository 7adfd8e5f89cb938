/**
 * WebSocket and other upgrades: the request's head goes to the instance as it came, and from then on bytes
 * are carried both ways until either side ends, at most for the request timeout.
 * https://cloud.google.com/run/docs/triggering/websockets
 */
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Instance } from '../instances/instance.js';
import { requestHeaders, traceOf } from './forwarded-headers.js';
import type { Admitted } from './front-door.js';
import { refusalOf, writeHead } from './proxy.js';

/** A client that asked for another protocol, and what it sent after its head. */
export interface UpgradeRequest {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Ends the connection with an answer of one line. */
export function refuseUpgrade(socket: Duplex, status: number, message: string): void {
  const body = `${message}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${message}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function headOf({ incoming }: UpgradeRequest, { path, prefix }: Admitted): string {
  const remoteAddress = incoming.socket.remoteAddress ?? '127.0.0.1';
  const trace = traceOf(incoming.headers);
  const headers = requestHeaders(incoming.rawHeaders, { remoteAddress, prefix, trace });
  headers.push('Connection', 'Upgrade', 'Upgrade', incoming.headers.upgrade ?? 'websocket');
  return writeHead(incoming.method ?? 'GET', path, headers);
}

/** The status in the first line of an answer; 0 when it is none. */
function statusOf(chunk: Buffer): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(chunk.subarray(0, 16).toString('latin1'))?.[1] ?? 0);
}

function tunnel(upgrade: UpgradeRequest, admitted: Admitted, instance: Instance): void {
  const { socket, head } = upgrade;
  const { running } = admitted;
  const startedMs = performance.now();
  let status = 503;
  const upstream: Socket = connect({ host: '127.0.0.1', port: instance.port, noDelay: true });
  const timer = setTimeout(() => {
    socket.destroy();
  }, running.timeoutMs);
  upstream.write(headOf(upgrade, admitted));
  if (head.length > 0) upstream.write(head);
  upstream.once('data', (chunk: Buffer) => {
    status = statusOf(chunk) || status;
  });
  upstream.pipe(socket).pipe(upstream);
  let ended = false;
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    running.pool.release(instance);
    running.meter.recordRequest(status, performance.now() - startedMs);
  };
  for (const side of [socket, upstream]) side.once('close', end).once('error', end);
}

/** Carries an upgraded connection between a client and an instance. */
export function serveUpgrade(upgrade: UpgradeRequest, admitted: Admitted): void {
  const { pool, meter } = admitted.running;
  const instance = admitted.instance ?? pool.tryAcquire();
  if (instance !== undefined) {
    tunnel(upgrade, admitted, instance);
    return;
  }
  pool.acquire().then(
    (acquired) => {
      if (upgrade.socket.destroyed) pool.release(acquired);
      else tunnel(upgrade, admitted, acquired);
    },
    (error: unknown) => {
      const { status, message } = refusalOf(error);
      meter.recordRequest(status, 0);
      refuseUpgrade(upgrade.socket, status, message);
    },
  );
}
