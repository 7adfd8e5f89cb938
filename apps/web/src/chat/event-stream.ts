/** One event of a stream, undecoded. */
export type RawEvent = { readonly type: string; readonly data: string };

/**
 * The events of a `text/event-stream` body. The browser's EventSource can only GET, and a question is a POST. An event
 * counts once its blank line has come, and one without data (a comment that keeps the line open) is none:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 * `hear` is told whenever anything arrives.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  hear = (): void => undefined,
): AsyncGenerator<RawEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      hear();
      rest = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n');
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const event of blocks.map(parseBlock)) if (event.data !== '') yield event;
    }
  } finally {
    // Whoever stops reading gives the connection back.
    void reader.cancel().catch(() => undefined);
  }
}

function parseBlock(block: string): RawEvent {
  let type = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') type = value;
    if (field === 'data') data.push(value);
  }
  return { type, data: data.join('\n') };
}
