/** The front door over real connections: streaming, upgrades, headers, timeouts, affinity, logs. */
import { connect } from 'node:net';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  deploy,
  echoService,
  startWorld,
  visit,
  type Body,
  type World,
  patient,
} from './harness.js';

let world: World;
let service: Body;
beforeAll(async () => {
  world = await startWorld({ queueWaitMs: 2000 });
  service = await deploy(world, echoService('door'));
});
afterAll(async () => {
  await world.stop();
});

interface Seen {
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly pid: number;
  readonly revision: string;
  readonly bytes: number;
}
const seen = (text: string): Seen => JSON.parse(text) as Seen;

/** Asks Cloud Logging for entries. */
async function listEntries(filter: string): Promise<readonly LogBody[]> {
  const body = { resourceNames: ['projects/local'], filter };
  const reply = await call(world, 'POST /v2/entries:list', body);
  return (reply.body as unknown as { entries: LogBody[] }).entries;
}
interface LogBody {
  readonly logName: string;
  readonly severity: string;
  readonly trace?: string;
  readonly jsonPayload?: unknown;
  readonly textPayload?: string;
  readonly httpRequest?: { readonly status: number; readonly requestUrl: string };
  readonly resource: { readonly labels: Readonly<Record<string, string>> };
}

describe('streaming', () => {
  it('passes events on as they come', async () => {
    const { host, port } = new URL(service.status.url);
    const chunks = await new Promise<string[]>((resolve, reject) => {
      const parts: string[] = [];
      request({ host: '127.0.0.1', port, path: '/stream', headers: { host } }, (response) => {
        response.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
        response.once('end', () => {
          resolve(parts);
        });
      })
        .once('error', reject)
        .end();
    });
    expect(chunks).toEqual(['data: 0\n\n', 'data: 1\n\n', 'data: 2\n\n']);
  });

  it('carries a request body and its answer at the same time', async () => {
    const { host, port } = new URL(service.status.url);
    const echoed = await new Promise<string>((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port, path: '/echo', method: 'POST', headers: { host } },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
            // The second half is sent only after the first came back.
            if (text === 'first ') outgoing.end('second');
          });
          response.once('end', () => {
            resolve(text);
          });
        },
      );
      outgoing.once('error', reject);
      outgoing.write('first ');
    });
    expect(echoed).toBe('first second');
  });

  it('carries a large body whole', async () => {
    const body = 'x'.repeat(3_000_000);
    const reply = await visit(service.status.url, { method: 'POST', body });
    expect(seen(reply.text).bytes).toBe(body.length);
  });
});

describe('WebSocket', () => {
  /** Upgrades, sends a word, reads it back and closes; everything that came. */
  function shakeHands(path: string): Promise<string> {
    const { host, port } = new URL(service.status.url);
    return new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (text.endsWith('\r\n\r\n')) socket.write('deep');
        if (text.endsWith('deep')) socket.end();
      });
      socket.once('close', () => {
        resolve(text);
      });
      socket.once('error', reject);
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
    });
  }

  it('hands the connection over after the handshake', async () => {
    const received = await shakeHands('/chat');
    expect(received).toContain('HTTP/1.1 101 Switching Protocols');
    // The accept value of RFC 6455 §1.3 for this key.
    expect(received).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  it('is in the request log once it has ended', async () => {
    await shakeHands('/log-me');
    await expect
      .poll(() => listEntries('httpRequest.requestUrl:"log-me"'), patient)
      .toMatchObject([{ httpRequest: { status: 101 }, trace: expect.any(String) as string }]);
  });
});

