/**
 * Probes. https://cloud.google.com/run/docs/configuring/healthchecks
 *
 * A TCP probe passes when the port accepts a connection within the timeout; an HTTP probe when the answer
 * is 2xx or 3xx; a gRPC probe when the program says that it serves. While nothing listens yet the attempt is repeated until its timeout is over: on Cloud Run
 * the connection itself waits, on one machine it is refused at once.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Probe } from '@ascent/knative';
import { checkGrpcHealth, type HealthAttempt } from './grpc-health.js';

/** Milliseconds between two tries of a port that nobody listens on yet. */
const retryMs = 20;

/** Waits, or returns at once when the signal aborts. */
const delay = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
  });

/** What is probed, and where. */
export interface ProbeTarget {
  readonly probe: Probe;
  /** The port of this machine's loopback. */
  readonly port: number;
  /** A relay before the program accepts every connection, and closes it at once if nobody listens behind it. */
  readonly isBehindRelay: boolean;
}

/** How long a connection must stay open before somebody is taken to listen behind a relay. */
// divergence: relay
const relaySettleMs = 250;

function tryTcp({ port, isBehindRelay }: ProbeTarget, timeoutMs: number): Promise<HealthAttempt> {
  return new Promise((resolve) => {
    // divergence: loopback
    const socket = connect({ port, host: '127.0.0.1' });
    let settled: NodeJS.Timeout | undefined;
    const finish = (attempt: HealthAttempt) => (): void => {
      clearTimeout(settled);
      socket.destroy();
      resolve(attempt);
    };
    socket.setTimeout(timeoutMs, finish('failed'));
    socket.once('error', finish('refused'));
    socket.once('connect', () => {
      if (!isBehindRelay) {
        finish('passed')();
        return;
      }
      // On a busy machine the time may be over before the end that came long ago was read: that is looked at first.
      settled = setTimeout(() => setImmediate(finish('passed')), relaySettleMs);
      socket.once('end', finish('refused')).resume();
    });
  });
}

function tryHttp({ port, probe }: ProbeTarget, timeoutMs: number): Promise<HealthAttempt> {
  return new Promise((resolve) => {
    const headers = Object.fromEntries(
      (probe.httpGet?.httpHeaders ?? []).map(({ name, value }) => [name, value ?? '']),
    );
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path: rooted(probe.httpGet?.path ?? ''),
        headers: { 'user-agent': 'GoogleHC/1.0', ...headers },
        agent: false,
        timeout: timeoutMs,
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        resolve(status >= 200 && status < 400 ? 'passed' : 'failed');
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('probe timed out')));
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      resolve(refusals.has(error.code ?? '') ? 'refused' : 'failed');
    });
    outgoing.end();
  });
}

/** A path without a slash at its front is meant from the root, as Kubernetes takes it; no request could carry it. */
const rooted = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

/** How a connection fails where nobody listens, directly or behind a relay. */
const refusals: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET']);

async function attemptOnce(target: ProbeTarget, timeoutMs: number): Promise<HealthAttempt> {
  const { probe, port } = target;
  try {
    if (probe.httpGet !== undefined) return await tryHttp(target, timeoutMs);
    if (probe.grpc !== undefined)
      return await checkGrpcHealth(port, probe.grpc.service ?? '', timeoutMs);
    return await tryTcp(target, timeoutMs);
  } catch {
    // It cannot even be asked, such as by a path that no request can carry: admission refuses these, but what an earlier
    // version stored is still there.
    return 'failed';
  }
}

/** One attempt at a probe of an instance. */
export async function attemptProbe(target: ProbeTarget, signal: AbortSignal): Promise<boolean> {
  const { probe } = target;
  const endMs = performance.now() + (probe.timeoutSeconds ?? 1) * 1000;
  for (;;) {
    const leftMs = endMs - performance.now();
    if (leftMs <= 0 || signal.aborted) return false;
    const attempt = await attemptOnce(target, leftMs);
    // divergence: probe-retry
    if (attempt !== 'refused') return attempt === 'passed';
    await delay(Math.min(retryMs, leftMs), signal);
  }
}

/** Probes until it passes (true), or as often as the probe may fail has failed (false). */
export async function awaitStartup(target: ProbeTarget, signal: AbortSignal): Promise<boolean> {
  const { probe } = target;
  await delay((probe.initialDelaySeconds ?? 0) * 1000, signal);
  const failuresMax = probe.failureThreshold ?? 3;
  for (let failures = 0; failures < failuresMax; failures += 1) {
    const startedMs = performance.now();
    if (await attemptProbe(target, signal)) return true;
    if (signal.aborted) return false;
    const restMs = (probe.periodSeconds ?? 10) * 1000 - (performance.now() - startedMs);
    if (failures + 1 < failuresMax) await delay(Math.max(0, restMs), signal);
  }
  return false;
}
