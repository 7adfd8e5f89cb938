/**
 * The drill of the requirements, under load: version A serves, version B takes all of the traffic and is bad, somebody goes
 * back. And conversations that are open meanwhile: a diver must not notice which revision answers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalhostFetch } from '@ascent/controller';
import {
  deploy,
  startCrowd,
  waitUntilReady,
  type Ask,
  type Stack,
  type Template,
} from '@ascent/demo';
import { createPrng } from '@ascent/stats';
import { ascent, backendTemplate, freshStack, readService } from './house.js';

/** The requirements allow a minute. */
const ROLLBACK_LIMIT_MS = 60_000;

let stack: Stack;
let dispose: () => Promise<void>;
let template: Template;
let url: string;
const ask = createLocalhostFetch();

beforeAll(async () => {
  ({ stack, dispose } = await freshStack());
  template = await backendTemplate(stack, '1.0.0');
  const stable = await deploy(stack.target, template);
  url = await waitUntilReady(stack.target, stable);
  expect((await ascent(stack, 'tick')).status).toBe(0);
});

afterAll(async () => {
  await dispose();
});

async function question(
  message: string,
  sessionId?: string,
): Promise<{ sessionId: string; revision: string; response: string; agentType: string }> {
  const answer = await ask(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message, ...(sessionId === undefined ? {} : { sessionId }) }),
  });
  const body = (await answer.json()) as { sessionId: string; response: string; agentType: string };
  expect(answer.status, JSON.stringify(body)).toBe(200);
  return { ...body, revision: answer.headers.get('x-revision') ?? '' };
}

async function newRevision(
  release: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const revision = await deploy(stack.target, {
    ...template,
    env: { ...template.env, RELEASE: release, ...env },
  });
  await waitUntilReady(stack.target, revision);
  return revision;
}

/** Takes the candidate to 100 % by a person's word, as a team does that believes in a release. */
async function takeAll(): Promise<string> {
  expect((await ascent(stack, 'up', '--until', 'smoke')).status).toBe(0);
  for (const stage of ['canary', 'half', 'full']) {
    const ran = await ascent(stack, 'skip', '--reason', `drill: on to ${stage}`);
    expect(ran.status, ran.stderr).toBe(0);
  }
  const { record, shares } = await readService(stack);
  expect(shares[record?.rollout?.candidate ?? '']).toBe(100);
  return record?.rollout?.candidate ?? '';
}

describe('sessions over a shift of traffic', () => {
  test('a conversation goes on, whichever revision answers, there and back', async () => {
    const first = await question('What is PADI Open Water certification?');
    const before = (await readService(stack)).record?.stable ?? '';
    expect(first.revision).toBe(before);
    const candidate = await newRevision('shift');
    expect(await takeAll()).toBe(candidate);
    const second = await question('How deep may I go with it?', first.sessionId);
    expect(second).toMatchObject({ sessionId: first.sessionId, revision: candidate });
    expect((await ascent(stack, 'rollback', '--reason', 'drill')).status).toBe(0);
    const third = await question('And after that?', first.sessionId);
    expect(third).toMatchObject({ sessionId: first.sessionId, revision: before });
    const session = await ask(`${url}/api/session/${first.sessionId}`);
    const { messages } = (await session.json()) as { messages: { content: string }[] };
    // Zero data loss: all three questions and all three answers are there, in order.
    expect(messages.map(({ content }) => content).filter((_, index) => index % 2 === 0)).toEqual([
      'What is PADI Open Water certification?',
      'How deep may I go with it?',
      'And after that?',
    ]);
    expect(messages).toHaveLength(6);
  });
});

describe('rollback', () => {
  test('brings every user back within a minute, command and process start included, and drops nothing', async () => {
    const stable = (await readService(stack)).record?.stable ?? '';
    // The same slip as in the demo: a pool of one connection and milliseconds to get it.
    const bad = await newRevision('drill', {
      DATABASE_POOL_MAX: '1',
      DATABASE_ACQUIRE_TIMEOUT_MS: '5',
    });
    expect(await takeAll()).toBe(bad);
    const prng = createPrng(5);
    const crowd = startCrowd({
      origin: stack.target.apiUrl,
      host: new URL(url).host,
      conversationsPerSecond: 15,
      thinkMs: 300,
      conversations: [['What is nitrox?', 'How deep may I dive with it?']],
      random: prng.uniform,
    });
    const until = async (seen: () => boolean): Promise<void> => {
      while (!seen()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() =>
      crowd.asks.some(({ revision, status }) => revision === bad && status === 503),
    );
    const calledMs = Date.now();
    const ran = await ascent(stack, 'rollback', '--reason', 'half of the questions fail');
    const writtenMs = Date.now();
    expect(ran.status, ran.stderr).toBe(0);
    const isBack = ({ startedMs, revision, status }: Ask): boolean =>
      startedMs > writtenMs && revision === stable && status === 200;
    await until(() => crowd.asks.filter(isBack).length >= 50);
    await crowd.leave();
    const lastBadMs = Math.max(
      ...crowd.asks.filter(({ revision }) => revision === bad).map(({ startedMs }) => startedMs),
    );
    const tookMs = Math.max(lastBadMs, writtenMs) - calledMs;
    process.stdout.write(
      `rollback drill: command ${writtenMs - calledMs} ms, last question to the bad revision ${lastBadMs - calledMs} ms after it was called\n`,
    );
    expect(tookMs).toBeLessThan(ROLLBACK_LIMIT_MS);
    // Whatever failed, failed on the bad revision; the way back lost nothing.
    expect(crowd.asks.filter(({ status, revision }) => status !== 200 && revision !== bad)).toEqual(
      [],
    );
    expect((await readService(stack)).shares).toEqual({ [stable]: 100 });
  });
});

describe('the conversations of the requirements', () => {
  test.each([
    [
      'certification',
      ['What is PADI Open Water certification?', 'How deep may I go with it?'],
      'certification',
    ],
    ['trip', ['When is the best time to dive in Bali?', 'Can beginners go there?'], 'trip'],
    ['safety', ['My buddy surfaced unconscious and is not breathing!'], 'safety'],
  ])('%s: answered by the right agent, in one session', async (_name, turns, agent) => {
    let sessionId: string | undefined;
    for (const [index, turn] of turns.entries()) {
      const answer = await question(turn, sessionId);
      expect(answer.response).not.toBe('');
      if (index === 0) expect(answer.agentType).toBe(agent);
      else expect(answer.sessionId).toBe(sessionId);
      sessionId = answer.sessionId;
    }
  });
});
