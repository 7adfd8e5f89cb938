import { expect, test } from 'vitest';
import { oneLine, tidyWords } from './said.js';

test.each([
  ['a diver complained', 'a diver complained'],
  ['  two\nlines\r\nand a tab\t ', 'two lines and a tab'],
  ['\u001b[31mred\u001b[0m', '[31mred [0m'],
  ['turned \u202Earound', 'turned  around'],
  ['Tauchgang für Jürgen 🤿', 'Tauchgang für Jürgen 🤿'],
])('%j becomes one printable line', (text, expected) => {
  expect(oneLine(text, 100)).toBe(expected);
});

test('what is too long is cut at a character, and says so', () => {
  expect(oneLine('🤿'.repeat(10), 4)).toBe('🤿🤿🤿…');
});

test('a name and a reason cannot fill the annotation', () => {
  const { by, reason } = tidyWords({ by: 'x'.repeat(10_000), reason: 'y'.repeat(100_000) });
  expect(by.length).toBe(100);
  expect(reason.length).toBe(300);
});

test('an event without a reason gets none', () => {
  expect(tidyWords({ by: 'mia' })).toEqual({ by: 'mia' });
});
