import { fieldsOf, textOf, type DiverProfile } from './contract';
import {
  emptyConversation,
  phases,
  type Conversation,
  type Phase,
  type Turn,
} from './conversation';
import { wordsOf } from './failure';

/** What is kept on the device. The early script in `_document.tsx` looks for the first of them. */
const keys = {
  conversation: 'dovvybuddy.conversation',
  earlier: 'dovvybuddy.earlier',
  profile: 'dovvybuddy.profile',
  draft: 'dovvybuddy.draft',
} as const;

type Key = keyof typeof keys;

/** What the storage did not take, for as long as the page is open. */
const untaken = new Map<Key, unknown>();

/** Reads one thing; `null` if it is not there or not readable. */
function read(key: Key): unknown {
  if (untaken.has(key)) return untaken.get(key);
  try {
    return JSON.parse(localStorage.getItem(keys[key]) ?? 'null');
  } catch {
    return null;
  }
}

/** Writes one thing, or removes it (`null`). A full or refused storage only means that a reload forgets. */
function write(key: Key, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(keys[key]);
    else localStorage.setItem(keys[key], JSON.stringify(value));
    untaken.delete(key);
  } catch {
    // Private windows of some browsers, and full devices.
    untaken.set(key, value);
  }
}

function isAnswer(value: unknown): boolean {
  const { text, citations, followUpQuestion } = fieldsOf(value);
  const isCitation = (citation: unknown): boolean => {
    const { title, slug, section } = fieldsOf(citation);
    return [title, slug, section].every((field) => typeof field === 'string');
  };
  return (
    typeof text === 'string' &&
    typeof (followUpQuestion ?? '') === 'string' &&
    Array.isArray(citations) &&
    citations.every(isCitation)
  );
}

function isTurn(value: unknown): value is Turn {
  const { id, question, phase, failure, answer } = fieldsOf(value);
  return (
    typeof id === 'number' &&
    typeof question === 'string' &&
    phases.includes(phase as Phase) &&
    (failure === null || Object.hasOwn(wordsOf, textOf(failure))) &&
    (answer === null ? phase !== 'done' : isAnswer(answer))
  );
}

/** What was kept, unless it is damaged or another version's: then its session, in which the backend has what was said. */
function readConversation(key: 'conversation' | 'earlier'): Conversation {
  const { turns, sessionId, isForgotten } = fieldsOf(read(key));
  const conversation = { ...emptyConversation, sessionId: textOf(sessionId) || null };
  return Array.isArray(turns) && turns.every(isTurn)
    ? { ...conversation, turns, isForgotten: isForgotten === true }
    : conversation;
}

/** The conversation, and the one before it, on this device. */
export const memory = {
  conversation: (): Conversation => readConversation('conversation'),
  earlier: (): Conversation => readConversation('earlier'),
  keep: (conversation: Conversation): void => {
    write('conversation', conversation.turns.length > 0 ? conversation : null);
  },
  keepEarlier: (conversation: Conversation): void => {
    write('earlier', conversation.turns.length > 0 ? conversation : null);
  },
  draft: (): string => {
    const draft = read('draft');
    return typeof draft === 'string' ? draft : '';
  },
  keepDraft: (draft: string): void => {
    write('draft', draft === '' ? null : draft);
  },
  profile: (): DiverProfile => {
    const profile = read('profile');
    return typeof profile === 'object' && profile !== null ? profile : {};
  },
  keepProfile: (profile: DiverProfile): void => {
    write('profile', Object.keys(profile).length > 0 ? profile : null);
  },
} as const;

/** Where a conversation is kept. */
export type Memory = Pick<
  typeof memory,
  'conversation' | 'earlier' | 'keep' | 'keepEarlier' | 'profile'
>;
