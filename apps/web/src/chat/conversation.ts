import type { Answer, ChatEvent, StoredMessage } from './contract';
import type { FailureKind } from './failure';

/**
 * Where a question is: `asking` until the first word, `streaming` until the last; `waiting` to be asked again by itself;
 * `failed` until a person does something.
 */
export const phases = ['asking', 'streaming', 'waiting', 'failed', 'done'] as const;

/** One of {@link phases}. */
export type Phase = (typeof phases)[number];

/** A question and its answer. */
export type Turn = {
  readonly id: number;
  readonly question: string;
  readonly phase: Phase;
  readonly answer: Answer | null;
  readonly failure: FailureKind | null;
  /** When a waiting question is asked again (`null`: when the network is back), or a failed one could be. */
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
  const turn: Turn = {
    id: freeId(conversation.turns),
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

/** True if both end with the same question. */
export function endAlike(one: Conversation, other: Conversation): boolean {
  const [a, b] = [one.turns.at(-1), other.turns.at(-1)];
  return a?.id === b?.id && a?.question === b?.question;
}

/** True while the last question is on its way. */
export function isBusy({ turns }: Conversation): boolean {
  const phase = turns.at(-1)?.phase;
  return phase === 'asking' || phase === 'streaming' || phase === 'waiting';
}

/**
 * Brings in what the backend has kept: answers that never arrived here, and turns of another window. What is here stays,
 * since it knows more (the follow-up question).
 */
export function mergeStored(
  conversation: Conversation,
  messages: readonly StoredMessage[],
): Conversation {
  const pairs = pairUp(messages);
  const places = placesOf(conversation.turns, pairs);
  const lastKnown = places.findLastIndex((place) => place >= 0);
  const turns: Turn[] = [];
  let id = freeId(conversation.turns);
  let next = 0;
  const bringInUntil = (end: number): void => {
    for (; next < end; next++) {
      const pair = pairs[next];
      if (pair !== undefined && !places.includes(next)) turns.push(toTurn(id++, pair));
    }
  };
  if (lastKnown < 0) bringInUntil(pairs.length);
  conversation.turns.forEach((turn, index) => {
    const place = places[index] ?? -1;
    const pair = pairs[place];
    bringInUntil(place);
    turns.push(pair === undefined || turn.phase === 'done' ? turn : toTurn(turn.id, pair));
    // Before a question that is on its way here, which stays the last.
    if (index === lastKnown) bringInUntil(pairs.length);
  });
  return { ...conversation, turns, isForgotten: false };
}

/** Where each turn is among the pairs; -1 where it is not. */
function placesOf(turns: readonly Turn[], pairs: readonly Pair[]): readonly number[] {
  const taken = new Set<number>();
  return turns.map((turn) => {
    const place = pairs.findIndex(
      ({ question }, index) => question === turn.question && !taken.has(index),
    );
    taken.add(place);
    return place;
  });
}

function freeId(turns: readonly Turn[]): number {
  return Math.max(0, ...turns.map(({ id }) => id)) + 1;
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
  const { content, agentType, safety, citations } = reply;
  return {
    id,
    question,
    phase: 'done',
    answer: { ...noAnswer, text: content, agentType, safety, citations },
    failure: null,
    retryAtMs: null,
  };
}
