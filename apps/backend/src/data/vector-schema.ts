import pg from 'pg';
import { keepFromCrashing } from './database.js';

/** How many numbers describe a text; fixed, because a column of vectors is. */
export const vectorDimensions = 768;

/** What {@link prepareVectors} found or made. `reason` says to a person why there are no vectors. */
export type VectorSupport =
  { readonly isReady: true } | { readonly isReady: false; readonly reason: string };

/**
 * Makes pgvector's extension and the tables of vectors, where the server offers the extension and the role may create
 * it; otherwise changes nothing. Rejects only if the database cannot be reached. Not one of the recorded migrations, because what is impossible today may be possible
 * tomorrow (the operator installs pgvector): it is looked at each time somebody migrates. Additive, hence safe while an
 * old revision serves; the rows of content that such a revision removes take their vectors along.
 */
export async function prepareVectors(url: string): Promise<VectorSupport> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  keepFromCrashing(client);
  await client.connect();
  try {
    const found = await client.query(
      `select from pg_available_extensions where name = 'vector' and default_version is not null`,
    );
    if (found.rowCount === 0) return missing('the server does not offer the extension "vector"');
    await client.query('begin');
    // Two instances that create the same extension at once would fail each other.
    await client.query(`select pg_advisory_xact_lock(hashtext('dovvybuddy.vectors'))`);
    await client.query(createVectors);
    await client.query('commit');
    return { isReady: true };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return missing(`the server refuses what vectors take: ${error.message}`);
  } finally {
    await client.end();
  }
}

const missing = (reason: string): VectorSupport => ({ isReady: false, reason });

/**
 * Whether the server said no: the role may not, or pgvector is installed badly. That must not stop a deployment, which can
 * do without. A server that is starting, stopping or full may say yes a moment later.
 */
function isRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && !/^(08|53|57)/.test(error.code ?? '');
}

// No approximate index (HNSW): one version of the content has a few hundred passages, and comparing with all of them is
// exact and takes 3 to 9 ms (688 passages).
const createVectors = `
  create extension if not exists vector;
  create table if not exists dovvybuddy.passage_vectors (
    passage_id integer not null references dovvybuddy.passages on delete cascade,
    -- Vectors of different models have nothing to do with one another.
    model text not null,
    embedding vector(${String(vectorDimensions)}) not null,
    primary key (passage_id, model)
  );
  -- Who embeds the next passages of a version: a lease, not a lock, since no connection waits for a model.
  create table if not exists dovvybuddy.embedding_leases (
    set_id integer not null references dovvybuddy.content_sets on delete cascade,
    model text not null,
    expires_at timestamptz not null,
    primary key (set_id, model)
  );`;
