/**
 * WebSockets: the request's head goes to the instance as it came. Once the instance has agreed (101), bytes are carried
 * both ways until either side ends, at most for the request timeout. Until then, and after any other answer, nothing
 * the client sends reaches the instance: it would be read as further requests, past the front door.
 * https://cloud.google.com/run/docs/triggering/websockets
 */
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Instance } from '../instances/instance.js';
import type { LogStore } from '../logging/log-store.js';
import {
  requestHeaders,
  responseHeaders,
  traceOf,
  type TraceContext,
} from './forwarded-headers.js';
import type { Admitted } from './front-door.js';
import { clientClosedStatus, connectionFault, refusalOf, writeFields, writeHead } from './proxy.js';
import { headBytesMax, ResponseParser } from './response-parser.js';

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

const headEnd = '\r\n\r\n';

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
  #startedMs = this.#arrivedMs;
  #instance: Instance | undefined;
  #upstream: Socket | undefined;
  /** What the client was answered. */
  #status = clientClosedStatus;
  /** What came of the instance's answer while its head is not complete. */
  #answer: Buffer = Buffer.alloc(0);

  constructor(upgrade: UpgradeRequest, admitted: Admitted, logs: LogStore) {
    this.#upgrade = upgrade;
    this.#admitted = admitted;
    this.#logs = logs;
    this.#trace = traceOf(upgrade.incoming.headers);
  }

  run(): void {
    const { socket } = this.#upgrade;
    const { pool, timeoutMs } = this.#admitted.running;
    const timer = setTimeout(() => {
      if (this.#isAnswered) socket.destroy();
      else this.#fail(504, 'upstream request timeout');
    }, timeoutMs);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#end();
    });
    const instance = this.#admitted.instance ?? pool.tryAcquire();
    if (instance === undefined) this.#await();
    else this.#send(instance);
  }

  #await(): void {
    const { pool } = this.#admitted.running;
    pool.acquire().then(
      (acquired) => {
        this.#startedMs = performance.now();
        const { socket } = this.#upgrade;
        if (socket.destroyed || socket.writableEnded) pool.release(acquired);
        else this.#send(acquired);
      },
      (error: unknown) => {
        const { status, message } = refusalOf(error);
        this.#fail(status, message);
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

  #send(instance: Instance): void {
    this.#instance = instance;
    const upstream = connect({ host: '127.0.0.1', port: instance.port, noDelay: true });
    this.#upstream = upstream;
    const onData = (chunk: Buffer): void => {
      this.#answer = Buffer.concat([this.#answer, chunk]);
      if (!this.#readAnswer(upstream)) return;
      upstream.off('data', onData);
    };
    upstream.on('data', onData);
    upstream.once('error', () => upstream.destroy());
    upstream.once('close', () => {
      if (this.#isAnswered) this.#finish();
      else this.#fail(503, connectionFault);
    });
    upstream.write(this.#head(), 'latin1');
  }

  /** True once it is decided what becomes of the connection. */
  #readAnswer(upstream: Socket): boolean {
    const end = this.#answer.indexOf(headEnd);
    if (end < 0) {
      if (this.#answer.length > headBytesMax) upstream.destroy();
      return false;
    }
    const status = statusOf(this.#answer);
    if (status === 101) this.#open(upstream);
    else this.#decline(upstream);
    return true;
  }

  #open(upstream: Socket): void {
    const { socket, head } = this.#upgrade;
    this.#status = 101;
    socket.write(this.#answer);
    if (head.length > 0) upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  }

  /** The instance stays with HTTP: its answer is passed on, and is the last on this connection. */
  #decline(upstream: Socket): void {
    const { socket } = this.#upgrade;
    const parser = new ResponseParser(false, {
      onHead: (status, reason, raw) => {
        this.#status = status;
        const headers = [...responseHeaders(raw), 'Connection', 'close'];
        socket.write(writeFields(`HTTP/1.1 ${status} ${reason}`, headers), 'latin1');
      },
      onBody: (chunk) => {
        socket.write(chunk);
      },
      onEnd: () => {
        socket.end();
      },
    });
    const push = (chunk: Buffer): void => {
      try {
        parser.push(chunk);
      } catch {
        upstream.destroy();
      }
    };
    upstream.on('data', push);
    upstream.prependOnceListener('close', () => {
      try {
        parser.close();
      } catch {
        // Cut short: what was sent cannot be taken back, and the connection ends without the rest.
      }
    });
    push(this.#answer);
  }

  get #isAnswered(): boolean {
    return this.#status !== clientClosedStatus;
  }

  /** Answers in the front door's own words. */
  #fail(status: number, message: string): void {
    const { socket } = this.#upgrade;
    if (socket.destroyed) return;
    this.#status = status;
    refuseUpgrade(socket, status, message);
  }

  /** Nothing more will come: what was written is sent, and the connection ends. */
  #finish(): void {
    const { socket } = this.#upgrade;
    socket.end(() => socket.destroy());
  }

  /** The client's connection is gone, whoever ended it. */
  #end(): void {
    this.#upstream?.destroy();
    const { pool, meter, key, name } = this.#admitted.running;
    const instance = this.#instance;
    if (instance !== undefined) pool.release(instance);
    const endedMs = performance.now();
    // Latency counts from the instance's start with it, the log's from the request's arrival, as for other requests.
    meter.recordRequest(this.#status, endedMs - this.#startedMs);
    this.#logs.addRequest(
      { key, revision: name, instanceId: instance?.id },
      {
        incoming: this.#upgrade.incoming,
        status: this.#status,
        latencyMs: endedMs - this.#arrivedMs,
        traceId: this.#trace.traceId,
      },
    );
  }
}

/** Carries a WebSocket between a client and an instance. */
export function serveUpgrade(upgrade: UpgradeRequest, admitted: Admitted, logs: LogStore): void {
  new Upgrade(upgrade, admitted, logs).run();
}
