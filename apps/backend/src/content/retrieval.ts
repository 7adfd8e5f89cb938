import type { Database } from '../data/database.js';
import type { ProviderFault } from '../model/provider.js';
import { fuse } from './fusion.js';
import type { Passage } from './passage.js';
import type { Vocabulary } from './vocabulary.js';

/** Hears why the meaning of a question could not be looked at, though it should have been. */
export type OnMeaningFailure = (fault: ProviderFault) => void;

/** Finds passages by what they mean, best first, none below the similarity that counts. Never rejects: a failure finds none. */
export type MeaningSearch = (
  question: string,
  onFailure: OnMeaningFailure,
) => Promise<readonly Passage[]>;

/** Finds passages for a question. */
export interface Retrieval {
  /**
   * The best passages, best documents first; empty if no word of the question occurs in the content. `earlier` are the
   * diver's questions before this one, oldest first: "and how deep?" means nothing alone.
   */
  find(
    question: string,
    earlier: readonly string[],
    onMeaningFailure?: OnMeaningFailure,
  ): Promise<readonly Passage[]>;
}

/** Retrieval from one version of the content (see `ingestLibrary`). */
export function createRetrieval(options: {
  readonly database: Database;
  readonly setId: number;
  readonly vocabulary: Vocabulary;
  /** @default full text only */
  readonly findByMeaning?: MeaningSearch;
}): Retrieval {
  const { database, setId, vocabulary, findByMeaning } = options;
  const { mend, prepare, namesPlace } = vocabulary;
  return {
    find: async (asked, earlier, onMeaningFailure = () => undefined) => {
      const question = mend(asked);
      const context = chooseContext(question, earlier);
      const meant = findByMeaning?.(`${context} ${question}`.trim(), onMeaningFailure);
      const byWords = await database.query<Passage>(findPassages, [
        setId,
        prepare(question),
        prepare(context),
        contextWeight,
        namesPlace(`${question} ${context}`) || asksForPlace.test(question),
      ]);
      const byMeaning = (await meant) ?? [];
      if (byMeaning.length === 0) return byWords;
      // Words that only strayed into the question must not outvote what it means.
      return fuse(byWords[0] && sharesWords(byWords[0]) ? byWords : [], byMeaning);
    },
  };
}

/** Below this score, or this share of the question's words, the best document has only strayed into the question. */
const documentScoreMin = 6.2;
const coverageMin = 0.38;

/** Whether a passage's document is about the question by its words; measured on the labelled questions and on off-topic ones. */
function sharesWords({ documentScore, coverage }: Passage): boolean {
  return documentScore >= documentScoreMin && coverage >= coverageMin;
}

/** Whether what was found is about the question at all, by its words or its meaning. */
export function isRelevant(passage: Passage): boolean {
  return passage.fusedScore !== undefined || sharesWords(passage);
}

/** What a word of an earlier question counts, against one of this question. */
const contextWeight = 0.4;

/** Questions that a destination answers without being named in them. */
const asksForPlace =
  /\b(where|destinations?|islands?|countr(y|ies)|trips?|holidays?|atolls?|best (place|time|month|season)s?)\b/i;

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
    total as (select greatest(sum(weight), 1) as weight from words),
    hits as materialized (
      select t.document_id, t.passage_id, t.term, t.score * w.weight as score, w.weight
      from words w join dovvybuddy.passage_terms t on t.set_id = $1 and t.term = w.term
    ),
    per_document as (
      select document_id, sum(weight) as weight,
        sum(best) * case when d.area = 'destinations' and not $5::boolean then 0.8 else 1.0 end as score
      from (select document_id, term, max(score) as best, max(weight) as weight
            from hits group by document_id, term) as b
      join dovvybuddy.documents d on d.id = document_id
      group by document_id, d.area order by score desc, document_id limit 4
    ),
    per_passage as (
      select h.passage_id, sum(h.score) as score
      from hits h join per_document using (document_id) group by h.passage_id
    )
    select d.slug, d.area, d.title, d.summary, p.position, p.heading, p.body,
      per_passage.score::float8 as "passageScore", per_document.score::float8 as "documentScore",
      (per_document.weight / total.weight)::float8 as coverage
    from total cross join per_passage
    join dovvybuddy.passages p on p.id = per_passage.passage_id
    join dovvybuddy.documents d on d.id = p.document_id
    join per_document on per_document.document_id = d.id
    order by per_document.score desc, d.id, per_passage.score desc, p.position
    limit 24`,
};
