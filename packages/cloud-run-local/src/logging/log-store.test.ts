import { expect, it } from 'vitest';
import { lineLengthMax } from './line-splitter.js';
import { LogStore } from './log-store.js';

const source = { key: { project: 'p', service: 's' }, revision: 's-1' };

it('keeps the newest ten thousand, oldest first', () => {
  const store = new LogStore('r');
  for (let count = 0; count < 10_003; count += 1) store.addLine(source, 'stdout', String(count));
  const texts = store.entries().map((entry) => entry.whole().textPayload);
  expect([texts.length, texts[0], texts.at(-1)]).toEqual([10_000, '3', '10002']);
});

it('keeps fewer where they are long, and takes short ones again', () => {
  const store = new LogStore('r');
  const long = 'a'.repeat(lineLengthMax);
  for (let count = 0; count < 300; count += 1) store.addLine(source, 'stdout', long);
  expect(store.entries()).toHaveLength(255);
  for (let count = 0; count < 10_000; count += 1) store.addLine(source, 'stdout', 'b');
  const texts = store.entries().map((entry) => entry.whole().textPayload);
  expect([texts.length, new Set(texts)]).toEqual([10_000, new Set(['b'])]);
});
