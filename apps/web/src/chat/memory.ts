import type { DiverProfile } from './contract';
import { emptyConversation, type Conversation, type Turn } from './conversation';

/** What is kept on the device. The early script in `_document.tsx` looks for the first of them. */
const keys = {
  conversation: 'dovvybuddy.conversation',
  earlier: 'dovvybuddy.earlier',
  profile: 'dovvybuddy.profile',
  draft: 'dovvybuddy.draft',
} as const;

type Key = keyof typeof keys;

/** Reads one thing; `null` if it is not there, not readable, or storage is refused. */
function read(key: Key): unknown {
  try {
    return JSON.parse(localStorage.getItem(keys[key]) ?? 'null');
  } catch {
    return null;
  }
}

/** Writes one thing, or removes it. A full or refused storage only means that a reload forgets. */
function write(key: Key, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(keys[key]);
    else localStorage.setItem(keys[key], JSON.stringify(value));
  } catch {
    // Private windows of some browsers.
  }
}

function isConversation(value: unknown): value is Conversation {
  const { turns, sessionId } = (value ?? {}) as Partial<Conversation>;
  const isTurn = (turn: Partial<Turn> | null): boolean =>
    typeof turn?.id === 'number' && typeof turn.question === 'string' && turn.phase !== undefined;
  return (
    Array.isArray(turns) &&
    turns.every(isTurn) &&
    (sessionId === null || typeof sessionId === 'string')
  );
}

function readConversation(key: 'conversation' | 'earlier'): Conversation {
  const value = read(key);
  return isConversation(value) ? value : emptyConversation;
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
