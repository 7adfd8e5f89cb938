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
  endAlike,
  isBusy,
  mergeStored,
  type Conversation,
} from './conversation';
import { toFailure, waitBefore, type Failure, type FailureKind } from './failure';
import type { Memory } from './memory';
import type { Alone } from './windows';

/** What a chat needs from the browser. */
export type ChatPorts = {
  readonly ask: typeof Ask;
  readonly readSession: typeof ReadSession;
  readonly memory: Memory;
  readonly alone: Alone;
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

/** What is shown before anything was read, and on the server. */
export const nothingShown: Shown = { conversation: emptyConversation, earlier: emptyConversation };

/** A conversation that can be asked, followed and begun anew. */
export class Chat {
  readonly #ports: ChatPorts;
  readonly #listeners = new Set<() => void>();
  #shown = nothingShown;
  #running: AbortController | null = null;
  /** This window, and no other of this device, sees to the question. */
  #isOurs = false;
  #wake = (): void => undefined;

  constructor(ports: ChatPorts) {
    this.#ports = ports;
  }

  /** What the page shows now. */
  readonly shown = (): Shown => this.#shown;

  /** Calls `listener` after every change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Reads what is on the device, then what the backend has kept, and goes on with a question that was on its way. */
  readonly open = (): void => {
    const { memory } = this.#ports;
    this.#show({ conversation: memory.conversation(), earlier: memory.earlier() });
    void this.#catchUp();
  };

  /** Asks. False, and nothing has happened, while another question is on its way. */
  readonly ask = (question: string): boolean => {
    if (isBusy(this.#conversation)) return false;
    // The backend keeps no control characters; the question must be found again in what it has kept.
    const clean = question.replace(/(?![\t\n\r])\p{Cc}/gu, '').trim();
    this.#set(addQuestion(this.#conversation, clean));
    this.#start();
    return true;
  };

  /** Asks the last question again, now. */
  readonly retry = (): void => {
    const phase = this.#conversation.turns.at(-1)?.phase;
    if (phase === 'waiting' && this.#isOurs) this.#wake();
    else if (phase === 'waiting' || phase === 'failed') {
      this.#set(changeLast(this.#conversation, { phase: 'asking', retryAtMs: null }));
      this.#start(true);
    }
  };

  /** Shows what another window has done, and sees to a question that no window sees to any more. */
  readonly follow = (): void => {
    const { memory } = this.#ports;
    const conversation = memory.conversation();
    if (this.#isOurs && endAlike(conversation, this.#conversation)) return;
    if (this.#isOurs) this.#leave();
    this.#show({ conversation, earlier: memory.earlier() });
    if (isBusy(conversation) && this.#running === null) this.#start();
  };

  /** Asks again what waits for nothing but the network; a backend that named a time is not hurried. */
  readonly goOnline = (): void => {
    const failure = this.#conversation.turns.at(-1)?.failure;
    if (failure === 'offline' || failure === 'unreachable' || failure === 'cutOff') this.retry();
  };

  /** Puts the conversation aside and begins another. */
  readonly startAnew = (): void => {
    this.#leave();
    const earlier = this.#conversation;
    if (earlier.turns.length > 0) {
      this.#ports.memory.keepEarlier(earlier);
      this.#show({ earlier });
    }
    this.#set(emptyConversation);
  };

  /** Takes the conversation that was put aside up again. */
  readonly goBack = (): void => {
    this.#leave();
    const { earlier } = this.#shown;
    this.#ports.memory.keepEarlier(emptyConversation);
    this.#show({ earlier: emptyConversation });
    this.#set(earlier);
    void this.#catchUp();
  };

  get #conversation(): Conversation {
    return this.#shown.conversation;
  }

  #show(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change };
    for (const listener of this.#listeners) listener();
  }

  #set(conversation: Conversation): void {
    const wasStreaming = isStreaming(this.#conversation);
    this.#show({ conversation });
    // Every token would write the whole conversation.
    if (!wasStreaming || !isStreaming(conversation)) this.#ports.memory.keep(conversation);
  }

  /** Sees to the last question, as soon as no other window does, or instead of it. */
  #start(isUrgent = false): void {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    const { signal } = running;
    const run = async (): Promise<void> => {
      if (signal.aborted || this.#isSeenTo()) return;
      this.#isOurs = true;
      await this.#run(signal);
    };
    this.#ports
      .alone(run, running, isUrgent)
      .catch((error: unknown) => {
        this.#ports.report(error as Error, this.#conversation.sessionId);
        this.#set(changeLast(this.#conversation, { phase: 'failed', failure: 'broken' }));
      })
      .finally(() => {
        if (this.#running === running) this.#end();
      });
  }

  /** True if another window has got the answer, or asked something else, while this one waited for its turn. */
  #isSeenTo(): boolean {
    const conversation = this.#ports.memory.conversation();
    if (endAlike(conversation, this.#conversation) && isBusy(conversation)) return false;
    this.#show({ conversation });
    return true;
  }

  #leave(): void {
    this.#running?.abort();
    this.#wake();
    this.#end();
  }

  #end(): void {
    this.#running = null;
    this.#isOurs = false;
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        if (!this.#ports.isOnline()) await this.#pause('offline', null);
        if (signal.aborted) return;
        this.#set(changeLast(this.#conversation, { phase: 'asking', retryAtMs: null }));
        await this.#tryOnce(signal);
        return;
      } catch (error) {
        const failure = toFailure(error, false);
        if (signal.aborted || !(await this.#recover(failure, { tries, signal }))) return;
      }
    }
  }

  /** One try. Resolves when the answer is complete. @throws Failure */
  async #tryOnce(signal: AbortSignal): Promise<void> {
    const { sessionId, isForgotten, turns } = this.#conversation;
    const question = {
      message: turns.at(-1)?.question ?? '',
      sessionId: isForgotten ? null : sessionId,
      profile: this.#ports.memory.profile(),
    };
    for await (const event of this.#ports.ask(question, signal)) {
      if (signal.aborted) return;
      this.#set(applyEvent(this.#conversation, event));
    }
  }

  /** Deals with a failure. True if another try makes sense now. */
  async #recover(
    failure: Failure,
    { tries, signal }: { readonly tries: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    if (failure.kind === 'broken') this.#ports.report(failure, this.#conversation.sessionId);
    const mayBeStored = failure.kind === 'cutOff' || failure.kind === 'unreachable';
    if (mayBeStored && (await this.#adopt(signal))) return false;
    const seconds = waitBefore(failure, tries);
    if (!this.#ports.isOnline()) {
      await this.#pause('offline', null);
    } else if (seconds === null) {
      const { kind, retryAfterSeconds } = failure;
      const retryAtMs = this.#after(retryAfterSeconds);
      this.#set(changeLast(this.#conversation, { phase: 'failed', failure: kind, retryAtMs }));
      return false;
    } else {
      await this.#pause(failure.kind, seconds);
    }
    if (signal.aborted) return false;
    // The backend may have finished its answer meanwhile; asking again would be saying it twice.
    return !mayBeStored || !(await this.#adopt(signal));
  }

  /** True if there is nothing left to ask: the backend had stored the answer before the connection broke. */
  async #adopt(signal: AbortSignal): Promise<boolean> {
    const { sessionId } = this.#conversation;
    if (sessionId === null) return false;
    const messages = await this.#ports.readSession(sessionId).catch(() => null);
    if (messages === null || signal.aborted) return signal.aborted;
    const merged = mergeStored(this.#conversation, messages);
    if (isBusy(merged)) return false;
    this.#set(merged);
    return true;
  }

  #after(seconds: number | null): number | null {
    return seconds === null ? null : this.#ports.nowMs() + seconds * 1000;
  }

  /** Waits for the time, for {@link Chat.retry}, or (without a time) for the network. */
  async #pause(kind: FailureKind, seconds: number | null): Promise<void> {
    const change = { phase: 'waiting', failure: kind, retryAtMs: this.#after(seconds) } as const;
    this.#set(changeLast(this.#conversation, change));
    await new Promise<void>((resolve) => {
      const timer = seconds === null ? undefined : setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  /** Compares with the backend, where there is something to compare with, and goes on with what was on its way. */
  async #catchUp(): Promise<void> {
    const { sessionId } = this.#conversation;
    const messages =
      sessionId === null
        ? undefined
        : await this.#ports.readSession(sessionId).catch(() => undefined);
    if (this.#conversation.sessionId !== sessionId) return;
    if (messages === null) this.#set({ ...this.#conversation, isForgotten: true });
    else if (messages) this.#set(mergeStored(this.#conversation, messages));
    if (isBusy(this.#conversation) && this.#running === null) this.#start();
  }
}

function isStreaming({ turns }: Conversation): boolean {
  return turns.at(-1)?.phase === 'streaming';
}
