import { expect, test } from 'vitest';
import { listLevels } from './levels.js';

test.each([
  ['How deep may I go as an Open Water diver?', ['open water']],
  ['PADI Advanced Open Water Diver', ['advanced']],
  ['aow max depth', ['advanced']],
  ['Junior Advanced Open Water', ['junior advanced']],
  ['a 13 year old junior open water diver', ['junior 12', 'junior']],
  ['Limits for ages 10 and 11', ['junior 10']],
  ['going to 10 metres or 12 metres', []],
  ['from Open Water to Advanced', ['advanced', 'open water']],
  ['a scuba diver and a PADI Scuba Diver', ['scuba diver']],
  ['how deep is the wreck', []],
  ['how deep is a night dive', []],
  ['a night diver', ['other specialty']],
  ['the Wreck Diver course for Open Water divers', ['other specialty', 'open water']],
])('"%s" names %j', (text, levels) => {
  expect(listLevels(text)).toEqual(levels);
});