describe('headers', () => {
  it('says where the request came from, and keeps the host', async () => {
    const { headers } = seen(
      (await visit(service.status.url, { headers: { 'x-forwarded-for': '9.9.9.9' } })).text,
    );
    expect(headers).toMatchObject({
      'x-forwarded-for': '9.9.9.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      forwarded: 'for="127.0.0.1";proto=http',
      host: new URL(service.status.url).host,
    });
  });

  it('reads the whole URL that a client sends to its proxy', async () => {
    const path = `${service.status.url}/whole?url`;
    const reply = await visit(service.status.url, { path, headers: { host: 'elsewhere' } });
    expect(seen(reply.text).path).toBe('/whole?url');
  });

  it('leaves none out, however many there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`a${at}`, 'b']));
    const { headers } = seen((await visit(service.status.url, { headers: many })).text);
    expect(headers['a1499']).toBe('b');
  });

  it('goes on with a trace, or begins one', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const given = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    const { headers } = seen((await visit(service.status.url, { headers: given })).text);
    expect(headers['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    expect(headers['x-cloud-trace-context']).toMatch(new RegExp(`^${trace}/\\d+;o=1$`));
    const fresh = seen((await visit(service.status.url)).text).headers;
    expect(fresh['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('keeps what sets a cookie out of shared caches', async () => {
    const { headers } = await visit(service.status.url, { path: '/?cookie' });
    expect(headers['cache-control']).toBe('private');
  });
});

describe('a request that two readers could take for two different ones', () => {
  /** Sends bytes as they are; the status line of every answer until the connection ends. */
  function sendRaw(text: string): Promise<readonly string[]> {
    const { port } = new URL(service.status.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      socket.once('error', reject);
      socket.once('close', () => {
        resolve(answer.match(/HTTP\/1\.1 \d{3}/g) ?? []);
      });
      socket.write(text, 'latin1');
    });
  }

  it.each([
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a coding that only looks like chunks', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunks before another coding', 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['a chunk size that is no number', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n'],
    ['a chunk longer than its size', 'Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n'],
    ['a length with a sign', 'Content-Length: +5\r\n\r\nabcde'],
    ['a space before the colon', 'Content-Length : 5\r\n\r\nabcde'],
    ['a folded length', 'Content-Length:\r\n 5\r\n\r\nabcde'],
  ])('because it has %s is refused, and the connection with it', async (_what, rest) => {
    const { host } = new URL(service.status.url);
    // What follows would be a second request to whoever read the first one differently.
    const answers = await sendRaw(
      `POST / HTTP/1.1\r\nHost: ${host}\r\n${rest}GET /smuggled HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    );
    expect(answers).toEqual(['HTTP/1.1 400']);
  });
});

describe('limits', () => {
  it('answers 504 when the request timeout is over', async () => {
    const slow = await deploy(world, echoService('slow', { spec: { timeoutSeconds: 1 } }));
    expect((await visit(slow.status.url, { path: '/?wait=3000' })).status).toBe(504);
  });

  it('queues beyond the concurrency, and answers 429 when nothing comes free', async () => {
    const narrow = await deploy(
      world,
      echoService('narrow', {
        spec: { containerConcurrency: 1 },
        annotations: { 'autoscaling.knative.dev/maxScale': '1' },
      }),
    );
    const path = '/?wait=200';
    const queued = await Promise.all([1, 2].map(() => visit(narrow.status.url, { path })));
    expect(queued.map(({ status }) => status)).toEqual([200, 200]);
    const [long, refused] = await Promise.all([
      visit(narrow.status.url, { path: '/?wait=6000' }),
      visit(narrow.status.url),
    ]);
    expect([long.status, refused.status].sort()).toEqual([200, 429]);
  });

  it('refuses a body over 32 MiB whose length nobody told', async () => {
    const { host, port } = new URL(service.status.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: '/', method: 'POST', headers: { host } };
      const outgoing = request(options, (response) => {
        resolve(response.statusCode);
        outgoing.destroy();
      });
      outgoing.once('error', reject);
      const mebibyte = Buffer.alloc(2 ** 20);
      let sent = 0;
      const send = (): void => {
        // One more than is allowed, and no end: the answer may not wait for one.
        if (sent > 32) return;
        sent += 1;
        outgoing.write(mebibyte, send);
      };
      send();
    });
    expect(status).toBe(413);
  });

  it('refuses a body over 32 MiB', async () => {
    const headers = { 'content-length': String(33 * 2 ** 20) };
    expect((await visit(service.status.url, { method: 'POST', headers })).status).toBe(413);
  });

  it('tells a client of an unknown host that there is nothing', async () => {
    const url = service.status.url.replace('door-', 'nothing-');
    expect((await visit(url)).status).toBe(404);
  });
});

describe('an instance that closes a kept connection just when a request is sent', () => {
  it('gets the request again, if it has no body', async () => {
    const hasty = await deploy(world, echoService('hasty', { env: { DROP_REUSED: '1' } }));
    for (let count = 0; count < 5; count += 1) {
      expect((await visit(hasty.status.url)).status).toBe(200);
    }
  });

  it('is not sent a body twice', async () => {
    const hasty = await deploy(world, echoService('hasty', { env: { DROP_REUSED: '1' } }));
    await visit(hasty.status.url);
    expect((await visit(hasty.status.url, { method: 'POST', body: 'x' })).status).toBe(503);
  });
});

describe('session affinity', () => {
  it('brings a client back to its instance, whatever the split says', async () => {
    const annotations = { 'run.googleapis.com/sessionAffinity': 'true' };
    const first = await deploy(world, echoService('sticky', { annotations }));
    const one = first.status.latestReadyRevisionName;
    const cookie =
      String((await visit(first.status.url)).headers['set-cookie']).split(';')[0] ?? '';
    expect(cookie).toMatch(/^GAESA=/);
    const second = await deploy(world, echoService('sticky', { annotations, env: { A: 'b' } }));
    const two = second.status.latestReadyRevisionName;
    const traffic = [
      { revisionName: one, percent: 1 },
      { revisionName: two, percent: 99 },
    ];
    await deploy(world, echoService('sticky', { annotations, env: { A: 'b' }, traffic }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => visit(first.status.url, { headers: { cookie } })),
    );
    expect(new Set(answers.map(({ text }) => seen(text).revision))).toEqual(new Set([one]));
    const named = await visit(world.emulator.url, {
      path: `/run/sticky@${two}/`,
      headers: { cookie },
    });
    expect(seen(named.text).revision).toBe(two);
  });
});

describe('logs', () => {
  it('has every request with its status', async () => {
    await visit(service.status.url, { path: '/find-me?status=503' });
    const [entry] = await listEntries(
      'resource.labels.service_name="door" AND severity>=ERROR AND httpRequest.requestUrl:"find-me"',
    );
    expect(entry).toMatchObject({
      logName: 'projects/local/logs/run.googleapis.com%2Frequests',
      severity: 'ERROR',
      httpRequest: { status: 503 },
      resource: { labels: { service_name: 'door', location: 'us-central1' } },
    });
  });

  it('reads structured lines as Cloud Logging does', async () => {
    const line = JSON.stringify({
      severity: 'warning',
      message: 'low on gas',
      'logging.googleapis.com/trace': 'projects/local/traces/abc',
    });
    await visit(service.status.url, { path: `/log?line=${encodeURIComponent(line)}` });
    await visit(service.status.url, { path: '/log?line=plain' });
    await expect
      .poll(() => listEntries('logName:"stdout" AND resource.labels.service_name="door"'), patient)
      .toMatchObject([
        {
          severity: 'WARNING',
          jsonPayload: { message: 'low on gas' },
          trace: 'projects/local/traces/abc',
        },
        { severity: 'DEFAULT', textPayload: 'plain' },
      ]);
  });
});
