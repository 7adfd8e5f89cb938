import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quickFetch } from './quick-fetch.js';

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    const chunks: string[] = [];
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => chunks.push(chunk))
      .on('end', () => {
        const { method, headers } = request;
        response
          .writeHead(request.url === '/moved' ? 307 : 200, { location: '/', 'retry-after': '3' })
          .end(JSON.stringify({ method, proof: headers.authorization, body: chunks.join('') }));
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const ask = (
  path: string,
  {
    body = null,
    signal = AbortSignal.timeout(20_000),
  }: { body?: string | null; signal?: AbortSignal } = {},
): ReturnType<typeof quickFetch> =>
  quickFetch(`${url}${path}`, {
    method: body === null ? 'GET' : 'POST',
    headers: { authorization: 'Bearer x' },
    body,
    signal,
  });

test('asks with method, headers and body, and gives what was answered', async () => {
  const answer = await ask('/', { body: 'Bäume' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Retry-After')).toBe('3');
  expect(answer.headers.get('etag')).toBeNull();
  expect(JSON.parse(await answer.text())).toEqual({
    method: 'POST',
    proof: 'Bearer x',
    body: 'Bäume',
  });
});

test('follows no redirect', async () => {
  expect((await ask('/moved')).status).toBe(307);
});

test('ends when its signal fires, and where nobody listens, with the cause', async () => {
  const abort = new AbortController();
  const silent = ask('/silent', { signal: abort.signal });
  abort.abort();
  await expect(silent).rejects.toMatchObject({
    message: 'fetch failed',
    cause: { name: 'AbortError' },
  });
  const init = { method: 'GET', headers: {}, body: null, signal: AbortSignal.timeout(20_000) };
  await expect(quickFetch('http://127.0.0.1:1/', init)).rejects.toMatchObject({
    cause: { code: 'ECONNREFUSED' },
  });
});
