/**
 * Carries one request to an instance and the answer back, streaming both ways without buffering.
 *
 * When a connection ends before the first byte of an answer, it matters why. Refused: nobody listens there
 * any more, the request was never seen, another instance gets it. A kept connection that an instance which
 * lives closed: the server was about to close it for idleness and never read the request, so one without a
 * body is sent again. An instance that died: it may have done anything, the client is told 503.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RunningRevision } from '../instances/fleet.js';
import type { Instance } from '../instances/instance.js';
import { InstanceStartError, NoInstanceError } from '../instances/revision-pool.js';
import type { LogStore } from '../logging/log-store.js';
import { affinityCookie } from './affinity.js';
import {
  requestHeaders,
  responseHeaders,
  traceOf,
  type TraceContext,
} from './forwarded-headers.js';
import type { Admitted } from './front-door.js';
import { bodyKindOf, sendBody, tooLarge, type BodyKind } from './request-body.js';
import { ResponseParser } from './response-parser.js';
import { connectionsTo, type ConnectionUser, type UpstreamConnection } from './upstream.js';

/** The status recorded when the client went away before an answer; what nginx made common. */
// divergence: status-499
export const clientClosedStatus = 499;

/** Bodies up to this size are sent in one write with their head. */
const oneWriteBytesMax = 16_384;

/** How long a process that dies may take to be seen as dead. */
const deathNoticeMs = 20;

/** Answers in the front door's own words, as Google's front end does. */
export function answerPlain(outgoing: ServerResponse, status: number, message: string): void {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    // A body that nobody will read must not stand before the next request.
    ...(bodyKindOf(outgoing.req) !== 'none' && { connection: 'close' }),
  });
  outgoing.end(`${message}\n`);
}

/** What the front door says for a request that found no instance. */
export function refusalOf(error: unknown): { status: number; message: string } {
  if (error instanceof NoInstanceError) return { status: 429, message: 'Rate exceeded.' };
  if (error instanceof InstanceStartError) return { status: 503, message: error.message };
  return { status: 500, message: 'Internal error of the front door.' };
}

/** What a client is told when an instance ends a connection without an answer. */
export const connectionFault =
  'The request failed because either the HTTP response was malformed or connection to the instance had an error.';

/** A first line and headers as they go over the wire. */
export function writeFields(firstLine: string, headers: readonly string[]): string {
  let head = `${firstLine}\r\n`;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    head += `${headers[index] ?? ''}: ${headers[index + 1] ?? ''}\r\n`;
  }
  return `${head}\r\n`;
}

/** A request line and headers as they go over the wire. */
export function writeHead(method: string, path: string, headers: readonly string[]): string {
  return writeFields(`${method} ${path} HTTP/1.1`, headers);
}

/** One request on its way. */
class Exchange implements ConnectionUser {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #admitted: Admitted;
  readonly #logs: LogStore;
  readonly #trace: TraceContext;
  readonly #body: BodyKind;
  readonly #arrivedMs = performance.now();
  /** When the instance got it; before that it waited, perhaps for a container to start. */
  #startedMs = this.#arrivedMs;
  #instance: Instance | undefined;
  #connection: UpstreamConnection | undefined;
  #parser: ResponseParser | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** A part of the body that is not written yet: the last one goes out together with the end. */
  #pending: Buffer | undefined;
  #paused = false;

  constructor(
    { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
    admitted: Admitted,
    logs: LogStore,
  ) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#admitted = admitted;
    this.#logs = logs;
    this.#trace = traceOf(incoming.headers);
    this.#body = bodyKindOf(incoming);
  }

