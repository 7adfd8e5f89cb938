import { expect, test } from 'vitest';
import { readMessages, type StoredMessage } from './contract';
import {
  addQuestion,
  applyEvent,
  emptyConversation,
  mergeStored,
  type Conversation,
} from './conversation';

const stored = (...questions: readonly string[]): readonly StoredMessage[] =>
  questions.flatMap((question): readonly StoredMessage[] =>
    readMessages({
      messages: [
        { role: 'user', content: question, agentType: null, safety: null, citations: null },
        { role: 'assistant', content: `On ${question}`, agentType: 'trip', safety: 'safe' },
      ],
    }),
  );

/** A conversation of answered questions; one that ends with "…" is still on its way. */
function saying(...questions: readonly string[]): Conversation {
  return questions.reduce<Conversation>((conversation, question) => {
    const asked = addQuestion(conversation, question);
    if (question.endsWith('…')) return asked;
    const answer = {
      text: `Here: ${question}`,
      agentType: 'trip',
      safety: 'safe',
      citations: [],
      followUpQuestion: null,
      isRestarted: false,
    } as const;
    return applyEvent(asked, { type: 'final', sessionId: 's1', answer });
  }, emptyConversation);
}

const textsOf = ({ turns }: Conversation): readonly (string | undefined)[] =>
  turns.map(({ question, answer }) => answer?.text ?? question);

test.each([
  {
    what: 'what another window asked between',
    here: ['a', 'c'],
    there: ['a', 'b', 'c'],
    merged: ['Here: a', 'On b', 'Here: c'],
  },
  {
    what: 'what it asked since, before what is on its way',
    here: ['a', 'z…'],
    there: ['a', 'b'],
    merged: ['Here: a', 'On b', 'z…'],
  },
  {
    what: 'all of it, where nothing is here',
    here: [],
    there: ['a', 'b'],
    merged: ['On a', 'On b'],
  },
  {
    what: 'the answer that never arrived',
    here: ['a', 'b…'],
    there: ['a', 'b…'],
    merged: ['Here: a', 'On b…'],
  },
  {
    what: 'nothing that is here already',
    here: ['a', 'a', 'b'],
    there: ['a', 'a', 'b'],
    merged: ['Here: a', 'Here: a', 'Here: b'],
  },
  {
    what: 'nothing where the backend has kept only the end',
    here: ['a', 'b'],
    there: ['b'],
    merged: ['Here: a', 'Here: b'],
  },
])('a session brings in $what', ({ here, there, merged }) => {
  const conversation = mergeStored(saying(...here), stored(...there));
  expect(textsOf(conversation)).toEqual(merged);
  expect(new Set(conversation.turns.map(({ id }) => id)).size).toBe(merged.length);
  expect(mergeStored(conversation, stored(...there))).toEqual(conversation);
});

test.each([
  ['emergency', 'Call.', 'emergency'],
  ['medical', 'A question for a physician.', 'medical'],
  [undefined, 'This sounds like an emergency. Call.', 'emergency'],
  [null, 'This still sounds like an emergency, so call.', 'emergency'],
  [null, 'Three minutes.', 'safe'],
])(
  'an answer stored with %s (%s) comes back as %s, with its sources',
  (safety, content, expected) => {
    const citation = { title: 'T', slug: 's', area: 'safety', section: 'S' };
    const messages = readMessages({
      messages: [
        { role: 'user', content: 'q', agentType: null },
        { role: 'assistant', content, agentType: 'safety', safety, citations: [citation] },
      ],
    });
    const [turn] = mergeStored(emptyConversation, messages).turns;
    expect(turn?.answer).toMatchObject({ safety: expected, citations: [citation] });
  },
);
