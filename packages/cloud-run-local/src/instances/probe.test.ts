import { getEventListeners } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, it, vi } from 'vitest';
import { attemptProbe, awaitStartup } from './probe.js';

/** A server that closes every connection it takes, as a relay does when nobody listens behind it. */
async function listen(): Promise<Server> {
  const server = createServer((socket) => {
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

it('leaves nothing behind on the signal, however often it tries', async () => {
  const server = await listen();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  const { signal } = new AbortController();
  const addListener = vi.spyOn(signal, 'addEventListener');
  const probe = { tcpSocket: {}, timeoutSeconds: 1, periodSeconds: 1, failureThreshold: 1 };
  expect(await awaitStartup({ probe, port, isBehindRelay: false }, signal)).toBe(false);
  // It waited more often than a signal may have listeners without a warning.
  expect(addListener.mock.calls.length).toBeGreaterThan(11);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it.each([
  ['passes where nothing stands between', false, true],
  ['does not pass for a relay that closes the connection at once', true, false],
])('a connection that is taken %s', async (_what, isBehindRelay, passed) => {
  const server = await listen();
  const probe = { tcpSocket: {}, timeoutSeconds: 1 };
  const target = { probe, port: portOf(server), isBehindRelay };
  expect(await attemptProbe(target, new AbortController().signal)).toBe(passed);
  await new Promise((resolve) => server.close(resolve));
});

it('asks for a path without a slash at its front from the root', async () => {
  const paths: (string | undefined)[] = [];
  const server = createHttpServer((request, response) => {
    paths.push(request.url);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = {
    probe: { httpGet: { path: 'ready?a' } },
    port: portOf(server),
    isBehindRelay: false,
  };
  expect(await attemptProbe(target, new AbortController().signal)).toBe(true);
  expect(paths).toEqual(['/ready?a']);
  await new Promise((resolve) => server.close(resolve));
});

it.each([
  ['a path', { httpGet: { path: '/a b' } }, 1],
  ['a header', { httpGet: { httpHeaders: [{ name: 'a b', value: '' }] } }, 1],
  ['an HTTP port', { httpGet: {} }, 99_999],
  ['a TCP port', { tcpSocket: {} }, 99_999],
  ['a gRPC port', { grpc: {} }, 99_999],
])('a probe that cannot be sent has failed: %s', async (_what, probe, port) => {
  const target = { probe, port, isBehindRelay: false };
  expect(await attemptProbe(target, new AbortController().signal)).toBe(false);
});
