import type { Passage } from './passage.js';

/** As in the paper below; it keeps the first ranks from deciding everything. */
const rankConstant = 60;

/** No more than full text alone would give. */
const passagesMax = 24;

/**
 * One list from the passages that share words with the question and those that mean something like it, by reciprocal
 * rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): the sum of 1 / (60 + rank), for documents first and then for the
 * passages of each. Ranks are used because a BM25 score and a cosine have no common scale.
 */
export function fuse(byWords: readonly Passage[], byMeaning: readonly Passage[]): Passage[] {
  const slugOf = ({ slug }: Passage): string => slug;
  const documents = sumReciprocalRanks([byWords.map(slugOf), byMeaning.map(slugOf)]);
  const keyLists = [byBestScore(byWords).map(keyOf), byMeaning.map(keyOf)];
  const passages = sumReciprocalRanks(keyLists);
  const found = new Map(byMeaning.map((passage) => [keyOf(passage), passage]));
  for (const passage of byWords) {
    found.set(keyOf(passage), { ...found.get(keyOf(passage)), ...passage });
  }
  const score = (scores: ReadonlyMap<string, number>, key: string): number => scores.get(key) ?? 0;
  return [...found.values()]
    .map((passage) => ({ ...passage, fusedScore: score(passages, keyOf(passage)) }))
    .sort(
      (a, b) =>
        score(documents, b.slug) - score(documents, a.slug) ||
        a.slug.localeCompare(b.slug) ||
        b.fusedScore - a.fusedScore ||
        a.position - b.position,
    )
    .slice(0, passagesMax);
}

const keyOf = ({ slug, position }: Passage): string => `${slug}#${String(position)}`;

/** Full text sorts by document first; among all passages the one that fits best counts. */
function byBestScore(passages: readonly Passage[]): Passage[] {
  return [...passages].sort((a, b) => b.passageScore - a.passageScore);
}

function sumReciprocalRanks(lists: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const list of lists) {
    [...new Set(list)].forEach((key, index) => {
      sums.set(key, (sums.get(key) ?? 0) + 1 / (rankConstant + index + 1));
    });
  }
  return sums;
}
