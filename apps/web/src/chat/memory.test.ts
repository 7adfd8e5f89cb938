import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addQuestion, emptyConversation } from './conversation';
import { memory } from './memory';

const device = new Map<string, string>();
let isFull = false;

beforeEach(() => {
  device.clear();
  isFull = false;
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => device.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (isFull) throw new DOMException('full', 'QuotaExceededError');
      device.set(key, value);
    },
    removeItem: (key: string) => device.delete(key),
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a conversation is kept and found again', () => {
  const conversation = { ...addQuestion(emptyConversation, 'How long?'), sessionId: 's1' };
  memory.keep(conversation);
  expect(memory.conversation()).toEqual(conversation);
});

const turn = { id: 1, question: 'q', phase: 'done', failure: null, retryAtMs: null };
test.each([
  ['an answer without text', { ...turn, answer: {} }],
  ['an answer that is no text', { ...turn, answer: { text: 5, citations: [] } }],
  ['a citation that is none', { ...turn, answer: { text: 't', citations: [null] } }],
  ['no answer where one is due', { ...turn, answer: null }],
  ['a phase of another version', { ...turn, phase: 'dreaming', answer: null }],
  ['a failure of another version', { ...turn, phase: 'failed', failure: 'new', answer: null }],
])('with %s only its session is used, in which the backend has the rest', (_, damaged) => {
  device.set('dovvybuddy.conversation', JSON.stringify({ turns: [damaged], sessionId: 's1' }));
  expect(memory.conversation()).toEqual({ ...emptyConversation, sessionId: 's1' });
});

test.each(['[]', 'no JSON', 'null', '7'])('%s is no conversation', (text) => {
  device.set('dovvybuddy.conversation', text);
  expect(memory.conversation()).toEqual(emptyConversation);
});

test('what a full device does not take counts until the page is closed', () => {
  memory.keepProfile({ loggedDives: 1 });
  isFull = true;
  memory.keepProfile({ loggedDives: 42 });
  expect(memory.profile()).toEqual({ loggedDives: 42 });
  isFull = false;
  memory.keepProfile({ loggedDives: 43 });
  expect(device.get('dovvybuddy.profile')).toBe('{"loggedDives":43}');
});
