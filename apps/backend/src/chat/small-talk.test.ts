import { expect, test } from 'vitest';
import { findSmallTalk } from './small-talk.js';

test.each([
  ['hi', 'Hello!'],
  ['Hello there!', 'Hello!'],
  ['good morning dovvy', 'Hello!'],
  ['thanks a lot, that was helpful', 'You are welcome'],
  ['ok', 'You are welcome'],
  ['great, thanks!', 'You are welcome'],
  ['bye, see you later', 'Goodbye'],
  ['are you a doctor?', 'no professional'],
  ['can I talk to a human', 'cannot put you through'],
])('"%s" is answered with "%s"', (message, reply) => {
  expect(findSmallTalk(message)?.text).toContain(reply);
});

test.each([
  'great white sharks cage diving',
  'ok how deep can I go',
  'hi where is koh tao',
  'hello can I fly after diving',
  'thanks, and at night',
  'cool water suits',
  'is it great for beginners',
])('"%s" is a question, however it begins', (message) => {
  expect(findSmallTalk(message)).toBeUndefined();
});

test('a long row of polite words does not send a pattern astray', () => {
  expect(findSmallTalk(`${'thanks a lot '.repeat(150)} but why`)).toBeUndefined();
});
