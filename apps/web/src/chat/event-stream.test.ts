import { expect, test, vi } from 'vitest';
import { readEvents, type RawEvent } from './event-stream';

async function readAll(chunks: readonly Uint8Array[]): Promise<readonly RawEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events: RawEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

const text =
  'event: token\r\ndata: {"text":"20 °C, señor"}\r\n\r\nevent: final\ndata: a\ndata:b\n\n';

test('events are the same wherever the network cuts them, even within a character', async () => {
  const bytes = new TextEncoder().encode(text);
  const whole = [
    { type: 'token', data: '{"text":"20 °C, señor"}' },
    { type: 'final', data: 'a\nb' },
  ];
  expect(await readAll([bytes])).toEqual(whole);
  for (let cut = 1; cut < bytes.length; cut++)
    expect(await readAll([bytes.slice(0, cut), bytes.slice(cut)]), `cut at ${cut}`).toEqual(whole);
});

test('a comment is no event, and a sign of life', async () => {
  const hear = vi.fn();
  const { body } = new Response(': waiting\n\nevent: token\ndata: a\n\n: waiting\n\n');
  if (body === null) throw new Error('a response has a body');
  const events: RawEvent[] = [];
  for await (const event of readEvents(body, hear)) events.push(event);
  expect(events).toEqual([{ type: 'token', data: 'a' }]);
  expect(hear).toHaveBeenCalled();
});

test('an event without its blank line has not arrived', async () => {
  expect(await readAll([new TextEncoder().encode('event: final\ndata: half\n')])).toEqual([]);
});
