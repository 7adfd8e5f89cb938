import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dial, elsewhere, hotlines, localContacts, services } from './contacts';

const note = readFileSync(
  join(import.meta.dirname, '../../../../content/safety/emergency-contacts.md'),
  'utf8',
);

test.each([...hotlines, ...services, ...elsewhere])(
  '$name $where: $number is in the reviewed note',
  ({ number }) => {
    expect(note).toMatch(new RegExp(`(?<![\\d+])${number.replace('+', '\\+')}(?!\\d)`));
  },
);

test.each(elsewhere)('the note gives $number for $name', ({ name, number }) => {
  const sentences = note.split(/[.;,] /).filter((sentence) => sentence.includes(name));
  expect(
    sentences.some((sentence) => sentence.includes(number)),
    sentences.join('|'),
  ).toBe(true);
});

test('a number is dialled without its marks', () => {
  expect(dial('+39-06-4211-8685')).toBe('tel:+390642118685');
});

test('the local numbers of an emergency answer come first, with what they are for', () => {
  const answer =
    'Call the emergency services now and say that it happened while diving. Thailand: 1669 (medical emergencies). Egypt: 123 (ambulance).\n\nThen call DAN.';
  expect(localContacts(answer)).toEqual([
    { name: 'Thailand', where: 'medical emergencies', number: '1669' },
    { name: 'Egypt', where: 'ambulance', number: '123' },
  ]);
});
