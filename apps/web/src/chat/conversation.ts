import type { Answer, ChatEvent, StoredMessage } from './contract';
import type { FailureKind } from './failure';

/**
 * Where a question is: `asking` until the first word, `streaming` until the last; `waiting` to be asked again by itself;
 * `failed` until a person does something.
 */
export type Phase = 'asking' | 'streaming' | 'waiting' | 'failed' | 'done';

/** A question and its answer. */
export type Turn = {
  readonly id: number;
  readonly question: string;
  readonly phase: Phase;
  readonly answer: Answer | null;
  readonly failure: FailureKind | null;
  /** When a waiting question is asked again; `null`: when the network is back. */
  readonly retryAtMs: number | null;
};

/** A conversation as the page keeps it, on the device too. */
export type Conversation = {
  readonly sessionId: string | null;
  readonly turns: readonly Turn[];
  /** The backend has let the conversation go (24 h); what was said is only here. */
  readonly isForgotten: boolean;
};

/** Nothing said yet. */
export const emptyConversation: Conversation = { sessionId: null, turns: [], isForgotten: false };

const noAnswer: Answer = {
  text: '',
  agentType: 'general',
  safety: 'safe',
  citations: [],
  followUpQuestion: null,
  isRestarted: false,
};

/** Appends a question. */
export function addQuestion(conversation: Conversation, question: string): Conversation {
  const id = (conversation.turns.at(-1)?.id ?? 0) + 1;
  const turn: Turn = {
    id,
    question,
    phase: 'asking',
    answer: null,
    failure: null,
    retryAtMs: null,
  };
  return { ...conversation, turns: [...conversation.turns, turn] };
}

/** Changes the last turn. */
export function changeLast(conversation: Conversation, change: Partial<Turn>): Conversation {
  const last = conversation.turns.at(-1);
  if (last === undefined) return conversation;
  return { ...conversation, turns: [...conversation.turns.slice(0, -1), { ...last, ...change }] };
}

/** What an event makes of the conversation. A route begins the answer anew: it may be the second try. */
export function applyEvent(conversation: Conversation, event: ChatEvent): Conversation {
  const answer = conversation.turns.at(-1)?.answer ?? noAnswer;
  switch (event.type) {
    case 'route': {
      const { sessionId, agentType, safety } = event;
      const begun = { ...noAnswer, agentType, safety };
      const change = { phase: 'streaming', answer: begun, failure: null, retryAtMs: null } as const;
      return { ...changeLast(conversation, change), sessionId, isForgotten: false };
    }
    case 'token':
      return changeLast(conversation, { answer: { ...answer, text: answer.text + event.text } });
    case 'citation':
      return changeLast(conversation, {
        answer: { ...answer, citations: [...answer.citations, event.citation] },
      });
    case 'final': {
      const change = { phase: 'done', answer: event.answer, failure: null } as const;
      return { ...changeLast(conversation, change), sessionId: event.sessionId };
    }
    case 'error':
      return conversation;
  }
}

/** True while the last question is on its way. */
export function isBusy({ turns }: Conversation): boolean {
  const phase = turns.at(-1)?.phase;
  return phase === 'asking' || phase === 'streaming' || phase === 'waiting';
}

/**
 * Brings in what the backend has kept: answers that never arrived here, and turns of another window. What is here stays,
 * since it knows more (citations).
 */
export function mergeStored(
  conversation: Conversation,
  messages: readonly StoredMessage[],
): Conversation {
  const pairs = pairUp(messages);
  let next = 0;
  const turns = conversation.turns.map((turn) => {
    const found = pairs.findIndex(
      ({ question }, index) => index >= next && question === turn.question,
    );
    if (found < 0) return turn;
    next = found + 1;
    const stored = pairs[found];
    if (stored === undefined || turn.phase === 'done') return turn;
    return toTurn(turn.id, stored);
  });
  const lastId = turns.at(-1)?.id ?? 0;
  const added = pairs.slice(next).map((pair, index) => toTurn(lastId + 1 + index, pair));
  return { ...conversation, turns: [...turns, ...added], isForgotten: false };
}

type Pair = { readonly question: string; readonly reply: StoredMessage };

function pairUp(messages: readonly StoredMessage[]): readonly Pair[] {
  return messages.flatMap((message, index) => {
    const reply = messages[index + 1];
    return message.role === 'user' && reply?.role === 'assistant'
      ? [{ question: message.content, reply }]
      : [];
  });
}

function toTurn(id: number, { question, reply }: Pair): Turn {
  const { content, agentType } = reply;
  // The backend keeps no label with a message; the redirect's first words are the same in every revision.
  const safety = content.startsWith('This sounds like an emergency') ? 'emergency' : 'safe';
  return {
    id,
    question,
    phase: 'done',
    answer: { ...noAnswer, text: content, agentType, safety },
    failure: null,
    retryAtMs: null,
  };
}
