import { expect, test } from 'vitest';
import { fuse } from './fusion.js';
import type { Passage } from './passage.js';

function makePassage(slug: string, position: number, more: Partial<Passage> = {}): Passage {
  const text = { title: slug, summary: '', heading: '', body: '' };
  const scores = { passageScore: 0, documentScore: 0, coverage: 0 };
  return { slug, area: 'safety', position, ...text, ...scores, ...more };
}

const listKeys = (passages: readonly Passage[]): readonly string[] =>
  passages.map(({ slug, position }) => `${slug}${String(position)}`);

test('what both lists hold comes before what leads only one of them', () => {
  const byWords = [
    makePassage('words', 0, { documentScore: 9, passageScore: 9 }),
    makePassage('both', 0, { documentScore: 8, passageScore: 8 }),
  ];
  const byMeaning = [
    makePassage('meaning', 0, { similarity: 0.9 }),
    makePassage('both', 0, { similarity: 0.8 }),
  ];
  const [first] = fuse(byWords, byMeaning);
  expect(first).toMatchObject({ slug: 'both', documentScore: 8, similarity: 0.8 });
  expect(first?.fusedScore).toBeCloseTo(2 / 62, 12);
});

test('the passages of a document stay together, the best one first', () => {
  const byMeaning = [
    makePassage('a', 2, { similarity: 0.9 }),
    makePassage('b', 1, { similarity: 0.8 }),
    makePassage('a', 1, { similarity: 0.7 }),
  ];
  expect(listKeys(fuse([], byMeaning))).toEqual(['a2', 'a1', 'b1']);
});

test('among passages found by words, the one that fits best counts, whatever document it is in', () => {
  const byWords = [
    makePassage('a', 0, { documentScore: 9, passageScore: 1 }),
    makePassage('a', 1, { documentScore: 9, passageScore: 3 }),
  ];
  const byMeaning = [makePassage('a', 2, { similarity: 0.9 })];
  expect(listKeys(fuse(byWords, byMeaning))).toEqual(['a1', 'a2', 'a0']);
});

test('there are never more passages than full text alone would give', () => {
  const many = Array.from({ length: 30 }, (_, index) => makePassage('a', index));
  expect(fuse([], many)).toHaveLength(24);
});
