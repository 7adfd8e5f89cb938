import type { Document } from './document.js';
import { Phrases } from './phrases.js';
import { Speller } from './typos.js';

/**
 * What the content knows about words: synonyms and names of places.
 *
 * Divers have many words for one thing. PostgreSQL's own synonym and thesaurus dictionaries are files on the database
 * server, which a managed database does not let one write; so a marker word for each group of synonyms is added to the
 * text before PostgreSQL sees it, in documents and questions alike. "BCD" and "buoyancy compensator" then share a lexeme.
 */
export interface Vocabulary {
  /** Text as it is indexed and searched: with its synonym markers, and hyphenated words also in one. */
  readonly prepare: (text: string) => string;
  /** A question with the words of the content that its misspelt ones were meant to be. */
  readonly mend: (question: string) => string;
  /** Whether the text names a place that one of the destinations is about. */
  readonly namesPlace: (text: string) => boolean;
}

/** @param synonymText one group per line, comma separated; lines that begin with # are comments. */
export function createVocabulary(synonymText: string, documents: readonly Document[]): Vocabulary {
  const synonyms = new Phrases<string>();
  synonymText
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .forEach((line, index) => {
      for (const phrase of line.split(',')) synonyms.add(phrase, `syn${String(index)}x`);
    });
  const places = new Phrases<true>();
  for (const name of documents.flatMap(listPlaceNames)) places.add(name, true);
  let speller: Speller | undefined;
  const mendWord = (word: string): string | undefined =>
    (speller ??= new Speller(listWords(synonymText, documents))).mend(word);
  return {
    mend: (question) => {
      const meant = splitWords(question).map(mendWord);
      return [question, ...meant.filter((word) => word !== undefined)].join(' ');
    },
    prepare: (text) => [text, ...synonyms.find(text), ...joinHyphens(text)].join(' '),
    namesPlace: (text) => places.find(text).length > 0,
  };
}

function listPlaceNames({ area, keywords, sites, region }: Document): readonly string[] {
  if (area !== 'destinations') return [];
  const isName = (text: string): boolean => /^\p{Lu}/u.test(text);
  return [...keywords.filter(isName), ...sites, ...(region === undefined ? [] : [region])];
}

/** "down-current" is also found as "downcurrent". */
function joinHyphens(text: string): readonly string[] {
  return (text.match(/\b[a-z]+(?:-[a-z]+)+\b/gi) ?? []).map((word) => word.replaceAll('-', ''));
}

/** Every word of the content, collected when the first question is asked: it takes a few milliseconds. */
function listWords(synonymText: string, documents: readonly Document[]): readonly string[] {
  return splitWords(`${synonymText} ${JSON.stringify(documents)}`);
}

function splitWords(text: string): readonly string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[a-z]+/g) ?? [];
}