  run(): void {
    const { running, instance } = this.#admitted;
    // The timeout counts the start of a container, too. https://cloud.google.com/run/docs/configuring/request-timeout
    this.#timer = setTimeout(() => {
      answerPlain(this.#outgoing, 504, 'upstream request timeout');
    }, running.timeoutMs);
    this.#outgoing.once('close', () => {
      this.#end(running);
    });
    const ready = instance ?? running.pool.tryAcquire();
    if (ready === undefined) this.#await(running);
    else this.#send(ready);
  }

  onData(chunk: Buffer): void {
    try {
      this.#parser?.push(chunk);
    } catch {
      this.#fail();
      return;
    }
    if (this.#parser?.done === true) return;
    // What came is passed on now: a stream's next event may be long after this one.
    if (this.#pending !== undefined) this.#flush();
    else if (this.#outgoing.headersSent) this.#outgoing.flushHeaders();
  }

  onClose(fault: NodeJS.ErrnoException | undefined): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (this.#outgoing.closed || this.#instance === undefined) return;
    if (this.#outgoing.headersSent) this.#closeBody();
    else if (fault?.code === 'ECONNREFUSED') this.#giveToAnother(this.#instance);
    else if (connection?.reused === true && this.#body === 'none') this.#sendAgain(this.#instance);
    else this.#fail();
  }

  #await({ pool }: RunningRevision): void {
    pool.acquire().then(
      (acquired) => {
        this.#startedMs = performance.now();
        if (this.#outgoing.closed || this.#outgoing.writableEnded) pool.release(acquired);
        else this.#send(acquired);
      },
      (error: unknown) => {
        const { status, message } = refusalOf(error);
        answerPlain(this.#outgoing, status, message);
      },
    );
  }

  #send(instance: Instance): void {
    this.#instance = instance;
    this.#transmit(connectionsTo(instance).take(this));
  }

  #transmit(connection: UpstreamConnection): void {
    this.#connection = connection;
    const { method = 'GET', rawHeaders, socket } = this.#incoming;
    const { path, prefix } = this.#admitted;
    const remoteAddress = socket.remoteAddress ?? '127.0.0.1';
    const headers = requestHeaders(rawHeaders, { remoteAddress, prefix, trace: this.#trace });
    if (this.#body === 'chunked') headers.push('Transfer-Encoding', 'chunked');
    this.#parser = new ResponseParser(method === 'HEAD', {
      onHead: (status, reason, raw) => {
        this.#answer(status, reason, raw);
      },
      onBody: (chunk) => {
        if (this.#pending !== undefined) this.#flush();
        this.#pending = chunk;
      },
      onEnd: (reusable) => {
        this.#finish(reusable);
      },
    });
    connection.socket.write(writeHead(method, path, headers), 'latin1');
    if (!connection.socket.connecting) this.#sendBody(connection);
    // Nothing of the body is taken before somebody listens: a refused request can go to another instance.
    else
      connection.socket.once('connect', () => {
        this.#sendBody(connection);
      });
  }

  #sendBody({ socket }: UpstreamConnection): void {
    const onTooLarge = (): void => {
      this.#dropConnection();
      answerPlain(this.#outgoing, tooLarge.status, tooLarge.message);
    };
    sendBody(this.#incoming, { socket, kind: this.#body, onTooLarge });
  }

  /** The server closed a kept connection: sent again if it lives, for then it never read the request. */
  // divergence: resend
  #sendAgain(instance: Instance): void {
    setTimeout(() => {
      if (this.#outgoing.closed) return;
      if (instance.isSurelyAlive()) this.#transmit(connectionsTo(instance).takeNew(this));
      else this.#fail();
    }, deathNoticeMs);
  }

  /** Nobody listens there any more: the request was never seen, so another instance may have it. */
  #giveToAnother(instance: Instance): void {
    const { running } = this.#admitted;
    this.#instance = undefined;
    running.pool.discard(instance);
    this.#await(running);
  }

  #answer(status: number, reason: string, raw: readonly string[]): void {
    const { running, instance: sticky } = this.#admitted;
    const headers = responseHeaders(raw);
    if (running.affinity && sticky === undefined && this.#instance !== undefined) {
      headers.push('Set-Cookie', affinityCookie(running.name, this.#instance.id));
    }
    this.#outgoing.writeHead(status, reason, headers);
  }

  #flush(): void {
    const chunk = this.#pending;
    this.#pending = undefined;
    if (this.#outgoing.write(chunk) || this.#paused) return;
    const socket = this.#connection?.socket;
    this.#paused = true;
    socket?.pause();
    this.#outgoing.once('drain', () => {
      this.#paused = false;
      socket?.resume();
    });
  }

  #finish(reusable: boolean): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined && this.#instance !== undefined) {
      // A request whose body is still coming has no use for the connection any more, nor has another one.
      if (reusable && this.#incoming.complete) connectionsTo(this.#instance).giveBack(connection);
      else connection.socket.destroy();
    }
    this.#endWith(this.#pending);
    this.#pending = undefined;
  }

  /** Head and a small body as one text are one write; as text and bytes they would be several. */
  #endWith(chunk: Buffer | undefined): void {
    if (chunk === undefined) this.#outgoing.end();
    else if (chunk.length > oneWriteBytesMax) this.#outgoing.end(chunk);
    else this.#outgoing.end(chunk.toString('latin1'), 'latin1');
  }

  /** The connection ended within a body: that may be its end, or the client must see that it is torn. */
  #closeBody(): void {
    try {
      this.#parser?.close();
    } catch {
      this.#outgoing.destroy();
    }
  }

  #fail(): void {
    this.#dropConnection();
    answerPlain(this.#outgoing, 503, connectionFault);
  }

  #dropConnection(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    connection.user = undefined;
    connection.socket.destroy();
  }

  #end({ pool, meter, key, name }: RunningRevision): void {
    clearTimeout(this.#timer);
    this.#dropConnection();
    const status = this.#outgoing.headersSent ? this.#outgoing.statusCode : clientClosedStatus;
    const endedMs = performance.now();
    meter.recordRequest(status, endedMs - this.#startedMs);
    const instance = this.#instance;
    this.#instance = undefined;
    if (instance !== undefined) pool.release(instance);
    this.#logs.addRequest(
      { key, revision: name, instanceId: instance?.id },
      {
        incoming: this.#incoming,
        status,
        latencyMs: endedMs - this.#arrivedMs,
        traceId: this.#trace.traceId,
      },
    );
  }
}

/** Serves one request from a revision and records it. */
export function serve(
  exchange: { incoming: IncomingMessage; outgoing: ServerResponse },
  admitted: Admitted,
  logs: LogStore,
): void {
  new Exchange(exchange, admitted, logs).run();
}
