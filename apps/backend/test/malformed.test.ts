import { request as send, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackend, startTestPostgres, type TestBackend, type TestPostgres } from './fixture.js';

let postgres: TestPostgres;
let backend: TestBackend;

beforeAll(async () => {
  postgres = await startTestPostgres();
  backend = await startBackend(await postgres.createDatabase(), { LOG_LEVEL: 'silent' });
});
afterAll(async () => {
  await backend.close();
  await postgres.remove();
});

interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Sends what `fetch` would refuse to send. */
async function sendRaw({
  method,
  path,
  headers,
  body,
}: RawRequest): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(backend.url);
  // A connection of its own each: the server may close one on which it refused to read a body.
  const framing = { 'content-length': String(Buffer.byteLength(body)) };
  const request = send({
    hostname,
    port,
    method,
    path,
    headers: { ...headers, ...framing },
    agent: false,
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}

const json = { 'content-type': 'application/json' };

/** Bodies near the right one: each field missing, of another type, or hostile. */
const nearlyRight = fc.record(
  {
    message: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2100 }),
      fc.anything(),
      fc.constant('\u0000'),
      fc.constant("'; drop table sessions; --"),
    ),
    sessionId: fc.oneof(fc.string(), fc.uuid(), fc.anything()),
    diverProfile: fc.oneof(
      fc.anything(),
      fc.record({ loggedDives: fc.anything(), agency: fc.anything() }, { requiredKeys: [] }),
    ),
    __proto__: fc.anything(),
  },
  { requiredKeys: [] },
);

const bodies: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  nearlyRight.map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 400 }),
  nearlyRight.map((value) => JSON.stringify(value).slice(0, -1)),
);

const requests: fc.Arbitrary<RawRequest> = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
  path: fc.oneof(
    fc.constantFrom(
      '/api/chat',
      '/api/chat',
      '/api/chat/stream',
      '/api/session/',
      '/health?x=%00',
      '/api/session/%2e%2e',
      '/api/chat/',
      '//',
      '/%',
    ),
    fc.webPath().map((path) => `/api/session${path.startsWith('/') ? path : '/'}`),
  ),
  headers: fc.constantFrom<Readonly<Record<string, string>>>(
    json,
    json,
    json,
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': ';;;' },
    { ...json, 'x-request-id': '\u00e9'.repeat(300) },
    { ...json, traceparent: '00-zz', 'content-encoding': 'gzip' },
    {},
  ),
  body: bodies,
});

/** 503 is not among the wanted answers either: nothing here is slow, so nothing may be refused as too busy. */
function check({ status, text }: { status: number; text: string }, request: RawRequest): void {
  const context = `${request.method} ${request.path} ${JSON.stringify(request.headers)} ${String(request.body).slice(0, 300)} → ${String(status)} ${text.slice(0, 200)}`;
  expect(status, context).toBeLessThan(500);
  if (status >= 400)
    expect(text, context).toMatch(/^\{"error":\{"code":"[A-Z_]+","message":".+","requestId":".+"/);
}

test('9,500 requests made by chance never get a 5xx, and every refusal is the envelope', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: 19, maxLength: 19 }), async (batch) => {
      const replies = await Promise.all(batch.map(sendRaw));
      replies.forEach((reply, index) => {
        check(reply, batch[index] as RawRequest);
      });
    }),
    { numRuns: 500, seed: 20_261_122 },
  );
}, 240_000);

/** Hand-made: each is sent with every method and content type that makes sense for it. */
const handMade: readonly string[] = [
  '',
  'null',
  '0',
  '[]',
  '{}',
  '"message"',
  '{"message":null}',
  '{"message":""}',
  '{"message":"   "}',
  '{"message":"\\u0000"}',
  '{"message":"\\ud800"}',
  '{"message":["a"]}',
  '{"message":{"$ne":1}}',
  '{"message":"a","message":1}',
  '{"__proto__":{"message":"a"}}',
  '{"constructor":{"prototype":{"message":"a"}},"message":"a"}',
  '{"message":"a","sessionId":null}',
  '{"message":"a","sessionId":"00000000-0000-0000-0000-000000000000"}',
  '{"message":"a","sessionId":"\' or 1=1"}',
  '{"message":"a","diverProfile":null}',
  '{"message":"a","diverProfile":[]}',
  '{"message":"a","diverProfile":{"loggedDives":1e400}}',
  '{"message":"a","diverProfile":{"loggedDives":1.5}}',
  '{"message":"a","diverProfile":{"interests":[1]}}',
  `{"message":"${'x'.repeat(2001)}"}`,
  `{"message":"${'\\u4e2d'.repeat(2000)}"}`,
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  `{"message":"a"${' '.repeat(40_000)}}`,
  '{"message":"a"}{"message":"b"}',
  '{"message":"a",}',
  "{'message':'a'}",
  '\ufeff{"message":"a"}',
  '{"message":1e999}',
  '{"message":"a","n":-0}',
  '<message>a</message>',
  'message=a',
];

test('500 hand-made ones do not either', async () => {
  const types = [
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/octet-stream',
    '',
  ];
  const batch = handMade.flatMap((body) =>
    ['/api/chat', '/api/chat/stream'].flatMap((path) =>
      types.map((type) => ({
        method: 'POST',
        path,
        headers: type === '' ? {} : { 'content-type': type },
        body,
      })),
    ),
  );
  expect(batch.length).toBeGreaterThanOrEqual(500);
  for (const request of batch) check(await sendRaw(request), request);
});

test('what is not HTTP at all is refused without harm to the next request', async () => {
  const { hostname, port } = new URL(backend.url);
  for (const garbage of [
    '\u0000\u0001\u0002\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'POST /api/chat HTTP/1.1\r\ncontent-length: -1\r\n\r\n',
    `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
  ]) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.end(garbage);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d [^]*\{"error":\{"code":"[A-Z_]+"|^$/);
  }
  const health = await fetch(`${backend.url}/health`);
  expect(health.status).toBe(200);
});
