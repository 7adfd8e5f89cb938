import { expect, test } from 'vitest';
import type { Passage } from '../content/passage.js';
import { findWithFigure, type AskedFigure } from './asked-figure.js';

const passage = (title: string, body: string): Passage => ({
  slug: title.toLowerCase().replaceAll(' ', '-'),
  area: 'certification',
  title,
  summary: body,
  position: 0,
  heading: title,
  body,
  passageScore: 10,
  documentScore: 20,
  coverage: 1,
});
const advanced = passage('Advanced Open Water', 'It extends your limit to 30 metres. It is fun.');
const openWater = passage('Open Water Diver', 'You may dive to 18 metres with a buddy.');
const wreck = passage('A wreck', 'It lies at 27 metres.');

async function firstFor(asked: Partial<AskedFigure>): Promise<Passage | undefined> {
  const found = await findWithFigure({ message: '', earlier: [], ...asked }, () =>
    Promise.resolve([wreck, advanced, openWater]),
  );
  return found[0];
}

test.each<Partial<AskedFigure>>([
  { message: 'How deep may I go as an Open Water diver?' },
  { message: 'How deep may I go?', certificationLevel: 'PADI Open Water' },
  { message: 'and how deep may I go?', earlier: ['I have just done my OWD'] },
  { message: 'and with Open Water?', earlier: ['how deep may Advanced divers go'] },
])('%j is answered by the passage about that level, whatever else ranks first', async (asked) => {
  expect(await firstFor(asked)).toEqual({ ...openWater, isExact: true });
});

test('the longer name of a level is that level', async () => {
  expect((await firstFor({ message: 'max depth advanced open water' }))?.body).toBe(advanced.body);
});

test.each([
  'How deep is the wreck?',
  'What is fun about Advanced Open Water?',
  'max depth for a Rescue diver',
])('"%s" leaves the order as it was found', async (message) => {
  expect(await firstFor({ message })).toBe(wreck);
});

test('what the words do not lead to is looked up by its own', async () => {
  const flying = passage('Flying after diving', 'Wait at least 12 hours after one dive.');
  const found = await findWithFigure(
    { message: 'How long after a try dive can I fly?', earlier: [] },
    (text) => Promise.resolve(text.includes('no-fly') ? [flying] : [openWater]),
  );
  expect(found.map(({ title }) => title)).toEqual(['Flying after diving', 'Open Water Diver']);
});
