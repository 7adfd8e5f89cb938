import { expect, test } from 'vitest';
import { parseDocument } from './document.js';
import { createVocabulary } from './vocabulary.js';

const bali = parseDocument(
  'destinations/bali.md',
  [
    '---',
    'title: Diving in Bali',
    'slug: bali',
    'area: destinations',
    'summary: Bali can be dived all year.',
    'keywords: [Bali, Nusa Penida, muck diving]',
    'sites: [Crystal Bay]',
    'sources: [Guidebooks]',
    'reviewed: 2026-11-22',
    '---',
    '## Season',
    'All year.',
  ].join('\n'),
);
const vocabulary = createVocabulary('# words\nbcd, buoyancy compensator\ntank, cylinder\n', [bali]);

test('synonyms share a marker, whatever their case, number and length', () => {
  const [, bcd] = /(syn\d+x)/.exec(vocabulary.prepare('My BCDs leak')) ?? [];
  expect(bcd).toBeDefined();
  expect(vocabulary.prepare('a buoyancy compensator')).toContain(bcd);
  expect(vocabulary.prepare('two tanks')).not.toContain(bcd);
});

test('part of a phrase is not the phrase', () => {
  expect(vocabulary.prepare('good buoyancy')).toBe('good buoyancy');
});

test('a hyphenated word is found in one word as well', () => {
  expect(vocabulary.prepare('A down-current.')).toContain('downcurrent');
});

test('names of places are known from the destinations, ordinary keywords are not names', () => {
  expect(vocabulary.namesPlace('how cold is it at nusa penida?')).toBe(true);
  expect(vocabulary.namesPlace('is Crystal Bay for beginners')).toBe(true);
  expect(vocabulary.namesPlace('what is muck diving?')).toBe(false);
});
