/**
 * WebSocket and other upgrades: the request's head goes to the instance as it came, and from then on bytes
 * are carried both ways until either side ends, at most for the request timeout.
 * https://cloud.google.com/run/docs/triggering/websockets
 */
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Instance } from '../instances/instance.js';
import type { LogStore } from '../logging/log-store.js';
import { requestHeaders, traceOf, type TraceContext } from './forwarded-headers.js';
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

/** The status in the first line of an answer; 0 when it is none. */
function statusOf(chunk: Buffer): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(chunk.subarray(0, 16).toString('latin1'))?.[1] ?? 0);
}

/** One upgraded connection on its way. */
class Upgrade {
  readonly #upgrade: UpgradeRequest;
  readonly #admitted: Admitted;
  readonly #logs: LogStore;
  readonly #trace: TraceContext;
  readonly #arrivedMs = performance.now();

  constructor(upgrade: UpgradeRequest, admitted: Admitted, logs: LogStore) {
    this.#upgrade = upgrade;
    this.#admitted = admitted;
    this.#logs = logs;
    this.#trace = traceOf(upgrade.incoming.headers);
  }

  run(): void {
    const { pool } = this.#admitted.running;
    const instance = this.#admitted.instance ?? pool.tryAcquire();
    if (instance !== undefined) {
      this.#tunnel(instance);
      return;
    }
    const { socket } = this.#upgrade;
    pool.acquire().then(
      (acquired) => {
        if (socket.destroyed) pool.release(acquired);
        else this.#tunnel(acquired);
      },
      (error: unknown) => {
        const { status, message } = refusalOf(error);
        this.#record(status, undefined, this.#arrivedMs);
        refuseUpgrade(socket, status, message);
      },
    );
  }

  #head(): string {
    const { incoming } = this.#upgrade;
    const { path, prefix } = this.#admitted;
    const remoteAddress = incoming.socket.remoteAddress ?? '127.0.0.1';
    const trace = this.#trace;
    const headers = requestHeaders(incoming.rawHeaders, { remoteAddress, prefix, trace });
    headers.push('Connection', 'Upgrade', 'Upgrade', incoming.headers.upgrade ?? 'websocket');
    return writeHead(incoming.method ?? 'GET', path, headers);
  }

  #tunnel(instance: Instance): void {
    const { socket, head } = this.#upgrade;
    const { running } = this.#admitted;
    const startedMs = performance.now();
    let status = 503;
    const upstream: Socket = connect({ host: '127.0.0.1', port: instance.port, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
    }, running.timeoutMs);
    upstream.write(this.#head());
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
      this.#record(status, instance, startedMs);
    };
    for (const side of [socket, upstream]) side.once('close', end).once('error', end);
  }

  /** Latency counts from the instance's start with it, the log's from the request's arrival, as for other requests. */
  #record(status: number, instance: Instance | undefined, startedMs: number): void {
    const { meter, key, name } = this.#admitted.running;
    const endedMs = performance.now();
    meter.recordRequest(status, endedMs - startedMs);
    this.#logs.addRequest(
      { key, revision: name, instanceId: instance?.id },
      {
        incoming: this.#upgrade.incoming,
        status,
        latencyMs: endedMs - this.#arrivedMs,
        traceId: this.#trace.traceId,
      },
    );
  }
}

/** Carries an upgraded connection between a client and an instance. */
export function serveUpgrade(upgrade: UpgradeRequest, admitted: Admitted, logs: LogStore): void {
  new Upgrade(upgrade, admitted, logs).run();
}
