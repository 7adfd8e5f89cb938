import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { prepareVectors } from '../src/data/vector-schema.js';
import {
  post,
  startBackend,
  startTestPostgres,
  type Reply,
  type TestBackend,
  type TestPostgres,
} from './fixture.js';
import { startModelServer, type Behaviour, type ModelServer } from './model-server.js';
import { startVectorPostgres, type VectorPostgres } from './pglite.js';

let models: ModelServer;
let backend: TestBackend | undefined;

beforeAll(async () => {
  models = await startModelServer();
});
beforeEach(() => {
  // The answers are to be quoted: what was found is seen best in them.
  models.behave('fails', 'fails');
  models.behaveAsEmbedder('answers');
  models.requests.length = 0;
  return () => backend?.close();
});
afterAll(() => models.stop());

const paraphrase = 'Why dawdling?';
const plain = 'How long is a safety stop?';

const withKey = (): Record<string, string> => ({
  GEMINI_API_KEY: 'gemini-secret',
  GEMINI_BASE_URL: models.geminiUrl,
  EMBEDDING_TIMEOUT_MS: '5000',
  EMBEDDING_RETRY_INTERVAL_MS: '100',
  // A bag of words is no Gemini: a long passage is never as near to a short question.
  EMBEDDING_SIMILARITY_MIN: '0.3',
  METRICS_ENABLED: 'true',
});

const embeddingCalls = (): number =>
  models.requests.filter(({ path }) => /:(embed|batchEmbed)Content/.test(path)).length;

async function ask(message: string): Promise<Reply> {
  return post(`${backend?.url ?? ''}/api/chat`, { message });
}

const lastLine = (): Record<string, unknown> =>
  backend?.logLines.findLast((line) => line['message'] === 'POST /api/chat 200') ?? {};

const hasLogged = (message: string): boolean =>
  backend?.logLines.some((line) => String(line['message']).startsWith(message)) ?? false;

