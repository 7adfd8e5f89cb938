import { expect, test } from 'vitest';
import { createConversations } from './conversations.js';

test('a conversation goes on in its session once its answer is there, and others begin meanwhile', () => {
  const conversations = createConversations([
    ['a1', 'a2'],
    ['b1', 'b2'],
  ]);
  const first = conversations.next();
  const second = conversations.next();
  expect([first.message, first.sessionId, second.message, second.sessionId]).toEqual([
    'a1',
    null,
    'b1',
    null,
  ]);
  second.answered('session-b');
  const third = conversations.next();
  expect([third.message, third.sessionId]).toEqual(['b2', 'session-b']);
  first.answered('session-a');
  expect(conversations.next()).toMatchObject({ message: 'a2', sessionId: 'session-a' });
});

test('a conversation whose question failed is given up, and one that is finished makes room for the next', () => {
  const conversations = createConversations([['only'], ['other', 'more']]);
  conversations.next().answered('done');
  const other = conversations.next();
  expect(other.message).toBe('other');
  other.answered(null);
  expect(conversations.next().message).toBe('only');
});

test('nothing to ask is said at once', () => {
  expect(() => createConversations([[]])).toThrow('no question');
});
