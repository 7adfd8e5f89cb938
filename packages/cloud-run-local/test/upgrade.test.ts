/** Connections that ask for another protocol: who may have them, and that nothing slips past the front door on them. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, deploy, echoService, patient, startWorld, type World } from './harness.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ idleTimeoutMs: 500 });
  await deploy(world, echoService('door'));
  await deploy(world, echoService('other'));
});
afterAll(async () => {
  await world.stop();
});

const webSocket = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
const http2 =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';

/** Sends bytes as they are; everything that comes until the other side ends the connection. */
function sendRaw(...parts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.emulator.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.once('error', reject);
    socket.once('close', () => {
      resolve(answer);
    });
    socket.once('connect', () => {
      parts.forEach((part, index) => setTimeout(() => socket.write(part, 'latin1'), index * 50));
    });
  });
}

interface Seen {
  readonly service: string;
  readonly path: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}
const answersIn = (text: string): readonly Seen[] =>
  (text.match(/\{.*\}/g) ?? []).map((json) => JSON.parse(json) as Seen);

describe('a wish for HTTP/2', () => {
  it('is ignored, and every request after it finds its own service', async () => {
    const text = await sendRaw(
      `GET /run/door/one HTTP/1.1\r\nHost: localhost\r\n${http2}\r\n`,
      'GET /run/other/two HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    const [first, second] = answersIn(text);
    expect(first).toMatchObject({ service: 'door', path: '/one' });
    expect(first?.headers['upgrade']).toBeUndefined();
    expect(second).toMatchObject({ service: 'other', path: '/two' });
    expect(second?.headers['x-forwarded-for']).toBe('127.0.0.1');
  });

  it.each([
    ['a length', 'Content-Length: 6\r\n\r\nabc', 'def'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', '3\r\ndef\r\n0\r\n\r\n'],
  ])('takes nothing of a body with %s', async (_what, begin, rest) => {
    const next = 'GET /run/other/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const text = await sendRaw(
      `POST /run/door/ HTTP/1.1\r\nHost: localhost\r\n${http2}${begin}`,
      `${rest}${next}`,
    );
    const [first, second] = answersIn(text);
    expect(first).toMatchObject({ service: 'door', bytes: 6 });
    expect(second).toMatchObject({ service: 'other' });
  });

  it('is ignored by the APIs, too', async () => {
    const text = await sendRaw(
      `GET /v2/projects/local/locations/us-central1/services HTTP/1.1\r\nHost: localhost\r\n${http2.replace('Upgrade,', 'Upgrade, close,')}\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a WebSocket', () => {
  it('that the instance does not take ends with its answer; what follows reaches nobody', async () => {
    const text = await sendRaw(
      `${webSocket('/run/door/no-chat')}GET /early HTTP/1.1\r\n\r\n`,
      'GET /late HTTP/1.1\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(text).toMatch(/Connection: close\r\n\r\nno$/);
  });

  it('that is reset while it waits for an instance harms nobody', async () => {
    await deploy(world, echoService('cold', { env: { START_DELAY_MS: '600' } }));
    await expect.poll(() => instancesOf('cold'), patient).toBe(0);
    await new Promise<void>((resolve) => {
      const socket = connect(world.emulator.port, '127.0.0.1', () => {
        socket.write(webSocket('/run/cold/chat'));
      });
      socket.once('close', () => {
        resolve();
      });
      void expect
        .poll(() => instancesOf('cold'), patient)
        .toBe(1)
        .then(() => socket.resetAndDestroy());
    });
    await expect.poll(() => statusesOf('run/cold/chat'), patient).toEqual([499]);
  });
});

/** Instances that were started less those that ended. */
function instancesOf(service: string): number {
  const of = world.logs.filter((entry) => entry['service'] === service);
  const count = (text: RegExp): number => of.filter(({ message }) => text.test(message)).length;
  return count(/^Starting new instance/) - count(/^Container (called|terminated)/);
}

/** The statuses in the request log for a URL. */
async function statusesOf(url: string): Promise<readonly number[]> {
  const filter = `httpRequest.requestUrl:"${url}"`;
  const { body } = await call(world, 'POST /v2/entries:list', { filter });
  const { entries } = body as unknown as { entries: { httpRequest: { status: number } }[] };
  return entries.map(({ httpRequest }) => httpRequest.status);
}
