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
  { role: 'user', content: question, agentType: 'general' },
  { role: 'assistant', content, agentType: 'safety' },
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
