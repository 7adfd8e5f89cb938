/** The k6 script, run in Node with stand-ins for k6's two modules: what it asks, what it checks and what it demands. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '@ascent/demo';
import { parse } from 'yaml';

type Sent = { url: string; body: { message: string; sessionId?: string } };
type Response = { status: number; body: string };
type Script = {
  readonly options: { stages: unknown[]; thresholds: Record<string, string[]> };
  readonly readConversations: (text: string) => string[][];
  readonly default: () => void;
};

const script = join(root, 'tests/load/chat-endpoint.js');
const questions = join(root, 'content/eval/conversations.yaml');
const sent: Sent[] = [];
const failedChecks: string[] = [];
const slept: number[] = [];
let answer: (body: Sent['body']) => Response;
let k6: Script;

/** k6's modules as the script uses them, handing everything to this test. */
const standIns: Plugin = {
  name: 'k6',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^k6/ }, ({ path }) => ({ path, namespace: 'k6' }));
    bundler.onLoad({ filter: /.*/, namespace: 'k6' }, () => ({
      contents:
        'export default globalThis.k6StandIn; export const { check, sleep } = globalThis.k6StandIn;',
    }));
  },
};

beforeAll(async () => {
  Object.assign(globalThis, {
    __ENV: { BASE_URL: 'http://service' },
    open: (path: string) => readFileSync(resolve(dirname(script), path), 'utf8'),
    k6StandIn: {
      post: (url: string, text: string): Response => {
        const body = JSON.parse(text) as Sent['body'];
        sent.push({ url, body });
        return answer(body);
      },
      check: (response: Response, checks: Record<string, (response: Response) => boolean>) => {
        const failed = Object.entries(checks).filter(([, holds]) => !holds(response));
        failedChecks.push(...failed.map(([name]) => name));
        return failed.length === 0;
      },
      sleep: (seconds: number) => slept.push(seconds),
    },
  });
  const { outputFiles } = await build({
    entryPoints: [script],
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [standIns],
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  k6 = (await import(`data:text/javascript;base64,${code}`)) as Script;
});

function converse(reply: typeof answer): void {
  sent.length = 0;
  failedChecks.length = 0;
  slept.length = 0;
  answer = reply;
  k6.default();
}

const good = (body: Sent['body']): Response => ({
  status: 200,
  body: JSON.stringify({ response: 'Yes.', sessionId: body.sessionId ?? 'session-1' }),
});

describe('load testing with 50 users', () => {
  test('has the stages and thresholds of the requirements', () => {
    expect(k6.options.stages).toEqual([
      { duration: '2m', target: 10 },
      { duration: '5m', target: 50 },
      { duration: '2m', target: 0 },
    ]);
    expect(k6.options.thresholds).toMatchObject({
      http_req_duration: ['p(95)<5000'],
      http_req_failed: ['rate<0.01'],
    });
  });

  test('asks many different questions: the conversations of the content, every one of them', () => {
    const expected = (parse(readFileSync(questions, 'utf8')) as { turns: string[] }[]).map(
      ({ turns }) => turns,
    );
    expect(k6.readConversations(readFileSync(questions, 'utf8'))).toEqual(expected);
    expect(new Set(expected.flat()).size).toBeGreaterThan(50);
  });

  test('keeps the session of a conversation and pauses after each answer', () => {
    converse(good);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent[0]?.url).toBe('http://service/api/chat');
    expect(sent[0]?.body.sessionId).toBeUndefined();
    expect(sent.slice(1).every(({ body }) => body.sessionId === 'session-1')).toBe(true);
    expect(slept).toHaveLength(sent.length);
    expect(failedChecks).toEqual([]);
  });

  test.each([
    ['an error', { status: 503, body: '{"error":{}}' }, 'status is 200'],
    ['an answer that is no JSON', { status: 200, body: '<html>' }, 'answer has sessionId'],
    [
      'an empty answer',
      { status: 200, body: '{"response":"","sessionId":"s"}' },
      'answer has text',
    ],
  ])('notices %s and goes on with a new conversation', (_what, response, check) => {
    converse(() => response);
    expect(sent).toHaveLength(1);
    expect(failedChecks).toContain(check);
  });

  test('notices a session that was lost', () => {
    let turn = 0;
    converse(() => ({
      status: 200,
      body: JSON.stringify({ response: 'Yes.', sessionId: `s${++turn}` }),
    }));
    expect(failedChecks).toEqual(['session is kept']);
  });
});
