/** Smoke checks against a real server, reached by a `.localhost` name as a candidate's tag is. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { smokeFileSchema, type SmokeCheck, type SmokeOutcome } from '@ascent/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLocalhostFetch, isLocalhost } from '../src/localhost-fetch.js';
import { createSmokeRunner } from '../src/smoke.js';

type Answer = (
  request: IncomingMessage & { readonly body: string },
  response: ServerResponse,
) => void;

let server: Server;
let answer: Answer;
let baseUrl: string;
const asked: {
  method: string;
  url: string;
  host: string;
  body: string;
  type: string | undefined;
}[] = [];

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, host: headers.host ?? '', body, type: headers['content-type'] });
      answer(Object.assign(request, { body }), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  baseUrl = `http://candidate---web-123456789012.us-central1.run.localhost:${port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function checks(...written: readonly object[]): readonly SmokeCheck[] {
  return smokeFileSchema.parse({ checks: written }).checks;
}

function run(written: readonly SmokeCheck[], deadlineMs = 5_000): Promise<SmokeOutcome> {
  return createSmokeRunner({ deadlineMs })(written, baseUrl);
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

describe('names under .localhost', () => {
  test('are the loopback address, and the server still hears the name', async () => {
    answer = (_, response) => response.end('hello');
    const response = await createLocalhostFetch()(`${baseUrl}/health`);
    expect(await response.text()).toBe('hello');
    expect(asked[0]?.host).toBe(new URL(baseUrl).host);
  });

  test.each([
    ['localhost', true],
    ['web.localhost', true],
    ['Candidate---web.run.LOCALHOST.', true],
    ['localhost.example.com', false],
    ['notlocalhost', false],
    ['web.localhost.invalid', false],
  ])('and no others: %s', (hostname, local) => {
    expect(isLocalhost(hostname)).toBe(local);
  });
});

describe('checks that pass', () => {
  test('carry on what earlier ones saved, in path, headers and body', async () => {
    answer = ({ url, method, body }, response) => {
      if (method === 'POST' && url === '/api/chat') {
        const { sessionId } = JSON.parse(body) as { sessionId?: string };
        json(response, {
          response: 'Equalise early.',
          sessionId: sessionId ?? 'a/b c',
          citations: [{ slug: 'ears' }],
        });
      } else json(response, { status: 'ok', turns: 2 });
    };
    const outcome = await run(
      checks(
        {
          name: 'a question',
          method: 'POST',
          path: '/api/chat',
          body: { message: 'My ears hurt' },
          expect: {
            contains: ['Equalise'],
            json: { response: 'nonEmpty', 'citations[0].slug': { equals: 'ears' } },
          },
          save: { session: 'sessionId' },
        },
        {
          name: 'a second one',
          method: 'POST',
          path: '/api/chat',
          headers: { 'X-Session': '${session}' },
          body: { message: 'And now?', sessionId: '${session}' },
          expect: { contains: ['${session}'], json: { sessionId: { equals: '${session}' } } },
        },
        {
          name: 'the session',
          path: '/api/session/${session}',
          expect: { json: { turns: { equals: 2 }, status: 'present' } },
        },
      ),
    );
    expect(outcome).toEqual({ passed: true, failures: [], checks: 3 });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/chat',
      'POST /api/chat',
      'GET /api/session/a%2Fb%20c',
    ]);
    expect(asked[0]?.type).toBe('application/json');
    expect(asked[2]?.type).toBeUndefined();
  });

  test('read a stream to its end', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: token\ndata: Equal\n\n');
      setImmediate(() => response.end('event: token\ndata: ise\n\nevent: done\ndata: {}\n\n'));
    };
    const stream = {
      name: 'stream',
      path: '/api/chat/stream',
      expect: { events: ['token', 'done'] },
    };
    expect(await run(checks(stream))).toMatchObject({ passed: true });
  });
});

describe('checks that fail say what was found and what was expected', () => {
  const failuresOf = async (expectation: object, how: Answer): Promise<readonly string[]> => {
    answer = how;
    const { passed, failures } = await run(
      checks({ name: 'one', path: '/x', expect: expectation }),
    );
    expect(passed).toBe(failures.length === 0);
    return failures.map(({ message }) => message);
  };

  test.each([
    [
      'another status',
      {},
      503,
      { error: 'no pool' },
      'answered HTTP 503 instead of 200: {"error":"no pool"}',
    ],
    ['a missing text', { contains: ['reef'] }, 200, { a: 1 }, 'the answer does not contain "reef"'],
    [
      'a missing field',
      { json: { 'a.b': 'present' } },
      200,
      { a: {} },
      'a.b is missing in the answer',
    ],
    ['an empty text', { json: { a: 'nonEmpty' } }, 200, { a: ' ' }, 'a is empty in the answer'],
    ['an empty list', { json: { a: 'nonEmpty' } }, 200, { a: [] }, 'a is empty in the answer'],
    [
      'another value',
      { json: { a: { equals: 'ok' } } },
      200,
      { a: 'down' },
      'a is "down" instead of "ok"',
    ],
    [
      'an inherited field',
      { json: { constructor: 'present' } },
      200,
      {},
      'constructor is missing in the answer',
    ],
    [
      'no stream',
      { events: ['done'] },
      200,
      {},
      'the answer is application/json instead of text/event-stream',
    ],
  ])('%s', async (...[, expectation, status, body, message]) => {
    expect(
      await failuresOf(expectation, (_, response) => {
        json(response, body, status);
      }),
    ).toEqual([message]);
  });

  test('a long value that differs only at its end', async () => {
    const long = 'x'.repeat(500);
    const [message] = await failuresOf({ json: { a: { equals: `${long}1` } } }, (_, response) => {
      json(response, { a: `${long}2` });
    });
    expect(message).toContain('a is "xxx');
    expect(
      await failuresOf({ json: { a: { equals: `${long}1` } } }, (_, response) => {
        json(response, { a: `${long}1` });
      }),
    ).toEqual([]);
  });

  test('a page instead of JSON', async () => {
    const html: Answer = (_, response) => response.end('<html>\n  <h1>Welcome</h1>');
    expect(await failuresOf({ json: { a: 'present' } }, html)).toEqual([
      'the answer is no JSON: <html> <h1>Welcome</h1>',
    ]);
  });

  test('a stream that ends without its last event', async () => {
    const cut: Answer = (_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end('event: token\ndata: E\n\n');
    };
    expect(await failuresOf({ events: ['token', 'done'] }, cut)).toEqual([
      'the stream ended without the event "done"',
    ]);
  });

  test('a stream that dies after 200', async () => {
    const dies: Answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: token\ndata: E\n\n', () => response.destroy());
    };
    expect(await failuresOf({ events: ['token'] }, dies)).toHaveLength(1);
  });

  test('silence', async () => {
    expect(await failuresOf({ within: '100ms' }, () => undefined)).toEqual([
      'no whole answer within 100 ms',
    ]);
  });

  test('an answer without end', async () => {
    const endless: Answer = (_, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(100_000), () => setImmediate(more));
      };
      more();
    };
    expect(await failuresOf({}, endless)).toEqual(['the answer is longer than 1000000 bytes']);
  });

  test('a redirect, which is not followed', async () => {
    const away: Answer = (_, response) =>
      response.writeHead(302, { location: 'https://example.com/' }).end();
    expect(await failuresOf({}, away)).toEqual(['answered HTTP 302 instead of 200: an empty body']);
  });

  test('a value that no earlier check saved, and the later checks still run', async () => {
    answer = (_, response) => {
      json(response, {});
    };
    const outcome = await run(
      checks(
        { name: 'first', path: '/a', save: { session: 'sessionId' } },
        { name: 'second', path: '/b/${session}' },
        { name: 'third', path: '/c' },
      ),
    );
    expect(outcome).toEqual({
      passed: false,
      checks: 3,
      failures: [
        {
          check: 'first',
          message: 'sessionId, to be saved as session, is no text or number in the answer',
        },
        { check: 'second', message: 'needs ${session}, which no earlier check saved' },
      ],
    });
    expect(asked.map(({ url }) => url)).toEqual(['/a', '/c']);
  });

  test('a candidate that is not there', async () => {
    const { port } = new URL(baseUrl);
    await new Promise((resolve) => server.close(resolve));
    const { failures } = await run(checks({ name: 'health', path: '/health' }));
    expect(failures[0]?.message).toContain(`ECONNREFUSED`);
    expect(failures[0]?.message).toContain(port);
  });

  test('a run that takes too long as a whole', async () => {
    answer = () => undefined;
    const { failures } = await run(
      checks({ name: 'first', path: '/a' }, { name: 'second', path: '/b' }),
      150,
    );
    expect(failures.map(({ check }) => check)).toEqual(['first', 'second']);
    expect(failures[1]?.message).toBe('was not run: the whole run took longer than 150 ms');
  });
});
