/**
 * One conversation from the diver's side: asks, follows the stream, and does what it can by itself when something breaks,
 * so that nothing typed is ever lost. React only shows it.
 */
import type { ask as Ask, readSession as ReadSession } from './api';
import {
  addQuestion,
  applyEvent,
  changeLast,
  emptyConversation,
  isBusy,
  mergeStored,
  type Conversation,
} from './conversation';
import { toFailure, waitBefore, type Failure, type FailureKind } from './failure';
import type { Memory } from './memory';

/** What a chat needs from the browser. */
export type ChatPorts = {
  readonly ask: typeof Ask;
  readonly readSession: typeof ReadSession;
  readonly memory: Memory;
  readonly isOnline: () => boolean;
  readonly nowMs: () => number;
  /** Tells those who look after the page; never with a word of the diver. */
  readonly report: (error: Error, sessionId: string | null) => void;
};

/** What the page shows. */
export type Shown = {
  readonly conversation: Conversation;
  /** The conversation that "new chat" put aside. */
  readonly earlier: Conversation;
};

/** A conversation that can be asked, followed and begun anew. */
export type Chat = {
  readonly shown: () => Shown;
  readonly subscribe: (listener: () => void) => () => void;
  /** Reads what is on the device, then what the backend has kept, and goes on with a question that was on its way. */
  readonly open: () => void;
  /** False, and nothing has happened, while another question is on its way. */
  readonly ask: (question: string) => boolean;
  /** Asks the last question again, now. */
  readonly retry: () => void;
  readonly startAnew: () => void;
  readonly goBack: () => void;
};

/** What is shown before anything was read, and on the server. */
export const nothingShown: Shown = { conversation: emptyConversation, earlier: emptyConversation };

/** Makes a chat. */
export function createChat(ports: ChatPorts): Chat {
  const { memory } = ports;
  let shown = nothingShown;
  const listeners = new Set<() => void>();
  let running: AbortController | null = null;
  let wake = (): void => undefined;

  const show = (change: Partial<Shown>): void => {
    shown = { ...shown, ...change };
    for (const listener of listeners) listener();
  };
  const set = (conversation: Conversation): void => {
    show({ conversation });
    // Every token would write the whole conversation.
    if (conversation.turns.at(-1)?.phase !== 'streaming') memory.keep(conversation);
  };

  /** One try. Resolves when the answer is complete. @throws Failure */
  async function tryOnce(signal: AbortSignal): Promise<void> {
    const { sessionId, isForgotten, turns } = shown.conversation;
    const question = {
      message: turns.at(-1)?.question ?? '',
      sessionId: isForgotten ? null : sessionId,
      profile: memory.profile(),
    };
    for await (const event of ports.ask(question, signal)) {
      if (signal.aborted) return;
      set(applyEvent(shown.conversation, event));
    }
  }

  /** True if the answer is there after all: the backend had stored it before the connection broke. */
  async function adopt(signal: AbortSignal): Promise<boolean> {
    const { sessionId } = shown.conversation;
    if (sessionId === null) return false;
    const messages = await ports.readSession(sessionId).catch(() => null);
    if (messages === null || signal.aborted) return signal.aborted;
    const merged = mergeStored(shown.conversation, messages);
    if (isBusy(merged)) return false;
    set(merged);
    return true;
  }

  /** Waits for the time, for {@link Chat.retry}, or (without a time) for the network. */
  async function pause(kind: FailureKind, seconds: number | null): Promise<void> {
    const retryAtMs = seconds === null ? null : ports.nowMs() + seconds * 1000;
    set(changeLast(shown.conversation, { phase: 'waiting', failure: kind, retryAtMs }));
    await new Promise<void>((resolve) => {
      const timer = seconds === null ? undefined : setTimeout(resolve, seconds * 1000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = () => undefined;
  }

  /** Deals with a failure. True if another try makes sense now. */
  async function recover(failure: Failure, tries: number, signal: AbortSignal): Promise<boolean> {
    const { sessionId } = shown.conversation;
    if (failure.kind === 'broken') ports.report(failure, sessionId);
    if (failure.kind === 'cutOff' && (await adopt(signal))) return false;
    const seconds = waitBefore(failure, tries);
    if (ports.isOnline() && seconds === null) {
      set(changeLast(shown.conversation, { phase: 'failed', failure: failure.kind }));
      return false;
    }
    await (ports.isOnline() ? pause(failure.kind, seconds) : pause('offline', null));
    return !signal.aborted;
  }

  async function run(): Promise<void> {
    running?.abort();
    const controller = (running = new AbortController());
    const { signal } = controller;
    for (let tries = 1; ; tries++) {
      try {
        if (!ports.isOnline()) await pause('offline', null);
        if (signal.aborted) return;
        set(changeLast(shown.conversation, { phase: 'asking', retryAtMs: null }));
        await tryOnce(signal);
        return;
      } catch (error) {
        if (signal.aborted || !(await recover(toFailure(error, false), tries, signal))) return;
      }
    }
  }

  const start = (): void => {
    run().catch((error: unknown) => {
      ports.report(error as Error, shown.conversation.sessionId);
      set(changeLast(shown.conversation, { phase: 'failed', failure: 'broken' }));
    });
  };

  const leave = (): void => {
    running?.abort();
    wake();
  };

  /** Compares with the backend, where there is something to compare with. */
  async function catchUp(): Promise<void> {
    const { sessionId } = shown.conversation;
    if (sessionId !== null) {
      try {
        const messages = await ports.readSession(sessionId);
        if (shown.conversation.sessionId !== sessionId) return;
        set(
          messages === null
            ? { ...shown.conversation, isForgotten: true }
            : mergeStored(shown.conversation, messages),
        );
      } catch {
        // What is on the device is shown as it is.
      }
    }
    if (isBusy(shown.conversation)) start();
  }

  return {
    shown: () => shown,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open: () => {
      show({ conversation: memory.conversation(), earlier: memory.earlier() });
      void catchUp();
    },
    ask: (question) => {
      if (isBusy(shown.conversation)) return false;
      set(addQuestion(shown.conversation, question));
      start();
      return true;
    },
    retry: () => {
      const phase = shown.conversation.turns.at(-1)?.phase;
      if (phase === 'waiting') wake();
      if (phase === 'failed') start();
    },
    startAnew: () => {
      leave();
      const { conversation } = shown;
      if (conversation.turns.length > 0) {
        memory.keepEarlier(conversation);
        show({ earlier: conversation });
      }
      set(emptyConversation);
    },
    goBack: () => {
      leave();
      const { earlier } = shown;
      memory.keepEarlier(emptyConversation);
      show({ earlier: emptyConversation });
      set(earlier);
      void catchUp();
    },
  };
}
