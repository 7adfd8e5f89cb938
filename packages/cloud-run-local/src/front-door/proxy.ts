/**
 * Carries one request to an instance and the answer back, streaming both ways without buffering.
 *
 * Connections to instances are kept, but one that was idle for a second is not used again: servers close
 * idle connections (Node after 5 s), and a request sent at that moment would be lost. What can still be lost
 * that way is a request without a body on a used connection; it is tried once more on a new one.
 */
import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { RunningRevision } from '../instances/fleet.js';
import type { Instance } from '../instances/instance.js';
import { InstanceStartError, NoInstanceError } from '../instances/revision-pool.js';
import { requestHeaders, responseHeaders } from './forwarded-headers.js';

/** How long a connection to an instance may be idle and still be used again. */
const idleConnectionMs = 1000;

/** The status recorded when the client went away before an answer; what nginx made common. */
const clientClosedStatus = 499;

const agents = new WeakMap<Instance, Agent>();

function agentOf(instance: Instance): Agent {
  let agent = agents.get(instance);
  if (agent === undefined) {
    agent = new Agent({ keepAlive: true, timeout: idleConnectionMs, scheduling: 'lifo' });
    agents.set(instance, agent);
  }
  return agent;
}

/** One request on its way. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly running: RunningRevision;
  readonly path: string;
  readonly prefix: string;
}

/** Answers in the front door's own words, as Google's front end does. */
export function answerPlain(outgoing: ServerResponse, status: number, message: string): void {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  outgoing.end(`${message}\n`);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function send(exchange: Exchange, instance: Instance, retried: boolean): void {
  const { incoming, outgoing, path, prefix } = exchange;
  const remoteAddress = incoming.socket.remoteAddress ?? '127.0.0.1';
  const upstream = request({
    host: '127.0.0.1',
    port: instance.port,
    method: incoming.method,
    path,
    headers: requestHeaders(incoming.rawHeaders, { remoteAddress, prefix }),
    agent: retried ? false : agentOf(instance),
    setHost: false,
  });
  upstream.once('response', (response) => {
    outgoing.writeHead(
      response.statusCode ?? 502,
      response.statusMessage,
      responseHeaders(response.rawHeaders),
    );
    // A stream's first event may be long after its headers.
    outgoing.flushHeaders();
    response.pipe(outgoing);
    response.once('error', () => outgoing.destroy());
    response.once('aborted', () => outgoing.destroy());
  });
  upstream.once('error', () => {
    if (upstream.reusedSocket && !retried && !hasBody(incoming) && !outgoing.headersSent) {
      send(exchange, instance, true);
      return;
    }
    answerPlain(
      outgoing,
      503,
      'The request failed because either the HTTP response was malformed or connection to the instance had an error.',
    );
  });
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) upstream.destroy();
  });
  incoming.pipe(upstream);
}

function refuse(outgoing: ServerResponse, error: unknown): void {
  if (error instanceof NoInstanceError) answerPlain(outgoing, 429, 'Rate exceeded.');
  else if (error instanceof InstanceStartError) answerPlain(outgoing, 503, error.message);
  else answerPlain(outgoing, 500, 'Internal error of the front door.');
}

/** Serves one request from a revision and records it. */
export function serve(exchange: Exchange): void {
  const { outgoing, running } = exchange;
  let startedMs = performance.now();
  let instance = running.pool.tryAcquire();
  outgoing.once('close', () => {
    const status = outgoing.headersSent ? outgoing.statusCode : clientClosedStatus;
    running.meter.recordRequest(status, performance.now() - startedMs);
    if (instance !== undefined) running.pool.release(instance);
    instance = undefined;
  });
  if (instance !== undefined) {
    send(exchange, instance, false);
    return;
  }
  running.pool.acquire().then(
    (acquired) => {
      if (outgoing.destroyed) {
        running.pool.release(acquired);
        return;
      }
      instance = acquired;
      // request_latencies leaves the start of a container out.
      startedMs = performance.now();
      send(exchange, acquired, false);
    },
    (error: unknown) => {
      refuse(outgoing, error);
    },
  );
}
