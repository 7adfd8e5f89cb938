import { expect, it } from 'vitest';
import { chooseRevision, makeSplit } from './split.js';

const share = (split: ReturnType<typeof makeSplit>, revision: string): number =>
  Array.from({ length: 1000 }, (_, index) => chooseRevision(split, index / 1000)).filter(
    (chosen) => chosen === revision,
  ).length / 10;

it('gives every revision exactly its percent of an even run of numbers', () => {
  const split = makeSplit([
    { revisionName: 'a', percent: 89 },
    { revisionName: 'b', percent: 1 },
    { revisionName: 'a', percent: 10, tag: 'also' },
    { revisionName: 'c', tag: 'only' },
  ]);
  expect([share(split, 'a'), share(split, 'b'), share(split, 'c')]).toEqual([99, 1, 0]);
});

it('chooses nothing where nothing has a share', () => {
  expect(chooseRevision(makeSplit([{ revisionName: 'a', tag: 't' }]), 0.5)).toBeUndefined();
});
