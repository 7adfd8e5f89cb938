/**
 * Reads one HTTP/1.1 response from the bytes of an instance. RFC 9112.
 *
 * Why not Node's client: it makes a stream, a request and a response object for every exchange, and costs
 * more than everything else the front door does together. An instance sends one response to one request on
 * a connection of its own, so there is little to read: a head, and a body whose end is told by a length, by
 * chunks, or by the end of the connection.
 */

/** What is read, as it is read. */
export interface ResponseSink {
  readonly onHead: (status: number, reason: string, headers: readonly string[]) => void;
  readonly onBody: (chunk: Buffer) => void;
  /** The response is complete; whether the connection can carry another. */
  readonly onEnd: (reusable: boolean) => void;
}

/** Thrown when bytes are no HTTP response. */
export class MalformedResponseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedResponseError';
  }
}

/** Most bytes of a head. */
export const headBytesMax = 65_536;
/** Most bytes of a line that tells a chunk's size. */
const chunkLineBytesMax = 1024;

type State =
  | 'head'
  | 'length-body'
  | 'chunk-size'
  | 'chunk-body'
  | 'chunk-end'
  | 'trailers'
  | 'body-until-close'
  | 'done';

interface Framing {
  readonly length: number | undefined;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
}

const empty: Buffer = Buffer.alloc(0);

/** A response, byte by byte; used once. */
export class ResponseParser {
  readonly #sink: ResponseSink;
  readonly #withoutBody: boolean;
  #state: State = 'head';
  #held: Buffer = empty;
  #left = 0;
  #keepAlive = true;

  /** `withoutBody`: the request was HEAD, so whatever the headers say, no body follows. */
  constructor(withoutBody: boolean, sink: ResponseSink) {
    this.#withoutBody = withoutBody;
    this.#sink = sink;
  }

  /** Whether the whole response was read. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** @throws MalformedResponseError */
  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = empty;
    for (;;) {
      const before = rest;
      rest = this.#step(rest);
      if (this.done) {
        if (rest.length > 0) throw new MalformedResponseError('bytes after the response');
        return;
      }
      if (rest.length === 0) return;
      if (rest === before) {
        this.#held = rest;
        return;
      }
    }
  }

  /**
   * The connection has ended.
   * @throws MalformedResponseError when the response was not complete
   */
  close(): void {
    if (this.done) return;
    if (this.#state !== 'body-until-close') {
      throw new MalformedResponseError('the connection ended before the response');
    }
    this.#finish(false);
  }

  /** Reads what it can from the front of `bytes`; returns the rest, or `bytes` itself if more is needed. */
  #step(bytes: Buffer): Buffer {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes);
      case 'length-body':
      case 'chunk-body':
        return this.#readCounted(bytes);
      case 'chunk-size':
        return this.#readChunkSize(bytes);
      case 'chunk-end':
        return this.#skipLineEnd(bytes);
      case 'trailers':
        return this.#readTrailer(bytes);
      case 'body-until-close':
        this.#sink.onBody(bytes);
        return empty;
      case 'done':
        return bytes;
    }
  }

  #readHead(bytes: Buffer): Buffer {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length > headBytesMax) throw new MalformedResponseError('the head is too long');
      return bytes;
    }
    const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
    const start = /^HTTP\/1\.([01]) (\d{3})(?: (.*))?$/.exec(first);
    if (start === null) throw new MalformedResponseError(`no status line: ${first.slice(0, 40)}`);
    const status = Number(start[2]);
    const rest = bytes.subarray(end + 4);
    // 100 Continue and 103 Early Hints come before the response itself.
    if (status < 200) {
      if (status === 101) throw new MalformedResponseError('a protocol nobody asked for');
      return rest;
    }
    const headers = readHeaders(lines);
    this.#frame(status, framingOf(headers, start[1] === '1'));
    this.#sink.onHead(status, start[3] ?? '', headers);
    if (this.#state === 'done') this.#sink.onEnd(this.#keepAlive);
    return rest;
  }

  #frame(status: number, { length, chunked, keepAlive }: Framing): void {
    this.#keepAlive = keepAlive;
    this.#left = length ?? 0;
    if (this.#withoutBody || status === 204 || status === 304) this.#state = 'done';
    else if (chunked) this.#state = 'chunk-size';
    else if (length === undefined) this.#state = 'body-until-close';
    else this.#state = length === 0 ? 'done' : 'length-body';
  }

  #readCounted(bytes: Buffer): Buffer {
    const part = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= part.length;
    this.#sink.onBody(part);
    if (this.#left === 0) {
      if (this.#state === 'length-body') this.#finish(this.#keepAlive);
      else this.#state = 'chunk-end';
    }
    return bytes.subarray(part.length);
  }

  #readChunkSize(bytes: Buffer): Buffer {
    const end = bytes.indexOf('\r\n');
    if (end < 0) {
      if (bytes.length > chunkLineBytesMax) throw new MalformedResponseError('no chunk size');
      return bytes;
    }
    const size = /^([0-9a-fA-F]{1,13})[ \t]*(?:;.*)?$/.exec(bytes.toString('latin1', 0, end));
    if (size === null) throw new MalformedResponseError('no chunk size');
    this.#left = Number.parseInt(size[1] ?? '', 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk-body';
    return bytes.subarray(end + 2);
  }

  #skipLineEnd(bytes: Buffer): Buffer {
    if (bytes.length < 2) return bytes;
    if (bytes[0] !== 13 || bytes[1] !== 10) throw new MalformedResponseError('a chunk too long');
    this.#state = 'chunk-size';
    return bytes.subarray(2);
  }

  /** Trailers are read and dropped, as most proxies do. */
  #readTrailer(bytes: Buffer): Buffer {
    const end = bytes.indexOf('\r\n');
    if (end < 0) {
      if (bytes.length > headBytesMax) throw new MalformedResponseError('trailers too long');
      return bytes;
    }
    if (end === 0) this.#finish(this.#keepAlive);
    return bytes.subarray(end + 2);
  }

  #finish(reusable: boolean): void {
    this.#state = 'done';
    this.#sink.onEnd(reusable);
  }
}

function readHeaders(lines: readonly string[]): string[] {
  const headers: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new MalformedResponseError(`no header: ${line.slice(0, 40)}`);
    headers.push(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}

function readLength(value: string, before: number | undefined): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  if (length === undefined || (before !== undefined && before !== length)) {
    throw new MalformedResponseError('no content length');
  }
  return length;
}

function framingOf(headers: readonly string[], keepAliveByDefault: boolean): Framing {
  let length: number | undefined;
  let chunked = false;
  let keepAlive = keepAliveByDefault;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const value = headers[index + 1] ?? '';
    switch ((headers[index] ?? '').toLowerCase()) {
      case 'content-length':
        length = readLength(value, length);
        break;
      case 'transfer-encoding':
        chunked = value.toLowerCase().endsWith('chunked');
        break;
      case 'connection':
        if (/\bclose\b/i.test(value)) keepAlive = false;
        else if (/\bkeep-alive\b/i.test(value)) keepAlive = true;
        break;
    }
  }
  return { length, chunked, keepAlive };
}
