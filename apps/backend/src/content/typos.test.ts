import { expect, test } from 'vitest';
import { countTypos, Speller } from './typos.js';

test.each([
  ['wreck', 'wreck', 0],
  ['wrekc', 'wreck', 1],
  ['decompresion', 'decompression', 1],
  ['narcosys', 'narcosis', 1],
  ['cold', 'warm', 4],
  ['', 'dive', 4],
])('%s is %s with so many errors', (word, known, typos) => {
  expect(countTypos(word, known)).toBe(typos);
});

const speller = new Speller(['narcosis', 'nitrogen', 'cozumel', 'equalisation', 'deep']);

test.each([
  ['narcosys', 'narcosis'],
  ['ntirogen', 'nitrogen'],
  ['equalizasion', 'equalisation'],
])('%s is meant to be %s', (word, meant) => {
  expect(speller.mend(word)).toBe(meant);
});

test.each(['cozumel', 'deap', 'restaurant', 'xarcosis'])('%s is left as it is', (word) => {
  expect(speller.mend(word)).toBeUndefined();
});
