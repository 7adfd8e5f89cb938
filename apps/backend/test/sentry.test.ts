import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  get,
  post,
  startBackend,
  startTestPostgres,
  type TestBackend,
  type TestPostgres,
} from './fixture.js';
import { startSentryReceiver, type SentryReceiver } from './sentry-receiver.js';

let postgres: TestPostgres;
let databaseUrl: string;
let backend: TestBackend;
let sentry: SentryReceiver;

beforeAll(async () => {
  sentry = await startSentryReceiver();
  postgres = await startTestPostgres();
  databaseUrl = await postgres.createDatabase();
  backend = await startBackend(databaseUrl, {
    SENTRY_DSN: sentry.dsn,
    SENTRY_TRACES_SAMPLE_RATE: '1',
    ENVIRONMENT: 'staging',
  });
});
afterAll(async () => {
  await postgres.remove();
  sentry.stop();
});

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

  const [event] = sentry.events();
  expect(event).toMatchObject({
    release: 'dovvybuddy-backend@1.2.3',
    environment: 'staging',
    tags: { requestId: 'request-77' },
  });
  expect(JSON.stringify(event?.exception)).toContain('passage_terms');
  expect(event?.tags?.['sessionId']).toMatch(/^[0-9a-f-]{36}$/);
  const everything = sentry.envelopes.join('\n');
  expect(everything).not.toMatch(/Jacques|Atlantis/);
  expect(everything).toContain('POST /api/chat');
  expect(everything).toContain('GET /health');
});
