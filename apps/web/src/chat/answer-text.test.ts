import { expect, test } from 'vitest';
import { acceptFollowUp, readAnswerText } from './answer-text';

const citation = { title: 'T', slug: 's', area: 'safety', section: 'S' };

test('marks are counted in the order of their first mention, and only those with a citation are shown', () => {
  const spans = readAnswerText('Slowly [4]. Stop [2], always [4].\n\nSee [9].', [
    citation,
    citation,
  ]);
  expect(spans).toEqual([
    [
      { type: 'words', text: 'Slowly ' },
      { type: 'mark', index: 0 },
      { type: 'words', text: '. Stop ' },
      { type: 'mark', index: 1 },
      { type: 'words', text: ', always ' },
      { type: 'mark', index: 0 },
      { type: 'words', text: '.' },
    ],
    [
      { type: 'words', text: 'See ' },
      { type: 'words', text: '.' },
    ],
  ]);
});

test('international numbers can be tapped', () => {
  expect(readAnswerText('DAN: +1-919-684-9111.', [])).toEqual([
    [
      { type: 'words', text: 'DAN: ' },
      { type: 'number', text: '+1-919-684-9111' },
      { type: 'words', text: '.' },
    ],
  ]);
});

test('an offer is taken up with yes; any other question is the diver’s to answer', () => {
  expect(acceptFollowUp('Would you also like to know about "Cost" (Nitrox)?')).toBe(
    'Yes: "Cost" (Nitrox)',
  );
  expect(acceptFollowUp('Are you asking about a course?')).toBeNull();
});
