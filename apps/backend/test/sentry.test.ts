import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  get,
  post,
  startBackend,
  startTestPostgres,
  type TestBackend,
  type TestPostgres,
} from './fixture.js';

/** A receiver of Sentry's envelopes: https://develop.sentry.dev/sdk/data-model/envelopes/ */
const envelopes: string[] = [];
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    envelopes.push(
      (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString(),
    );
    response.end('{}');
  });
});

let postgres: TestPostgres;
let databaseUrl: string;
let backend: TestBackend;

beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  postgres = await startTestPostgres();
  databaseUrl = await postgres.createDatabase();
  backend = await startBackend(databaseUrl, {
    SENTRY_DSN: `http://public@127.0.0.1:${String(port)}/1`,
    SENTRY_TRACES_SAMPLE_RATE: '1',
    ENVIRONMENT: 'staging',
  });
});
afterAll(async () => {
  await postgres.remove();
  receiver.close();
});

/** The items of all envelopes, each with its type. */
function listItems(): readonly { readonly type: string; readonly text: string }[] {
  return envelopes.flatMap((envelope) => {
    const [, ...lines] = envelope.split('\n').filter((line) => line !== '');
    return lines.flatMap((line, index) => {
      const { type } = JSON.parse(line) as { type?: unknown };
      const text = lines[index + 1];
      return index % 2 === 0 && typeof type === 'string' && text !== undefined
        ? [{ type, text }]
        : [];
    });
  });
}

test('an error of ours reaches Sentry with release, environment and request, and without a word of the diver', async () => {
  await get(`${backend.url}/health`);
  // A fault that no configuration check can see: somebody has dropped a table.
  await postgres.run('drop table dovvybuddy.passage_terms', databaseUrl);
  const message = 'My name is Jacques and my secret reef is Atlantis: how deep is it?';
  const { status, body } = await post(
    `${backend.url}/api/chat`,
    { message },
    { 'x-request-id': 'request-77' },
  );
  expect([status, body.error.code]).toEqual([500, 'INTERNAL']);
  await backend.close();

  const event = JSON.parse(
    listItems().find(({ type }) => type === 'event')?.text ?? '{}',
  ) as Record<string, unknown>;
  expect(event).toMatchObject({
    release: 'dovvybuddy-backend@1.2.3',
    environment: 'staging',
    tags: { requestId: 'request-77' },
  });
  expect(JSON.stringify(event['exception'])).toContain('passage_terms');
  expect((event['tags'] as Record<string, unknown>)['sessionId']).toMatch(/^[0-9a-f-]{36}$/);
  const everything = envelopes.join('\n');
  expect(everything).not.toMatch(/Jacques|Atlantis/);
  expect(everything).toContain('POST /api/chat');
  expect(everything).toContain('GET /health');
});
