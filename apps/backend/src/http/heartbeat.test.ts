import { expect, test } from 'vitest';
import { withHeartbeat } from './heartbeat.js';

test('a quiet source is filled with beats, and loses nothing', async () => {
  let speak: (() => void) | undefined;
  async function* slow(): AsyncGenerator<string> {
    yield 'first';
    await new Promise<void>((resolve) => {
      speak = resolve;
    });
    yield 'second';
  }
  const seen: string[] = [];
  for await (const piece of withHeartbeat(slow(), { beat: '.', pauseMs: 1 })) {
    seen.push(piece);
    if (seen.length === 4) speak?.();
  }
  expect(seen.slice(0, 4)).toEqual(['first', '.', '.', '.']);
  expect(seen.filter((piece) => piece !== '.')).toEqual(['first', 'second']);
});

test('who stops listening gives the source up', async () => {
  let isGivenUp = false;
  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) {
        yield 'word';
        await Promise.resolve();
      }
    } finally {
      isGivenUp = true;
    }
  }
  for await (const piece of withHeartbeat(endless(), { beat: '.', pauseMs: 1000 })) {
    expect(piece).toBe('word');
    break;
  }
  expect(isGivenUp).toBe(true);
});

test('a source that fails fails', async () => {
  async function* broken(): AsyncGenerator<string> {
    await Promise.resolve();
    yield 'word';
    throw new Error('the model broke off');
  }
  const read = async (): Promise<void> => {
    for await (const piece of withHeartbeat(broken(), { beat: '.', pauseMs: 1000 }))
      expect(piece).toBe('word');
  };
  await expect(read()).rejects.toThrow('the model broke off');
});
