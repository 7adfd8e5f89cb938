import { expect, test } from 'vitest';
import { findForeignHelp, findForeignNotice } from './foreign-notice.js';

test.each([
  ['wie tief darf ich mit OWD tauchen?', 'Englisch'],
  ['kann man in Ägypten im Dezember tauchen', 'Englisch'],
  ['hasta qué profundidad puedo bucear con open water', 'inglés'],
  ["combien de temps avant de prendre l'avion après la plongée", 'anglais'],
  ['quanto tempo dopo una immersione posso volare con il mio aereo', 'inglese'],
])('"%s" is answered in its language, with whom to call', (message, word) => {
  const text = findForeignNotice(message)?.text;
  expect(text).toContain(word);
  expect(text).toContain('+39-06-4211-8685');
});

test.each([
  'how deep can I go in Playa del Carmen',
  'is the Blue Hole in Dahab for beginners',
  'El Hierro in May?',
  'xyzzy plugh',
  '',
])('"%s" is not taken for another language', (message) => {
  expect(findForeignNotice(message)).toBeUndefined();
});

test.each([
  ['mein Mann ist nach dem Tauchgang bewusstlos', 'Rettungsdienst'],
  ['amigo no respira, estamos en cozumel, que hago', 'servicios de emergencia'],
  ['mon copain ne respire plus, on est sur le bateau', 'les secours'],
  ['il mio compagno non risponde', 'i soccorsi'],
])('"%s" is told whom to call in its language', (message, word) => {
  expect(findForeignHelp(message)).toContain(word);
});

test.each([
  'my buddy is not breathing',
  'help, he passed out in El Nido',
  'diver down Los Cabos',
  'la paz, diver missing',
])('"%s" is English', (message) => {
  expect(findForeignHelp(message)).toBeUndefined();
});
