import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  get,
  post,
  startBackend,
  startTestPostgres,
  type ReplyBody,
  type TestBackend,
  type TestPostgres,
} from './fixture.js';

let postgres: TestPostgres;
let backend: TestBackend;
let chat: string;

beforeAll(async () => {
  postgres = await startTestPostgres();
  backend = await startBackend(await postgres.createDatabase());
  chat = `${backend.url}/api/chat`;
});
afterAll(async () => {
  await backend.close();
  await postgres.remove();
});

describe('POST /api/chat', () => {
  test('a question is answered from the content, with its source', async () => {
    const { status, body } = await post(chat, {
      message: 'What is the maximum operating depth of EAN32 nitrox?',
    });
    expect(status).toBe(200);
    expect(body.response).toMatch(/33 metres/);
    expect(body.agentType).toBe('certification');
    expect(body.citations[0]).toMatchObject({
      slug: 'nitrox-certification',
      area: 'certification',
    });
    expect(body.metadata).toMatchObject({ mode: 'extractive', safety: 'safe' });
  });

  test('a trip question is answered by the trip agent', async () => {
    const { body } = await post(chat, { message: 'When should I go to Bali to see mola mola?' });
    expect(body.agentType).toBe('trip');
    expect(body.citations[0]?.slug).toBe('bali');
  });

  test('a follow-up is understood from the conversation so far', async () => {
    const first = await post(chat, { message: 'Tell me about diving in Cozumel' });
    const { sessionId } = first.body;
    const second = await post(chat, { message: 'What is the best season?', sessionId });
    expect(second.body.sessionId).toBe(sessionId);
    expect(second.body.citations[0]?.slug).toBe('cozumel');
  });

  test('symptoms after a dive are redirected to help, not answered', async () => {
    const message = 'My buddy has numb legs after our last dive, what should I do?';
    const { body } = await post(chat, { message });
    expect(body.metadata).toMatchObject({ mode: 'redirect', safety: 'emergency' });
    expect(body.response).toContain('+1-919-684-9111');
  });

  test.each([
    'what should I do now?',
    'should I give him oxygen?',
    'which number again?',
    'how do I put him?',
    'ok he feels better, can we go diving tomorrow?',
    'hello?',
    'thanks',
    'his asthma is playing up',
  ])('after an emergency "%s" is not looked up among the notes', async (message) => {
    const first = await post(chat, { message: 'my buddy is unconscious after a dive on Koh Tao' });
    expect(first.body.response).toContain('Thailand: 1669');
    const { sessionId } = first.body;
    const { body } = await post(chat, { message, sessionId });
    expect(body.metadata).toMatchObject({ mode: 'redirect', safety: 'emergency' });
    expect(body.response).toContain('Thailand: 1669');
    // Numbers come from where the diver says he is, never from what the answers before named.
    expect(body.response).not.toContain('Europe: 112');
    expect(body.citations[0]?.slug).toBe('emergency-contacts');
  });

  test('an emergency that is over lets other questions be answered again', async () => {
    const { sessionId } = (await post(chat, { message: 'diver missing at Blue Corner' })).body;
    const other = await post(chat, { message: 'How long does the course take?', sessionId });
    expect(other.body.metadata['safety']).toBe('safe');
    expect(other.body.response).toContain('+1-919-684-9111');
    const over = await post(chat, { message: 'he is back, all good, false alarm', sessionId });
    expect(over.body.metadata['safety']).toBe('medical');
    expect(over.body.response).toContain('DAN');
    const next = await post(chat, { message: 'what is a safety stop?', sessionId });
    expect(next.body.metadata['safety']).toBe('safe');
    const worse = await post(chat, { message: 'no, he is unconscious!', sessionId });
    expect(worse.body.metadata['safety']).toBe('emergency');
  });

  test('a complaint counts with the dive that was told of before it', async () => {
    const { sessionId } = (await post(chat, { message: 'Is two dives to 30 m today too many?' }))
      .body;
    const { body } = await post(chat, { message: 'my elbow hurts', sessionId });
    expect(body.metadata['safety']).toBe('emergency');
    const ill = await post(chat, { message: 'my son has asthma, can he dive?' });
    const more = await post(chat, {
      message: 'he only uses the inhaler in spring',
      sessionId: ill.body.sessionId,
    });
    expect(more.body.metadata['safety']).toBe('medical');
  });

  test('somebody who does not want to live is not told of diving', async () => {
    const { body } = await post(chat, {
      message: "I don't want to live, one last deep dive in Dahab",
    });
    expect(body.metadata['safety']).toBe('emergency');
    expect(body.response).toContain('Egypt: 123');
    expect(body.response).toContain('do not stay alone');
  });

  test('a question that matches nothing is answered honestly', async () => {
    const { status, body } = await post(chat, { message: 'xyzzy plugh' });
    expect(status).toBe(200);
    expect(body.citations).toEqual([]);
    expect(body.response).toContain('I have nothing about that');
  });

  test('an unknown session begins anew and says so', async () => {
    const sessionId = '6f1c9d0e-8b5e-4a43-9b69-5a52c8f2a111';
    const { status, body } = await post(chat, { message: 'What is a safety stop?', sessionId });
    expect(status).toBe(200);
    expect(body.sessionId).not.toBe(sessionId);
    expect(body.metadata['sessionRestarted']).toBe(true);
  });

  test.each([
    ['no message', {}, 'message'],
    ['an empty message', { message: ' \n ' }, 'message'],
    ['2001 characters', { message: 'x'.repeat(2001) }, 'message'],
    ['a number', { message: 7 }, 'message'],
    ['a session id of another kind', { message: 'hello', sessionId: '42' }, 'sessionId'],
    ['a field nobody knows', { message: 'hello', mesage: 'typo' }, 'body'],
    [
      'a wrong profile',
      { message: 'hello', diverProfile: { loggedDives: -1 } },
      'diverProfile.loggedDives',
    ],
    ['a list', [], 'body'],
  ])('%s is refused with the field at fault', async (_name, request, path) => {
    const { status, body } = await post(chat, request);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(body.error.details?.map(({ path: at }) => at)).toContain(path);
  });

  test('every fault of a request is reported at once', async () => {
    const { body } = await post(chat, {
      message: '',
      sessionId: 'no',
      diverProfile: { loggedDives: 'many' },
    });
    expect(body.error.details).toHaveLength(3);
  });

  test('text that PostgreSQL cannot hold is answered all the same', async () => {
    const { status } = await post(chat, { message: 'What is \u0000 nitrox \ud800?' });
    expect(status).toBe(200);
  });

  test.each([
    { text: '{"message":', status: 400, code: 'INVALID_JSON', type: 'application/json' },
    { text: '', status: 400, code: 'INVALID_JSON', type: 'application/json' },
    { text: 'hello', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', type: 'text/csv' },
    {
      text: JSON.stringify({ message: 'x'.repeat(40_000) }),
      status: 413,
      code: 'BODY_TOO_LARGE',
      type: 'application/json',
    },
  ])('a body that is not ours gets $status $code', async ({ text, status, code, type }) => {
    const reply = await post(chat, text, { 'content-type': type });
    expect([reply.status, reply.body.error.code]).toEqual([status, code]);
  });
});

describe('GET /api/session/{id}', () => {
  test('a session is read back with its messages in order', async () => {
    const { body } = await post(chat, {
      message: 'What is a safety stop?',
      diverProfile: { loggedDives: 12 },
    });
    await post(chat, { message: 'How long is it?', sessionId: body.sessionId });
    const session = await get(`${backend.url}/api/session/${body.sessionId}`);
    expect(session.status).toBe(200);
    expect(session.body.diverProfile).toEqual({ loggedDives: 12 });
    const { messages } = session.body;
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(messages[2]?.content).toBe('How long is it?');
    expect(body.citations).not.toEqual([]);
    expect(messages[1]?.citations).toEqual(body.citations);
    expect(messages[0]?.citations).toBeNull();
    expect(messages.map(({ safety }) => safety)).toEqual([null, 'safe', null, 'safe']);
  });

  test('an unknown session is 404 and a malformed number 400', async () => {
    const unknown = await get(`${backend.url}/api/session/6f1c9d0e-8b5e-4a43-9b69-5a52c8f2a112`);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'SESSION_NOT_FOUND']);
    const malformed = await get(`${backend.url}/api/session/42`);
    expect([malformed.status, malformed.body.error.details?.[0]?.path]).toEqual([400, 'id']);
  });

  test('turns of one session are answered one after another', async () => {
    const { body } = await post(chat, { message: 'Tell me about Koh Tao' });
    const { sessionId } = body;
    const messages = ['one', 'two', 'three', 'four'].map(
      (word) => `Question ${word} about visibility`,
    );
    const replies = await Promise.all(
      messages.map((message) => post(chat, { message, sessionId })),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const session = await get(`${backend.url}/api/session/${sessionId}`);
    const { messages: stored } = session.body;
    expect(stored.map(({ role }) => role)).toEqual(
      Array.from({ length: 5 }, () => ['user', 'assistant']).flat(),
    );
    expect(stored.map(({ content }) => content)).toEqual(expect.arrayContaining(messages));
  });
});

