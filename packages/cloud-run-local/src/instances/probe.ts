/**
 * Startup probes. https://cloud.google.com/run/docs/configuring/healthchecks
 *
 * A TCP probe passes when the port accepts a connection within the timeout; an HTTP probe when the answer
 * is 2xx or 3xx. While nothing listens yet the attempt is repeated until its timeout is over: on Cloud Run
 * the connection itself waits, on one machine it is refused at once.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Probe } from '@ascent/knative';

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

/** `refused`: nobody listens there yet. */
type Attempt = 'passed' | 'failed' | 'refused';

function tryTcp(port: number, timeoutMs: number): Promise<Attempt> {
  return new Promise((resolve) => {
    // divergence: loopback
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (attempt: Attempt) => (): void => {
      socket.destroy();
      resolve(attempt);
    };
    socket.setTimeout(timeoutMs, finish('failed'));
    socket.once('connect', finish('passed')).once('error', finish('refused'));
  });
}

function tryHttp(port: number, probe: Probe, timeoutMs: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const headers = Object.fromEntries(
      (probe.httpGet?.httpHeaders ?? []).map(({ name, value }) => [name, value ?? '']),
    );
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path: probe.httpGet?.path ?? '/',
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
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'failed');
    });
    outgoing.end();
  });
}

/** One attempt at a probe of an instance that listens on `port`. */
export async function attemptProbe(
  probe: Probe,
  port: number,
  signal: AbortSignal,
): Promise<boolean> {
  const endMs = performance.now() + (probe.timeoutSeconds ?? 1) * 1000;
  for (;;) {
    const leftMs = endMs - performance.now();
    if (leftMs <= 0 || signal.aborted) return false;
    const attempt =
      probe.httpGet === undefined ? await tryTcp(port, leftMs) : await tryHttp(port, probe, leftMs);
    // divergence: probe-retry
    if (attempt !== 'refused') return attempt === 'passed';
    await delay(Math.min(retryMs, leftMs), signal);
  }
}

/** Probes until it passes (true), or as often as the probe may fail has failed (false). */
export async function awaitStartup(
  probe: Probe,
  port: number,
  signal: AbortSignal,
): Promise<boolean> {
  await delay((probe.initialDelaySeconds ?? 0) * 1000, signal);
  const failuresMax = probe.failureThreshold ?? 3;
  for (let failures = 0; failures < failuresMax; failures += 1) {
    const startedMs = performance.now();
    if (await attemptProbe(probe, port, signal)) return true;
    if (signal.aborted) return false;
    const restMs = (probe.periodSeconds ?? 10) * 1000 - (performance.now() - startedMs);
    if (failures + 1 < failuresMax) await delay(Math.max(0, restMs), signal);
  }
  return false;
}
