import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CANDIDATE, openScene, TOKEN, type Scene } from './scene.js';

const HOUR_MS = 3_600_000;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  scene.service.deploy(CANDIDATE);
  await scene.pass(3 * HOUR_MS, ({ stageIndex }) => stageIndex === 1);
});
afterAll(async () => {
  await scene.close();
});

const bearer = { authorization: `Bearer ${TOKEN}`, 'x-ascent-person': 'the night shift' };

type Asked = { readonly status: number; readonly body: unknown; readonly headers: Headers };

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Asked> {
  const answer = await fetch(`${scene.url}/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json(), headers: answer.headers };
}

async function statusNow(): Promise<string | undefined> {
  return (await scene.tick()).record?.rollout?.status.type;
}

describe('acting through the API', () => {
  test('needs the token, and changes nothing without it', async () => {
    const answer = await post('actions/rollback', { reason: '' });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'NOT_SIGNED_IN' } } });
    expect(await statusNow()).toBe('running');
  });

  test("is refused from another site's page, even with the token", async () => {
    const answer = await post(
      'actions/rollback',
      {},
      { ...bearer, origin: 'http://127.0.0.1:3000' },
    );
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'FOREIGN_ORIGIN' } } });
    expect(await statusNow()).toBe('running');
  });

  test('does what a program asks for, in the name it gives', async () => {
    const answer = await post('actions/pause', { reason: 'deploy freeze' }, bearer);
    expect(answer.status).toBe(200);
    const snapshot = await scene.tick();
    expect(snapshot.record?.rollout?.status).toMatchObject({
      type: 'paused',
      by: 'the night shift',
      reason: 'deploy freeze',
    });
  });

  test('says what is wrong with an act at the wrong time', async () => {
    const answer = await post('actions/pause', {}, bearer);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'ASC_ALREADY_PAUSED' } } });
  });

  test('names the acts there are where there is no such act', async () => {
    const answer = await post('actions/explode', {}, bearer);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'UNKNOWN_ACTION' } } });
    expect(JSON.stringify(answer.body)).toContain('approve, pause, resume, rollback');
  });

  test('takes a reason for a decision of the last rollout and for no other', async () => {
    const rollout = (await scene.tick()).record?.rollout;
    const reason = { rollout: rollout?.id, seq: rollout?.seq, reason: 'because' };
    expect((await post('reasons', reason, bearer)).status).toBe(200);
    for (const wrong of [
      { ...reason, rollout: 'other' },
      { ...reason, seq: 999 },
      { ...reason, reason: ' ' },
      null,
    ]) {
      expect(await post('reasons', wrong, bearer)).toMatchObject({
        status: 404,
        body: { error: { code: 'NO_SUCH_DECISION' } },
      });
    }
  });

  test.each([null, 'text', 42, [], { reason: 7 }, { reason: 'x'.repeat(10_000) }])(
    'survives the body %j',
    async (body) => {
      const answer = await post('actions/resume', body, bearer);
      expect([200, 409]).toContain(answer.status);
    },
  );
});

describe('a program that says what it looked at', () => {
  test('is refused where the rollout has moved on, and not where it goes back as a whole', async () => {
    const { record } = await scene.tick();
    const seen = { rollout: record?.rollout?.id, stage: 'half' };
    expect(await post('actions/pause', { seen }, bearer)).toMatchObject({
      status: 409,
      body: { error: { code: 'ASC_MOVED_ON' } },
    });
    for (const wrong of [{}, 'text', 7, { rollout: 'other', stage: 'canary' }]) {
      expect(await post('actions/rollback', { seen: wrong }, bearer)).toMatchObject({
        status: 409,
        body: { error: { code: 'ASC_MOVED_ON' } },
      });
    }
    expect(await statusNow()).toBe('running');
  });
});

describe("a stranger's page", () => {
  /** `fetch` does not let one choose these headers; a browser that was lied to sends them. */
  async function ask(
    path: string,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<number> {
    const { hostname, port } = new URL(scene.url);
    return await new Promise((resolve, reject) => {
      request({ hostname, port, path, method, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  test.each(['/', '/api/snapshot', '/api/events', '/api/errors', '/api/history', '/metrics'])(
    'under a name that suddenly means this machine reads nothing of %s',
    async (path) => {
      expect(await ask(path, { host: 'evil.example:8090' })).toBe(403);
    },
  );

  test('asks for no step', async () => {
    expect(await ask('/tick', { origin: 'http://evil.example' }, 'POST')).toBe(403);
    expect(await ask('/tick', { origin: scene.url }, 'POST')).toBe(200);
  });
});

describe('reading through the API', () => {
  test('tells the browser to load nothing from elsewhere', async () => {
    const answer = await fetch(`${scene.url}/api/about`);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await answer.json()).toEqual({
      service: 'dovvybuddy-backend',
      access: 'signedOut',
      person: null,
    });
  });

  test('pulses as soon as somebody listens, with the time of the controller', async () => {
    const abort = new AbortController();
    const answer = await fetch(`${scene.url}/api/events`, { signal: abort.signal });
    const { value } = (await answer.body?.getReader().read()) ?? {};
    abort.abort();
    const text = new TextDecoder().decode(value);
    expect(text).toContain('retry: 1000');
    expect(text).toContain(
      `event: pulse\ndata: ${JSON.stringify({ nowMs: scene.service.world.now() })}`,
    );
  });

  test.each(['..%2F..%2Fpackage', '%2E%2E', 'nothing', '%00'])(
    'has no rollout named %s',
    async (id) => {
      const answer = await fetch(`${scene.url}/api/history/${id}`);
      expect(answer.status).toBe(404);
    },
  );

  test('shows at least the requests that the gates have counted', async () => {
    const series = (await (await fetch(`${scene.url}/api/traffic`)).json()) as {
      readonly stable: { readonly requests: readonly number[] };
      readonly candidate: { readonly requests: readonly number[] };
    };
    const total = (await scene.tick()).record?.rollout?.evidence.total;
    const sum = (counts: readonly number[]): number =>
      counts.reduce((all, count) => all + count, 0);
    expect(sum(series.candidate.requests)).toBeGreaterThanOrEqual(total?.candidateRequests ?? 1);
    expect(sum(series.stable.requests)).toBeGreaterThan(1_000);
  });
});
