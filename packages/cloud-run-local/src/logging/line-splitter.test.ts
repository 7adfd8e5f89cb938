import { expect, it } from 'vitest';
import { lineLengthMax, splitLines } from './line-splitter.js';

function linesOf(chunks: readonly Buffer[]): readonly string[] {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

it.each([1, 2, 3, 100])('reads lines from pieces of %i bytes', (size) => {
  const bytes = Buffer.from('one\r\n\ntwö\nnot ended');
  const count = Math.ceil(bytes.length / size);
  const chunks = Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  expect(linesOf(chunks)).toEqual(['one', '', 'twö', 'not ended']);
});

it('gives a line that never ends as far as it may be long, and the next one whole', () => {
  const chunk = Buffer.alloc(lineLengthMax / 2 + 1, 'a');
  const lines = linesOf([chunk, chunk, chunk, chunk, chunk, Buffer.from('b\nnext\n')]);
  expect(lines).toEqual(['a'.repeat(lineLengthMax), 'next']);
});
