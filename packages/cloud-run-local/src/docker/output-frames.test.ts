import { expect, it } from 'vitest';
import { readFrames } from './output-frames.js';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const bytes = Buffer.concat([
  frame(1, 'one\ntw'),
  frame(2, 'oh\r\n'),
  frame(1, 'o\n'),
  frame(1, 'never ended'),
]);

it.each([1, 3, 8, 1000])('reads lines of both streams from pieces of %i bytes', (size) => {
  const lines: string[] = [];
  const push = readFrames((stream, line) => lines.push(`${stream}: ${line}`));
  for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
  expect(lines).toEqual(['stdout: one', 'stderr: oh', 'stdout: two']);
});
