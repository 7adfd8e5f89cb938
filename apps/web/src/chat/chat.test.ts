import { describe, expect, test, vi } from 'vitest';
import type { Question } from './api';
import { Chat, type ChatPorts } from './chat';
import type { Answer, ChatEvent, StoredMessage } from './contract';
import { emptyConversation, type Conversation } from './conversation';
import { Failure } from './failure';

const answer: Answer = {
  text: 'Three minutes.',
  agentType: 'safety',
  safety: 'safe',
  citations: [],
  followUpQuestion: null,
  isRestarted: false,
};
const route: ChatEvent = { type: 'route', sessionId: 's1', agentType: 'safety', safety: 'safe' };
const final: ChatEvent = { type: 'final', sessionId: 's1', answer };

type Script = readonly (readonly (ChatEvent | Failure)[])[];

/** A chat whose questions are answered by the scripts in turn; the device remembers in `kept`. */
function stage(scripts: Script, more: Partial<ChatPorts> = {}) {
  const asked: Question[] = [];
  const kept: { conversation: Conversation; earlier: Conversation } = {
    conversation: emptyConversation,
    earlier: emptyConversation,
  };
  const reports: Error[] = [];
  const chat = new Chat({
    ask: async function* (question) {
      const script = scripts[asked.length] ?? [];
      asked.push(question);
      for (const step of script) {
        await Promise.resolve();
        if (step instanceof Failure) throw step;
        yield step;
      }
    },
    readSession: () => Promise.resolve([]),
    memory: {
      conversation: () => kept.conversation,
      earlier: () => kept.earlier,
      keep: (conversation) => {
        kept.conversation = conversation;
      },
      keepEarlier: (conversation) => {
        kept.earlier = conversation;
      },
      profile: () => ({}),
    },
    alone: (work) => work(),
    isOnline: () => true,
    nowMs: () => 1_000,
    report: (error) => reports.push(error),
    ...more,
  });
  const last = () => chat.shown().conversation.turns.at(-1);
  const until = async (phase: string): Promise<void> => {
    await vi.waitFor(() => {
      expect(last()?.phase).toBe(phase);
    });
  };
  return { chat, asked, kept, reports, last, until };
}

const stored = (question: string, content: string): readonly StoredMessage[] => [
  { role: 'user', content: question, agentType: 'general', safety: 'safe', citations: [] },
  { role: 'assistant', content, agentType: 'safety', safety: 'safe', citations: [] },
];