describe('where PostgreSQL has pgvector', () => {
  let postgres: VectorPostgres;

  beforeAll(async () => {
    postgres = await startVectorPostgres();
    expect(await prepareVectors(postgres.url)).toEqual({ isReady: true });
  });
  afterAll(() => postgres.stop());

  async function start(settings: Record<string, string>): Promise<void> {
    await postgres.forgetClients();
    const alone = { DATABASE_POOL_MAX: '1', MIGRATE_ON_START: 'false' };
    backend = await startBackend(postgres.url, { ...alone, ...settings });
  }

  async function startReady(settings: Record<string, string> = {}): Promise<void> {
    await start({ ...withKey(), ...settings });
    await expect
      .poll(() => hasLogged('content can be searched by meaning'), { timeout: 30_000 })
      .toBe(true);
  }

  test('migrating again changes nothing', async () => {
    expect(await prepareVectors(postgres.url)).toEqual({ isReady: true });
  });

  test('a failing embedder leaves full text, is tried again, and embeds each passage once', async () => {
    models.behaveAsEmbedder('is out of quota');
    await start(withKey());
    await expect.poll(() => hasLogged('content could not be embedded')).toBe(true);
    expect((await ask(plain)).body.citations[0]?.slug).toBe('safety-stops');
    models.behaveAsEmbedder('answers');
    await expect
      .poll(() => hasLogged('content can be searched by meaning'), { timeout: 30_000 })
      .toBe(true);
    const [counts] = await postgres.run(
      `select (select count(*) from dovvybuddy.passages) as passages,
        (select count(*) from dovvybuddy.passage_vectors where model = 'gemini-embedding-001') as vectors`,
    );
    expect(counts?.['vectors']).toBe(counts?.['passages']);
  });

  test('the next instance finds the content embedded and asks for nothing', async () => {
    await startReady();
    expect(embeddingCalls()).toBe(0);
  });

  test('a question in other words is answered with vectors, and only with them', async () => {
    await start({});
    expect((await ask(paraphrase)).body.citations).toEqual([]);
    await backend?.close();
    await startReady();
    const { body } = await ask(paraphrase);
    expect(body.citations[0]?.slug).toBe('safety-stops');
    expect(lastLine()['fallbacks']).not.toContainEqual(
      expect.objectContaining({ provider: 'gemini-embedding' }),
    );
  });

  test('a question that both lists answer is answered from what both found', async () => {
    await startReady();
    expect((await ask(plain)).body.citations[0]?.slug).toBe('safety-stops');
  });

  test('what is far from everything is still not answered from the diving notes', async () => {
    await startReady();
    expect((await ask('What is the capital of France?')).body.citations).toEqual([]);
  });

  const faults: readonly (readonly [Behaviour, string])[] = [
    ['hangs', 'timeout'],
    ['fails', 'unavailable'],
    ['is out of quota', 'quota'],
    ['talks nonsense', 'unavailable'],
    ['says nothing', 'unavailable'],
  ];

  test.each(faults)(
    'an embedder that %s costs nothing but the paraphrases, and is counted',
    async (behaviour, fault) => {
      await startReady(behaviour === 'hangs' ? { EMBEDDING_TIMEOUT_MS: '300' } : {});
      models.behaveAsEmbedder(behaviour);
      const { status, body } = await ask(plain);
      expect(status).toBe(200);
      expect(body.citations[0]?.slug).toBe('safety-stops');
      expect(lastLine()['fallbacks']).toContainEqual({ provider: 'gemini-embedding', fault });
      const metrics = await (await fetch(`${backend?.url ?? ''}/metrics`)).text();
      expect(metrics).toContain(
        `dovvybuddy_provider_failures_total{provider="gemini-embedding",fault="${fault}"} 1`,
      );
    },
  );

  test('an embedder without quota is left alone', async () => {
    await startReady();
    models.behaveAsEmbedder('is out of quota');
    for (let round = 0; round < 3; round++) await ask(plain);
    expect(embeddingCalls()).toBe(1);
  });

  test('another model embeds the content anew', async () => {
    await startReady({ EMBEDDING_MODEL: 'gemini-embedding-2' });
    expect(models.requests[0]?.path).toContain('gemini-embedding-2:batchEmbedContents');
    expect((await ask(paraphrase)).body.citations[0]?.slug).toBe('safety-stops');
  });

  test('while another instance embeds, this one does not, and takes over when that one is gone', async () => {
    const model = 'embedded-elsewhere';
    await postgres.run(
      `insert into dovvybuddy.embedding_leases select id, '${model}', now() + interval '1 hour' from dovvybuddy.content_sets`,
    );
    await start({ ...withKey(), EMBEDDING_MODEL: model });
    expect((await ask(plain)).body.citations[0]?.slug).toBe('safety-stops');
    expect(embeddingCalls()).toBe(0);
    await postgres.run(
      `update dovvybuddy.embedding_leases set expires_at = now() where model = '${model}'`,
    );
    await expect.poll(embeddingCalls, { timeout: 30_000 }).toBeGreaterThan(0);
  });

  test('content that an older revision removes takes its vectors along', async () => {
    await postgres.run('delete from dovvybuddy.content_sets');
    expect(await postgres.run('select from dovvybuddy.passage_vectors')).toEqual([]);
  });
});

describe('where PostgreSQL has no pgvector', () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.remove());

  test('full text answers, nothing is embedded, and the log says so once', async () => {
    backend = await startBackend(await postgres.createDatabase(), withKey());
    expect((await ask(plain)).body.citations[0]?.slug).toBe('safety-stops');
    expect(embeddingCalls()).toBe(0);
    const said = backend.logLines.filter(({ message }) => message === 'no vectors: full text only');
    expect(said).toEqual([
      expect.objectContaining({ reason: 'the server does not offer the extension "vector"' }),
    ]);
  });
});
