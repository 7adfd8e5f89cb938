import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError, ResponseParser } from './response-parser.js';

interface Read {
  status: number;
  headers: readonly string[];
  body: string;
  /** Undefined until the end was seen. */
  reusable: boolean | undefined;
}

/** Parses a response that arrives in these pieces; `closed` when the connection then ends. */
function parse(
  pieces: readonly string[],
  { head = false, closed = false }: { head?: boolean; closed?: boolean } = {},
): Read {
  const read: Read = { status: 0, headers: [], body: '', reusable: undefined };
  const parser = new ResponseParser(head, {
    onHead: (status, _reason, headers) => {
      read.status = status;
      read.headers = headers;
    },
    onBody: (chunk) => (read.body += chunk.toString('latin1')),
    onEnd: (reusable) => (read.reusable = reusable),
  });
  for (const piece of pieces) parser.push(Buffer.from(piece, 'latin1'));
  if (closed) parser.close();
  return read;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n4\r\nreef\r\n6;x=y\r\n shark\r\n0\r\nT: 1\r\n\r\n`;

describe('a response', () => {
  it.each<[string, string, Partial<Read>]>([
    ['with a length', `${ok}Content-Length: 4\r\n\r\nreef`, { body: 'reef', reusable: true }],
    ['in chunks', chunked, { body: 'reef shark', reusable: true }],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, reusable: true }],
    ['of length zero', `${ok}Content-Length: 0\r\n\r\n`, { body: '', reusable: true }],
    [
      'that closes',
      `${ok}Connection: close\r\nContent-Length: 1\r\n\r\nx`,
      { body: 'x', reusable: false },
    ],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', { reusable: false }],
    [
      'after an interim one',
      `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`,
      { status: 200, body: 'x', headers: ['Content-Length', '1'] },
    ],
    [
      'that is still coming',
      `${ok}Content-Length: 4\r\n\r\nre`,
      { body: 're', reusable: undefined },
    ],
  ])('%s', (_title, text, expected) => {
    expect(parse([text])).toMatchObject(expected);
  });

  it('ends with the connection where nothing else says its end', () => {
    const read = parse([`${ok}\r\nre`, 'ef'], { closed: true });
    expect(read).toMatchObject({ body: 'reef', reusable: false });
  });

  it('to HEAD has no body, whatever it says', () => {
    expect(parse([`${ok}Content-Length: 9\r\n\r\n`], { head: true }).reusable).toBe(true);
  });

  it('reads the same however it is cut into pieces', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: chunked.length - 1 }));
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...places.sort((a, b) => a - b), chunked.length];
        const pieces = ends.map((end, index) => chunked.slice(ends[index - 1] ?? 0, end));
        expect(parse(pieces)).toEqual(parse([chunked]));
      }),
    );
  });
});

describe('what is no response', () => {
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['a line that is no header', `${ok}nonsense\r\n\r\n`],
    ['two lengths', `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    ['a length that is none', `${ok}Content-Length: -1\r\n\r\n`],
    ['a chunk size that is none', `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['a chunk longer than it said', `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nxxx`],
    ['more than one response', `${ok}Content-Length: 1\r\n\r\nxx`],
    ['a switch nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a head without end', `${ok}X: ${'y'.repeat(70_000)}`],
  ])('%s is refused', (_title, text) => {
    expect(() => parse([text])).toThrow(MalformedResponseError);
  });

  it('a body that ends too early is refused', () => {
    const text = `${ok}Content-Length: 4\r\n\r\nre`;
    expect(() => parse([text], { closed: true })).toThrow(MalformedResponseError);
  });
});
