import { expect, it } from 'vitest';
import { matchesLabels } from './label-selector.js';

const labels = { app: 'reef', tier: 'web' };

it.each([
  ['', true],
  ['app=reef', true],
  ['app==reef,tier!=db', true],
  ['app=wreck', false],
  ['app', true],
  ['!app', false],
  ['!other', true],
  ['app in (wreck, reef)', true],
  ['app notin (wreck,reef),tier=web', false],
])('%s: %s', (selector, matches) => {
  expect(matchesLabels(selector, labels)).toBe(matches);
});

it('refuses what it cannot read', () => {
  expect(() => matchesLabels('a=b=c', labels)).toThrow("cannot read 'a=b=c'");
});
