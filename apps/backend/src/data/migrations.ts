import { sql, type Kysely, type Migration } from 'kysely';

const run = (text: string): Migration => ({
  up: async (db: Kysely<unknown>) => {
    await sql.raw(text).execute(db);
  },
});

/**
 * Forward only, applied in the order of their names. The revision that is still serving must be able to live with each
 * of them: add, never rename or drop what it uses. All tables live in a schema of their own, so that the database that
 * is there already keeps its tables untouched.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-sessions': run(`
    create table dovvybuddy.sessions (
      id uuid primary key,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      diver_profile jsonb,
      message_count integer not null default 0,
      -- The turn being answered. A lease, not a lock: a model may take half a minute, and no connection waits for it.
      turn_token uuid,
      turn_expires_at timestamptz
    );
    create index sessions_expires_at on dovvybuddy.sessions (expires_at);
    create table dovvybuddy.messages (
      session_id uuid not null references dovvybuddy.sessions on delete cascade,
      position integer not null,
      role text not null check (role in ('user', 'assistant')),
      content text not null,
      agent_type text,
      citations jsonb,
      created_at timestamptz not null default now(),
      primary key (session_id, position)
    );
  `),
  '0002-content': run(`
    -- One row per version of the content: two revisions that serve side by side each answer from their own.
    create table dovvybuddy.content_sets (
      id integer generated always as identity primary key,
      hash text not null unique,
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null default now()
    );
    create table dovvybuddy.documents (
      id integer generated always as identity primary key,
      set_id integer not null references dovvybuddy.content_sets on delete cascade,
      slug text not null,
      area text not null,
      title text not null,
      summary text not null,
      unique (set_id, slug)
    );
    create table dovvybuddy.passages (
      id integer generated always as identity primary key,
      document_id integer not null references dovvybuddy.documents on delete cascade,
      position integer not null,
      heading text not null,
      body text not null,
      unique (document_id, position)
    );
    -- The inverted index that BM25 is computed from; lexemes come from PostgreSQL's own English text search.
    create table dovvybuddy.passage_terms (
      set_id integer not null references dovvybuddy.content_sets on delete cascade,
      term text not null,
      passage_id integer not null references dovvybuddy.passages on delete cascade,
      document_id integer not null,
      score real not null,
      primary key (set_id, term, passage_id)
    );
    create index passage_terms_passage on dovvybuddy.passage_terms (passage_id);
  `),
  '0003-safety': run(`
    -- How careful an answer was. Null in questions, and in answers of revisions that did not store it.
    alter table dovvybuddy.messages add column safety text;
  `),
};
