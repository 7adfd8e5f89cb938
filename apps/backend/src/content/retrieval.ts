import type { Database } from '../data/database.js';
import type { areas } from './document.js';
import type { Synonyms } from './synonyms.js';

/** A passage that was found for a question. */
export interface Passage {
  readonly slug: string;
  readonly area: (typeof areas)[number];
  readonly title: string;
  readonly summary: string;
  /** 0 is the document's summary, sections follow. */
  readonly position: number;
  readonly heading: string;
  readonly body: string;
  /** BM25 of the passage, and of its document by the best passage for each word. Higher is better; no upper bound. */
  readonly passageScore: number;
  readonly documentScore: number;
}

/** Finds passages for a question. */
export interface Retrieval {
  /**
   * The best passages, best documents first; empty if no word of the question occurs in the content. `earlier` are the
   * diver's questions before this one, oldest first: "and how deep?" means nothing alone.
   */
  find(question: string, earlier: readonly string[]): Promise<readonly Passage[]>;
}

/** Retrieval from one version of the content (see `ingestLibrary`). */
export function createRetrieval(options: {
  readonly database: Database;
  readonly setId: number;
  readonly synonyms: Synonyms;
}): Retrieval {
  const { database, setId, synonyms } = options;
  const mark = (text: string): string => `${text} ${synonyms.findMarkers(text).join(' ')}`;
  return {
    find: (question, earlier) => {
      const context = chooseContext(question, earlier);
      return database.query<Passage>(findPassages, [
        setId,
        mark(question),
        mark(context),
        contextWeight,
      ]);
    },
  };
}

/** What a word of an earlier question counts, against one of this question. */
const contextWeight = 0.4;

/** Words that point back at what was said before, and questions too short to stand alone. */
const pointsBack =
  /^(and|so|but|also|then|ok|what about|how about)\b|\b(it|its|that|there|this|they|them|those|these|one|ones|he|she|afterwards|instead|else|same)\b/i;
const standsAloneFromWords = 9;

function chooseContext(question: string, earlier: readonly string[]): string {
  const isShort = question.split(/\s+/).length < standsAloneFromWords;
  return isShort || pointsBack.test(question) ? earlier.slice(-2).join(' ') : '';
}

const findPassages = {
  name: 'find-passages',
  text: `
    with words as (
      select term, max(weight) as weight from (
        select unnest(tsvector_to_array(to_tsvector('english', $2))) as term, 1.0::real as weight
        union all
        select unnest(tsvector_to_array(to_tsvector('english', $3))), $4::real
      ) as both_questions group by term
    ),
    hits as materialized (
      select t.document_id, t.passage_id, t.term, t.score * w.weight as score
      from words w join dovvybuddy.passage_terms t on t.set_id = $1 and t.term = w.term
    ),
    per_document as (
      select document_id, sum(best) as score
      from (select document_id, term, max(score) as best from hits group by document_id, term) as b
      group by document_id order by score desc, document_id limit 4
    ),
    per_passage as (
      select h.passage_id, sum(h.score) as score
      from hits h join per_document using (document_id) group by h.passage_id
    )
    select d.slug, d.area, d.title, d.summary, p.position, p.heading, p.body,
      per_passage.score::float8 as "passageScore", per_document.score::float8 as "documentScore"
    from per_passage
    join dovvybuddy.passages p on p.id = per_passage.passage_id
    join dovvybuddy.documents d on d.id = p.document_id
    join per_document on per_document.document_id = d.id
    order by per_document.score desc, d.id, per_passage.score desc, p.position
    limit 24`,
};
