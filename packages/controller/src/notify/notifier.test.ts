import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { SMTPServer } from 'smtp-server';
import { compilePlan, readRecord, type Decision, type RolloutRecord } from '@ascent/core';
import { MemoryService, memoryWorld } from '../../test/memory-service.js';
import { tick } from '../tick.js';
import { createNotifier, type Notifier, type NotifyEffect } from './notifier.js';

const NOW = 1_800_000_000_000;

const decision: Decision = {
  seq: 7,
  atMs: NOW,
  type: 'rolledBack',
  stage: 'canary',
  fromPercent: 10,
  toPercent: 0,
  verdict: 'unhealthy',
  by: 'ascent',
  sentence: 'Back to web-1: 20 % of requests fail & <that> is too many.',
};

type Request = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that answers with `answer` and keeps what it was asked; `null` never answers. */
async function receiver(
  answer: (
    request: Request,
    count: number,
  ) => { readonly status: number; readonly body?: unknown } | null,
): Promise<{ readonly url: string; readonly requests: Request[] }> {
  const requests: Request[] = [];
  const server: Server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body };
      requests.push(request);
      const reply = answer(request, requests.length);
      if (reply === null) return;
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(reply.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function recordWith(notify: object): RolloutRecord {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:1' } },
    notify: { page: 'https://ascent.example.com', ...notify },
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return { version: 1, plan: compiled.plan, stable: 'web-1', rollout: null };
}

/** The record, with the rollout that {@link effect} is about, open. */
async function withRollout(record: RolloutRecord): Promise<RolloutRecord> {
  const service = new MemoryService();
  await tick(memoryWorld(service, { now: () => NOW }), { plan: record.plan, by: 'mia' });
  return readRecord(service.record ?? '');
}

function effect(channel: NotifyEffect['channel'], more: Partial<Decision> = {}): NotifyEffect {
  const key = `web-2@${NOW}/7/${channel}`;
  return { key, type: 'notify', channel, decision: { ...decision, ...more } };
}

function notifier(env: Readonly<Record<string, string>>, deadlineMs = 2_000): Notifier {
  return createNotifier({ env, now: () => NOW, deadlineMs });
}

describe('Slack', () => {
  const record = recordWith({ slack: '${SLACK_WEBHOOK_URL}' });

  test('gets the sentence, safe to show, and links that lead to the page', async () => {
    const { url, requests } = await receiver(() => ({ status: 200 }));
    await notifier({ SLACK_WEBHOOK_URL: `${url}/T0/B0/x` })(effect('slack'), record);
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/T0/B0/x' });
    const text = requests[0]?.body ?? '';
    expect(text).toContain('20 % of requests fail &amp; &lt;that&gt; is too many');
    expect(text).toContain('https://ascent.example.com/');
  });

  test('gets a link to roll back while there is something to roll back, and no longer', async () => {
    const { url, requests } = await receiver(() => ({ status: 200 }));
    const send = notifier({ SLACK_WEBHOOK_URL: url });
    const open = await withRollout(record);
    await send(effect('slack', { type: 'paused' }), open);
    const ended = { type: 'rolledBack', atMs: NOW, reason: 'bad' } as const;
    const back = open.rollout && { ...open, rollout: { ...open.rollout, status: ended } };
    await send(effect('slack'), back ?? open);
    await send(effect('slack', { type: 'alertFired' }), record);
    const links = requests.map(({ body }) => body.includes('https://ascent.example.com/#rollback'));
    expect(links).toEqual([true, false, false]);
  });

  test('gets a link to approve where an approval is wanted', async () => {
    const { url, requests } = await receiver(() => ({ status: 200 }));
    const wanted = effect('slack', { type: 'awaitingApproval' });
    await notifier({ SLACK_WEBHOOK_URL: url })(wanted, await withRollout(record));
    expect(requests[0]?.body).toContain('https://ascent.example.com/#approve');
  });

  test('that refuses is named with its words and without its address', async () => {
    const { url } = await receiver(() => ({ status: 403, body: 'invalid_token' }));
    const sent = notifier({ SLACK_WEBHOOK_URL: `${url}/s3cr3t` })(effect('slack'), record);
    await expect(sent).rejects.toThrow('Slack answered HTTP 403: "invalid_token"');
    await expect(sent).rejects.not.toThrow('s3cr3t');
  });

  test('that cannot be reached is said without the address', async () => {
    const sent = notifier({ SLACK_WEBHOOK_URL: `http://127.0.0.1:${await closedPort()}/s3cr3t` })(
      effect('slack'),
      record,
    );
    await expect(sent).rejects.toThrow('Slack did not answer: ECONNREFUSED');
  });

  test('that leads elsewhere is said, and not followed', async () => {
    const { url, requests } = await receiver(() => ({ status: 302 }));
    const sent = notifier({ SLACK_WEBHOOK_URL: url })(effect('slack'), record);
    await expect(sent).rejects.toThrow('Slack answered HTTP 302, a redirect');
    expect(requests).toHaveLength(1);
  });

  test('that never answers is given up at the deadline', async () => {
    const { url } = await receiver(() => null);
    const sent = notifier({ SLACK_WEBHOOK_URL: url }, 50)(effect('slack'), record);
    await expect(sent).rejects.toThrow('in time');
  });

  test('without its secret says which variable to set', async () => {
    await expect(notifier({})(effect('slack'), record)).rejects.toThrow(
      'The environment variable SLACK_WEBHOOK_URL is not set',
    );
  });
});

test('a webhook is signed over id, time and body, and a repeat has the same id', async () => {
  const { url, requests } = await receiver(() => ({ status: 204 }));
  const record = recordWith({ webhook: { url, secret: '${HOOK}' } });
  const send = notifier({ HOOK: 'whsec_c2VjcmV0' });
  await send(effect('webhook'), record);
  await send(effect('webhook'), record);
  const [first, second] = requests;
  const id = String(first?.headers['webhook-id']);
  const time = String(first?.headers['webhook-timestamp']);
  const expected = createHmac('sha256', 'secret')
    .update(`${id}.${time}.${first?.body}`)
    .digest('base64');
  expect(first?.headers['webhook-signature']).toBe(`v1,${expected}`);
  expect(second?.headers['webhook-id']).toBe(id);
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    type: 'rollout.rolledBack',
    service: 'web',
    candidate: 'web-2',
    decision: { sentence: decision.sentence },
  });
});