describe('a question', () => {
  test('is answered, kept on the device, and the next one goes to the same session', async () => {
    const { chat, asked, kept, until } = stage([
      [route, { type: 'token', text: 'Three ' }, final],
      [route, final],
    ]);
    expect(chat.ask('How long?')).toBe(true);
    await until('done');
    expect(kept.conversation.turns[0]?.answer?.text).toBe('Three minutes.');
    chat.ask('Where?');
    await until('done');
    expect(asked.map(({ sessionId }) => sessionId)).toEqual([null, 's1']);
  });

  test('is kept as the backend keeps it: without control characters', () => {
    const { chat, last } = stage([[route]]);
    chat.ask(' How\u0000 long?\n');
    expect(last()?.question).toBe('How long?');
  });

  test('is not taken while another is on its way', () => {
    const { chat, asked } = stage([[route]]);
    chat.ask('One?');
    expect(chat.ask('Two?')).toBe(false);
    expect(chat.shown().conversation.turns).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('with Retry-After is waited out, or cut short by the diver', async () => {
    const { chat, last, until } = stage([[new Failure('busy', 60)], [route, final]]);
    chat.ask('How long?');
    await until('waiting');
    expect(last()).toMatchObject({ failure: 'busy', retryAtMs: 61_000, question: 'How long?' });
    chat.retry();
    await until('done');
  });

  test('with a Retry-After beyond all patience is left to the diver, who is told the time', async () => {
    const { chat, asked, last, until } = stage([[new Failure('crowded', 3600)]]);
    chat.ask('How long?');
    await until('failed');
    expect(last()).toMatchObject({ failure: 'crowded', retryAtMs: 3_601_000 });
    expect(asked).toHaveLength(1);
  });

  test('with Retry-After is not hurried by a network that comes and goes; a lost connection is', async () => {
    const { chat, asked, until } = stage([
      [new Failure('crowded', 60)],
      [new Failure('unreachable')],
      [route, final],
    ]);
    chat.ask('How long?');
    await until('waiting');
    chat.goOnline();
    await Promise.resolve();
    expect(asked).toHaveLength(1);
    chat.retry();
    await vi.waitFor(() => {
      expect(asked).toHaveLength(2);
    });
    await until('waiting');
    chat.goOnline();
    await until('done');
  });

  test('half-way: a stored answer is fetched instead of asked for again', async () => {
    const { chat, asked, last, until } = stage([[route, new Failure('cutOff')]], {
      readSession: () => Promise.resolve(stored('How long?', 'Three minutes.')),
    });
    chat.ask('How long?');
    await until('done');
    expect(last()?.answer?.text).toBe('Three minutes.');
    expect(asked).toHaveLength(1);
  });

  test('half-way, and stored a moment later: still not asked twice', async () => {
    let looks = 0;
    const { chat, asked, until } = stage([[route, new Failure('cutOff')]], {
      readSession: () => Promise.resolve(looks++ === 0 ? [] : stored('How long?', 'Three.')),
    });
    chat.ask('How long?');
    await until('waiting');
    chat.retry();
    await until('done');
    expect(asked).toHaveLength(1);
  });

  test('half-way without a stored answer: asked again, and the half that came is replaced', async () => {
    const { chat, last, until } = stage([
      [route, { type: 'token', text: 'Half' }, new Failure('cutOff')],
      [route, final],
    ]);
    chat.ask('How long?');
    await until('waiting');
    expect(last()?.answer?.text).toBe('Half');
    chat.retry();
    await until('done');
    expect(last()?.answer?.text).toBe('Three minutes.');
  });

  test('of ours is reported and left to the diver, with the question still there', async () => {
    const { chat, reports, last, until } = stage([[new Failure('broken')], [route, final]]);
    chat.ask('How long?');
    await until('failed');
    expect(reports).toHaveLength(1);
    expect(last()?.question).toBe('How long?');
    chat.retry();
    await until('done');
  });

  test('of the device’s network waits for the network, however long', async () => {
    let isOnline = false;
    const { chat, asked, last, until } = stage([[route, final]], { isOnline: () => isOnline });
    chat.ask('How long?');
    await until('waiting');
    expect(last()).toMatchObject({ failure: 'offline', retryAtMs: null });
    expect(asked).toHaveLength(0);
    isOnline = true;
    chat.retry();
    await until('done');
  });
});

describe('a page that is opened again', () => {
  test('shows what the device kept, with its sources, and asks what was on its way', async () => {
    const first = stage([[route]]);
    first.chat.ask('How long?');
    await first.until('streaming');
    const { chat, kept, until } = stage([[route, final]]);
    kept.conversation = first.chat.shown().conversation;
    chat.open();
    await until('done');
    expect(chat.shown().conversation.turns).toHaveLength(1);
  });

  test('does not ask twice what was asked while it still looked at the session', async () => {
    let say: (messages: readonly StoredMessage[]) => void = () => undefined;
    const { chat, asked, kept, last, until } = stage([[route, final]], {
      readSession: () =>
        new Promise((resolve) => {
          say = resolve;
        }),
    });
    kept.conversation = { ...emptyConversation, sessionId: 's1' };
    chat.open();
    chat.ask('Why?');
    say(stored('How long?', 'Three.'));
    await until('done');
    expect(asked).toHaveLength(1);
    expect(last()?.question).toBe('Why?');
    expect(chat.shown().conversation.turns).toHaveLength(2);
  });

  test('brings in what another window said', async () => {
    const { chat, kept } = stage([], {
      readSession: () =>
        Promise.resolve([...stored('How long?', 'Three.'), ...stored('Why?', 'Nitrogen.')]),
    });
    kept.conversation = { ...emptyConversation, sessionId: 's1' };
    chat.open();
    await vi.waitFor(() => {
      expect(chat.shown().conversation.turns.map(({ question }) => question)).toEqual([
        'How long?',
        'Why?',
      ]);
    });
  });

  test('says so when the backend has let the conversation go, and begins a new session', async () => {
    const { chat, asked, kept, until } = stage([[route, final]], {
      readSession: () => Promise.resolve(null),
    });
    kept.conversation = { ...emptyConversation, sessionId: 'old' };
    chat.open();
    await vi.waitFor(() => {
      expect(chat.shown().conversation.isForgotten).toBe(true);
    });
    chat.ask('How long?');
    await until('done');
    expect(asked[0]?.sessionId).toBeNull();
    expect(chat.shown().conversation).toMatchObject({ sessionId: 's1', isForgotten: false });
  });
});

describe('two windows', () => {
  /** A second window on the same device. `release` ends the first one's turn. */
  function second(first: ReturnType<typeof stage>, script: Script) {
    let release = (): void => undefined;
    const turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = stage(script, { alone: (work) => turn.then(work) });
    const { conversation, earlier } = first.kept;
    Object.assign(other.kept, { conversation, earlier });
    return { ...other, release };
  }

  test('show the same conversation, and the answer is asked for once', async () => {
    const first = stage([[route, final]]);
    const { chat, asked, kept, until, release } = second(first, [[route, final]]);
    first.chat.ask('How long?');
    kept.conversation = first.kept.conversation;
    chat.follow();
    expect(chat.shown().conversation.turns[0]?.question).toBe('How long?');
    await first.until('done');
    kept.conversation = first.kept.conversation;
    chat.follow();
    release();
    await until('done');
    expect(asked).toHaveLength(0);
  });

  test('the second goes on where the first was closed half-way', async () => {
    const first = stage([[route]]);
    first.chat.ask('How long?');
    await first.until('streaming');
    const { chat, asked, until, release } = second(first, [[route, final]]);
    chat.open();
    release();
    await until('done');
    expect(asked).toMatchObject([{ message: 'How long?', sessionId: 's1' }]);
  });

  test('a new chat in one ends what the other still waits for', async () => {
    const first = stage([[new Failure('busy', 60)]]);
    first.chat.ask('How long?');
    await first.until('waiting');
    first.kept.conversation = emptyConversation;
    first.chat.follow();
    expect(first.chat.shown().conversation.turns).toEqual([]);
    expect(first.chat.ask('Why?')).toBe(true);
  });
});

test('a new chat stops what was on its way and can be taken back', async () => {
  const { chat, kept, until } = stage([[route, final], [route]]);
  chat.ask('How long?');
  await until('done');
  chat.startAnew();
  expect(chat.shown().conversation).toEqual(emptyConversation);
  chat.goBack();
  expect(kept.conversation.turns[0]?.question).toBe('How long?');
  expect(kept.earlier).toEqual(emptyConversation);
});
