import { expect, test } from 'vitest';
import { readOptions } from './options.js';

test('without a word the default size of world 1 is run', () => {
  expect(readOptions([])).toEqual({
    type: 'run',
    options: {
      full: false,
      seed: 1,
      only: '',
      scale: 1,
      goodReleases: null,
      log: null,
      out: null,
    },
  });
});

test('every option is read', () => {
  const words = '--full --seed 7 --only outage|5| --scale 0.5 --good-releases 10 --out .'.split(
    ' ',
  );
  const question = readOptions(words);
  expect(question.type === 'run' ? question.options : question).toMatchObject({
    full: true,
    seed: 7,
    only: 'outage|5|',
    scale: 0.5,
    goodReleases: 10,
    out: '.',
  });
});

test('help is help, whatever else is said', () => {
  expect(readOptions(['--help', '--full']).type).toBe('help');
});

test.each([
  [['--colour'], '--colour'],
  [['more'], 'more'],
  [['--seed', 'abc'], '--seed is "abc"'],
  [['--seed', '-1'], '--seed'],
  [['--seed=-1'], '--seed is "-1"'],
  [['--seed', ''], '--seed is ""'],
  [['--only'], '--only'],
  [['--scale', '0'], '--scale is "0"'],
  [['--good-releases', '1.5'], '--good-releases is "1.5"'],
  [['--out', 'no/such/folder'], 'no folder'],
  [['--log', 'no/such/folder/file'], 'no folder'],
])('%j is answered in one line that names it', (words, named) => {
  const question = readOptions(words);
  const message = question.type === 'wrong' ? question.message : '';
  expect(message).toContain(named);
  expect(message).toContain('--help');
  expect(message).not.toContain('\n');
});