describe('email', () => {
  const record = recordWith({ email: ['oncall@example.com', 'mia@example.com'] });

  /** A real SMTP server that keeps what it was sent, and refuses everybody where told to. */
  async function mailServer(
    refuse: boolean,
  ): Promise<{ readonly url: string; readonly mails: string[]; readonly to: string[] }> {
    const mails: string[] = [];
    const to: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (address, _session, done) => {
        to.push(address.address);
        done(refuse ? new Error('no such mailbox') : undefined);
      },
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(
      () =>
        new Promise((resolve) => {
          server.close(() => {
            resolve();
          });
        }),
    );
    return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails, to };
  }

  test('reaches every address, and a repeat has the same Message-ID', async () => {
    const { url, mails, to } = await mailServer(false);
    const send = notifier({ SMTP_URL: url });
    await send(effect('email'), record);
    await send(effect('email'), record);
    expect(to.slice(0, 2)).toEqual(['oncall@example.com', 'mia@example.com']);
    const ids = mails.map((mail) => /^Message-ID: (.*)$/m.exec(mail)?.[1]);
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@ascent>/);
    expect(ids[1]).toBe(ids[0]);
    expect(mails[0]).toContain('From: ascent@example.com');
    expect(mails[0]).toContain('rolled_back');
    expect(mails[0]).toContain(decision.sentence);
  });

  test('that the server refuses says what the server said', async () => {
    const { url } = await mailServer(true);
    const sent = notifier({ SMTP_URL: url })(effect('email'), record);
    await expect(sent).rejects.toThrow('no such mailbox');
  });

  test('through a server that is away does not say the password', async () => {
    const sent = notifier({ SMTP_URL: `smtp://u:s3cr3t@127.0.0.1:${await closedPort()}` })(
      effect('email'),
      record,
    );
    await expect(sent).rejects.toThrow('did not take the message');
    await expect(sent).rejects.not.toThrow('s3cr3t');
  });
});

describe('GitHub', () => {
  const plain = { repository: 'dovvy/buddy', token: '${GITHUB_TOKEN}' };

  /** The part of the API that is used, with a memory. */
  async function github(): Promise<{
    readonly url: string;
    readonly requests: Request[];
    readonly statuses: { state: string; description: string }[];
  }> {
    let made: { id: number; task: string } | null = null;
    const statuses: { state: string; description: string }[] = [];
    const { url, requests } = await receiver(({ method, url: path, body }) => {
      if (path.includes('/statuses')) {
        if (method === 'GET') return { status: 200, body: statuses };
        statuses.push(JSON.parse(body) as (typeof statuses)[number]);
        return { status: 201 };
      }
      if (method === 'GET') {
        const task = new URLSearchParams(path.split('?')[1]).get('task');
        return { status: 200, body: made?.task === task ? [made] : [] };
      }
      made = { id: 42, task: (JSON.parse(body) as { task: string }).task };
      return { status: 201, body: made };
    });
    return { url, requests, statuses };
  }

  test('gets one deployment for a rollout, a status for each decision, and no status twice', async () => {
    const { url, requests, statuses } = await github();
    const record = recordWith({ github: { ...plain, api: url } });
    const send = notifier({ GITHUB_TOKEN: 't0k3n' });
    await send(effect('github', { type: 'started', seq: 1 }), record);
    await send(effect('github'), record);
    await send(effect('github'), record);
    expect(
      requests.filter(
        ({ method, url: path }) => method === 'POST' && path.endsWith('/deployments'),
      ),
    ).toHaveLength(1);
    expect(statuses.map(({ state }) => state)).toEqual(['in_progress', 'failure']);
    expect(requests[0]?.headers.authorization).toBe('Bearer t0k3n');
  });

  test('that refuses is said in its words', async () => {
    const { url } = await receiver(() => ({ status: 404, body: { message: 'Not Found' } }));
    const record = recordWith({ github: { ...plain, api: url } });
    const sent = notifier({ GITHUB_TOKEN: 't0k3n' })(effect('github'), record);
    await expect(sent).rejects.toThrow('GitHub answered HTTP 404');
  });
});

test('a channel that a newer plan dropped has nobody to tell', async () => {
  await expect(notifier({})(effect('slack'), recordWith({}))).resolves.toBeUndefined();
});
