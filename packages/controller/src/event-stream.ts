/** Server-sent events to any number of readers (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import type { ServerResponse } from 'node:http';

/** A reader that cannot keep up is dropped at this backlog; it reconnects and gets the newest state. */
const BACKLOG_BYTES_MAX = 1_000_000;

/** Keeps the latest value and sends every new one to all readers. */
export class EventStream<T> {
  #latest: T | null = null;
  readonly #readers = new Set<ServerResponse>();
  readonly #now: () => number;

  /** `now` is the time that readers are told, Unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The last value published, or `null`. */
  get latest(): T | null {
    return this.#latest;
  }

  /** Sends `value` to every reader and keeps it for the next one. */
  publish(value: T): void {
    this.#latest = value;
    for (const reader of this.#readers) send(reader, value);
  }

  /** Tells every reader that somebody is here, and the time. */
  pulse(): void {
    for (const reader of this.#readers) sendEvent(reader, 'pulse', { nowMs: this.#now() });
  }

  /** Adds a reader, which gets the latest value at once. It may read other streams already. */
  subscribe(reader: ServerResponse): void {
    if (!reader.headersSent) openStream(reader);
    this.#readers.add(reader);
    sendEvent(reader, 'pulse', { nowMs: this.#now() });
    if (this.#latest !== null) send(reader, this.#latest);
  }

  /** Removes a reader that went away. */
  unsubscribe(reader: ServerResponse): void {
    this.#readers.delete(reader);
  }

  /** Ends every stream. */
  close(): void {
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }
}

/** Begins the answer to a reader that is to get events. */
export function openStream(reader: ServerResponse): void {
  reader.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'keep-alive',
  });
  reader.write('retry: 1000\n\n');
}

/** Sends one event that has a name. */
export function sendEvent(reader: ServerResponse, event: string, value: unknown): void {
  reader.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
}

function send(reader: ServerResponse, value: unknown): void {
  if (reader.writableLength > BACKLOG_BYTES_MAX) {
    reader.destroy();
    return;
  }
  reader.write(`data: ${JSON.stringify(value)}\n\n`);
}
