import { describe, expect, test } from 'vitest';
import { createJsonSource, type AskJson, type Fetch } from './json-source.js';

function source(answer: Awaited<ReturnType<Fetch>>): AskJson {
  return createJsonSource({
    name: 'The source',
    fetch: () => Promise.resolve(answer),
    authorize: () => Promise.resolve({}),
    faultIn: () => null,
  });
}

function ask(answer: Awaited<ReturnType<Fetch>>): Promise<unknown> {
  const signal = new AbortController().signal;
  return source(answer)({ url: 'http://127.0.0.1/', form: null, signal });
}

describe('an answer of a metrics source', () => {
  test('that is no JSON is quoted in one printable line', async () => {
    const text = `\u001b[2J<html>\n\n${'sign in '.repeat(100)}`;
    const asked = ask({ status: 200, text: () => Promise.resolve(text) });
    await expect(asked).rejects.toThrow(/^The source answered HTTP 200: \P{Cc}{1,200}$/u);
  });

  test('that never ends is left', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; ; sent += 1) yield await Promise.resolve(Buffer.alloc(1_048_576, ' '));
    }
    const text = (): Promise<string> => Promise.reject(new Error('read whole'));
    await expect(ask({ status: 200, text, body: endless() })).rejects.toThrow(
      'The source cannot be read: the answer is longer than 64 MiB',
    );
    expect(sent).toBeLessThan(70);
  });

  test('is read from its bytes', async () => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield* await Promise.resolve([Buffer.from('{"zones":["2'), Buffer.from('0 °C"]}')]);
    }
    const text = (): Promise<string> => Promise.resolve('');
    expect(await ask({ status: 200, text, body: bytes() })).toEqual({ zones: ['20 °C'] });
  });
});
