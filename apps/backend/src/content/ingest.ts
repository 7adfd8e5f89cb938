import type pg from 'pg';
import type { Database } from '../data/database.js';
import type { Document } from './document.js';
import type { Library } from './library.js';

/**
 * Puts a library into PostgreSQL, once for each version of the content, and returns the version's number. Instances of
 * two revisions with different content share the database, each answering from its own; a version that nobody has
 * started with for a month is removed.
 */
export async function ingestLibrary(database: Database, library: Library): Promise<number> {
  const known = await database.query<{ id: number }>(touchSet, [library.hash]);
  if (known[0]) return known[0].id;
  return database.transaction(async (client) => {
    // Building the index takes longer than any statement of a request may.
    await client.query("set local statement_timeout = '60s'");
    // The instances of a new revision start together: the first one does the work, the others find it done.
    await client.query("select pg_advisory_xact_lock(hashtext('dovvybuddy.ingest'))");
    const done = await client.query<{ id: number }>(touchSet.text, [library.hash]);
    if (done.rows[0]) return done.rows[0].id;
    await client.query(
      "delete from dovvybuddy.content_sets where last_used_at < now() - interval '30 days'",
    );
    return insertLibrary(client, library);
  });
}

const touchSet = {
  name: 'touch-content-set',
  text: 'update dovvybuddy.content_sets set last_used_at = now() where hash = $1 returning id',
};

async function insertLibrary(client: pg.ClientBase, library: Library): Promise<number> {
  const created = await client.query<{ id: number }>(
    'insert into dovvybuddy.content_sets (hash) values ($1) returning id',
    [library.hash],
  );
  const setId = created.rows[0]?.id;
  if (setId === undefined) throw new Error('the insert of a content set returned no row');
  const passages = library.documents.flatMap((document) => listPassages(document, library));
  await client.query(insertDocuments, [setId, JSON.stringify(library.documents)]);
  await client.query(insertPassages, [setId, JSON.stringify(passages)]);
  await client.query(buildIndex, [setId, JSON.stringify(passages)]);
  return setId;
}

/** What is indexed for one passage. Position 0 is the document's summary, which its title and keywords belong to. */
interface IndexedPassage {
  readonly slug: string;
  readonly position: number;
  readonly heading: string;
  readonly body: string;
  /** Text that counts most, much and once. */
  readonly strong: string;
  readonly medium: string;
  readonly plain: string;
}

function listPassages(document: Document, { vocabulary }: Library): IndexedPassage[] {
  const { slug, title, summary, keywords, agencies, region, season, level, sites, sections } =
    document;
  const { prepare } = vocabulary;
  const described = [...agencies, region, season, level].filter((text) => text !== undefined);
  return [
    {
      slug,
      position: 0,
      heading: title,
      body: summary,
      strong: prepare(title),
      medium: prepare(`${keywords.join('; ')}; ${sites.join('; ')}`),
      plain: prepare(`${summary} ${described.join('; ')}`),
    },
    ...sections.map(({ heading, body }, index) => ({
      slug,
      position: index + 1,
      heading,
      body,
      strong: '',
      medium: prepare(heading),
      plain: prepare(body),
    })),
  ];
}

const insertDocuments = `
  insert into dovvybuddy.documents (set_id, slug, area, title, summary)
  select $1, slug, area, title, summary
  from jsonb_to_recordset($2::jsonb) as d(slug text, area text, title text, summary text)`;

const insertPassages = `
  insert into dovvybuddy.passages (document_id, position, heading, body)
  select d.id, p.position, p.heading, p.body
  from jsonb_to_recordset($2::jsonb) as p(slug text, position integer, heading text, body text)
  join dovvybuddy.documents d on d.set_id = $1 and d.slug = p.slug`;

/**
 * BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; k1 = 1.2, b = 0.4), with everything that
 * does not depend on the question computed once here. PostgreSQL's ts_rank was refused: it knows neither how rare a
 * word is nor how long a passage is, and ranked "dive" as high as "Cozumel".
 */
const buildIndex = `
  with texts as (
    select p.id as passage_id, p.document_id,
      setweight(to_tsvector('english', t.strong), 'A') || setweight(to_tsvector('english', t.medium), 'B')
        || setweight(to_tsvector('english', t.plain), 'D') as search
    from jsonb_to_recordset($2::jsonb) as t(slug text, position integer, strong text, medium text, plain text)
    join dovvybuddy.documents d on d.set_id = $1 and d.slug = t.slug
    join dovvybuddy.passages p on p.document_id = d.id and p.position = t.position
  ),
  terms as (
    select passage_id, document_id, lexeme as term,
      (select sum(case weight when 'A' then 3.0 when 'B' then 2.0 else 1.0 end) from unnest(weights) as weight) as tf
    from texts, unnest(search) as lexemes(lexeme, positions, weights)
  ),
  lengths as (select passage_id, sum(tf) as length from terms group by passage_id),
  average as (select avg(length) as length, count(*) as documents from lengths),
  rarity as (
    select term, ln(1 + (average.documents - count(*) + 0.5) / (count(*) + 0.5)) as idf
    from terms, average group by term, average.documents
  )
  insert into dovvybuddy.passage_terms (set_id, term, passage_id, document_id, score)
  select $1, term, passage_id, document_id,
    idf * tf * 2.2 / (tf + 1.2 * (0.6 + 0.4 * lengths.length / average.length))
  from terms join lengths using (passage_id) join rarity using (term) cross join average`;
