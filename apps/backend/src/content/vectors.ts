import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../data/database.js';
import { createQuestionEmbedder, embedBefore, type Embedder } from '../model/embedder.js';
import { ProviderError } from '../model/provider.js';
import type { Passage } from './passage.js';
import type { MeaningSearch } from './retrieval.js';

/** What {@link createVectors} works with; milliseconds. */
export interface VectorsOptions {
  readonly database: Database;
  readonly setId: number;
  readonly embedder: Embedder;
  readonly log: Logger;
  /** For a question. */
  readonly timeoutMs: number;
  /** For a batch of passages. */
  readonly batchTimeoutMs: number;
  readonly retryIntervalMs: number;
  /** Cosine from which a passage counts as found. */
  readonly similarityMin: number;
}

/** Searching one version of the content by meaning. */
export interface Vectors {
  /** Finds nothing until every passage has its vector. */
  readonly findByMeaning: MeaningSearch;
  /** Stops embedding the content. */
  stop(): void;
}

/** As many texts as Gemini takes in one call. */
const batchSize = 100;

/** Whether the tables of vectors are there (see `prepareVectors`). */
export async function hasVectorTables(database: Database): Promise<boolean> {
  const rows = await database.query<{ exists: boolean }>(findTables, []);
  return rows[0]?.exists ?? false;
}

/** Begins to embed what is not embedded yet, in the background: an instance is ready without it. */
export function createVectors(options: VectorsOptions): Vectors {
  const { database, setId, embedder, timeoutMs, similarityMin } = options;
  const embedQuestion = createQuestionEmbedder(embedder, timeoutMs);
  const stopping = new AbortController();
  let isComplete = false;
  void embedContent(options, stopping.signal).then((done) => (isComplete = done));
  return {
    findByMeaning: async (question, onFailure) => {
      if (!isComplete) return [];
      const vector = await embedQuestion(question, onFailure);
      if (!vector) return [];
      const values = [setId, embedder.model, JSON.stringify(vector)];
      try {
        const nearest = await database.query<Passage & { similarity: number }>(findNearest, values);
        return nearest.filter(({ similarity }) => similarity >= similarityMin);
      } catch {
        // Full text asks the same database; if that is away, the diver hears it from there.
        onFailure('unavailable');
        return [];
      }
    },
    stop: () => {
      stopping.abort(new Error('the instance is stopping'));
    },
  };
}

/** Resolves with true when every passage has its vector, with false when stopped before. Never rejects. */
async function embedContent(options: VectorsOptions, signal: AbortSignal): Promise<boolean> {
  const { log, retryIntervalMs } = options;
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    try {
      const state = await embedBatch(options, signal);
      if (state === 'complete') {
        log.info({ model: options.embedder.model }, 'content can be searched by meaning');
        return true;
      }
      if (state === 'embedded') continue;
    } catch (error) {
      if (isStopped()) return false;
      const fault = error instanceof ProviderError ? error.fault : undefined;
      log.warn({ error, fault, retryIntervalMs }, 'content could not be embedded; full text only');
    }
    await delay(retryIntervalMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return false;
}

/** Embeds and stores the next passages; each batch is kept, whatever becomes of the others. */
async function embedBatch(
  { database, setId, embedder, batchTimeoutMs }: VectorsOptions,
  signal: AbortSignal,
): Promise<'complete' | 'embedded' | 'another instance embeds'> {
  const key = [setId, embedder.model];
  const missing = (): Promise<{ id: number; text: string }[]> =>
    database.query(findMissing, [...key, batchSize]);
  if ((await missing()).length === 0) return 'complete';
  const leased = await database.query(takeLease, [...key, 2 * batchTimeoutMs]);
  if (leased.length === 0) return 'another instance embeds';
  try {
    const passages = await missing();
    const vectors = await embedBefore(
      embedder,
      passages.map(({ text }) => text),
      { purpose: 'passage', timeoutMs: batchTimeoutMs, signal },
    );
    const ids = passages.map(({ id }) => id);
    const texts = vectors.map((vector) => JSON.stringify(vector));
    await database.query(insertVectors, [embedder.model, ids, texts]);
    return 'embedded';
  } finally {
    await database.query(giveLeaseBack, key);
  }
}

const findTables = {
  name: 'find-vector-tables',
  text: `select to_regclass('dovvybuddy.passage_vectors') is not null
    and to_regclass('dovvybuddy.embedding_leases') is not null as exists`,
};

const findMissing = {
  name: 'find-passages-without-vector',
  text: `
    select p.id, d.title || ' – ' || p.heading || E'\\n' || p.body as text
    from dovvybuddy.passages p join dovvybuddy.documents d on d.id = p.document_id
    where d.set_id = $1
      and not exists (select from dovvybuddy.passage_vectors v where v.passage_id = p.id and v.model = $2)
    order by p.id limit $3`,
};

const takeLease = {
  name: 'take-embedding-lease',
  text: `
    insert into dovvybuddy.embedding_leases as l (set_id, model, expires_at)
    values ($1, $2, now() + $3::integer * interval '1 millisecond')
    on conflict (set_id, model) do update set expires_at = excluded.expires_at where l.expires_at <= now()
    returning set_id`,
};

const giveLeaseBack = {
  name: 'give-embedding-lease-back',
  text: 'update dovvybuddy.embedding_leases set expires_at = now() where set_id = $1 and model = $2',
};

const insertVectors = {
  name: 'insert-passage-vectors',
  text: `
    insert into dovvybuddy.passage_vectors (passage_id, model, embedding)
    select id, $1, embedding::vector from unnest($2::integer[], $3::text[]) as n(id, embedding)
    on conflict do nothing`,
};

const findNearest = {
  name: 'find-nearest-passages',
  text: `
    select d.slug, d.area, d.title, d.summary, p.position, p.heading, p.body,
      0::float8 as "passageScore", 0::float8 as "documentScore", 0::float8 as coverage,
      1 - (v.embedding <=> $3::vector) as similarity
    from dovvybuddy.passage_vectors v
    join dovvybuddy.passages p on p.id = v.passage_id
    join dovvybuddy.documents d on d.id = p.document_id
    where d.set_id = $1 and v.model = $2
    order by v.embedding <=> $3::vector, p.id
    limit 24`,
};