describe('around every request', () => {
  test('health tells what is running', async () => {
    const { status, body } = await get(`${backend.url}/health`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', version: '1.2.3', commit: 'abc1234' });
    expect(body.uptimeSeconds).toBeGreaterThan(0);
  });

  test('a sane request id is kept, in header, log and error', async () => {
    const reply = await post(chat, {}, { 'x-request-id': 'diver-4711' });
    expect(reply.headers.get('x-request-id')).toBe('diver-4711');
    expect(reply.body.error.requestId).toBe('diver-4711');
    expect(backend.logLines.some((line) => line['requestId'] === 'diver-4711')).toBe(true);
  });

  test('a request id that could forge a log line is replaced', async () => {
    const reply = await get(`${backend.url}/health`, { 'x-request-id': 'a b{"severity":"ERROR"}' });
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('an address that does not exist gets the envelope too', async () => {
    const { status, body } = await get(`${backend.url}/api/nothing`);
    expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('a method that an address does not answer is 405, whatever the body, and says which it answers', async () => {
    for (const [method, path, allow] of [
      ['GET', '/api/chat', 'POST'],
      ['DELETE', '/api/chat/stream', 'POST'],
      ['PUT', '/api/session/8d6f0c8e-8f3b-4c62-9c7e-0d0f3f4f9f10', 'GET, HEAD'],
      ['POST', '/health', 'GET, HEAD'],
    ] as const) {
      const body = method === 'GET' ? null : '{';
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${backend.url}${path}`, { method, body, headers });
      const { error } = (await response.json()) as ReplyBody;
      expect([response.status, error.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
      expect((response.headers.get('allow') ?? '').split(', ').sort().join(', ')).toBe(allow);
    }
  });

  test('no log line holds what a diver wrote', async () => {
    await post(chat, { message: 'Is the wreck of the Thistlegorm fit for me?' });
    expect(JSON.stringify(backend.logLines)).not.toContain('Thistlegorm fit');
  });
});
