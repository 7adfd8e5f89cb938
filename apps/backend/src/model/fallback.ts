import { setTimeout as delay } from 'node:timers/promises';
import { Breaker } from './breaker.js';
import { ProviderError, type ModelProvider, type Prompt, type TokenUsage } from './provider.js';

/** Deadlines of one provider's call, in milliseconds. */
export interface CallDeadlines {
  /** Until the first piece of text. */
  readonly firstTokenMs: number;
  /** Until the end. */
  readonly totalMs: number;
}

/** What comes out of asking the providers in turn. */
export type WriterEvent =
  | { readonly type: 'text'; readonly text: string }
  /** A provider failed after it had begun; what it has said so far is void. */
  | { readonly type: 'void' }
  | {
      readonly type: 'end';
      readonly provider: string;
      readonly model: string;
      readonly usage: TokenUsage;
    };

/** A failed try, for the log and the counters. */
export interface FailedTry {
  readonly provider: string;
  readonly error: ProviderError;
}

/** Asks the providers in their order until one answers completely. */
export interface Writer {
  /** Whether any provider is configured. */
  readonly isConfigured: boolean;
  /** Throws a {@link ProviderError} if every provider failed or is being left alone. */
  write(
    prompt: Prompt,
    signal: AbortSignal,
    onFailure: (failed: FailedTry) => void,
  ): AsyncGenerator<WriterEvent>;
  /** Which providers are asked, and whether each is being left alone at the moment. */
  describe(): readonly { readonly name: string; readonly model: string }[];
}

const breakerOptions = { failuresMax: 3, coolDownMs: 5_000 };

/** Puts providers behind one another, each with a breaker of its own. */
export function createWriter(
  providers: readonly ModelProvider[],
  deadlines: CallDeadlines,
): Writer {
  const guarded = providers.map((provider) => ({ provider, breaker: new Breaker(breakerOptions) }));
  return {
    isConfigured: providers.length > 0,
    describe: () => providers.map(({ name, model }) => ({ name, model })),
    write: async function* (prompt, signal, onFailure) {
      for (const { provider, breaker } of guarded) {
        if (!breaker.allow(performance.now())) continue;
        let hasBegun = false;
        try {
          for await (const event of callOnce(provider, prompt, { signal, deadlines })) {
            hasBegun = true;
            yield event;
          }
          breaker.reportSuccess();
          return;
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          breaker.reportFailure(performance.now(), error.fault === 'quota');
          onFailure({ provider: provider.name, error });
          if (hasBegun) yield { type: 'void' };
        } finally {
          // Harmless after the two reports above; after a diver who left, it lets the next one try.
          breaker.reportNothing();
        }
      }
      throw new ProviderError('unavailable', 'no provider could answer');
    },
  };
}

/** Characters after which an answer counts as running away: several times what our limit of tokens allows. */
const answerLengthMax = 12_000;

/** One call with its deadlines; an answer without a word is a failure too. */
async function* callOnce(
  provider: ModelProvider,
  prompt: Prompt,
  { signal, deadlines }: { readonly signal: AbortSignal; readonly deadlines: CallDeadlines },
): AsyncGenerator<WriterEvent> {
  const call = new AbortController();
  const abort = (): void => {
    call.abort(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  const startedMs = performance.now();
  const events = provider.stream(prompt, call.signal)[Symbol.asyncIterator]();
  let length = 0;
  try {
    signal.throwIfAborted();
    for (;;) {
      const limitMs =
        length > 0 ? deadlines.totalMs : Math.min(deadlines.firstTokenMs, deadlines.totalMs);
      const next = await orTimeout(events.next(), startedMs + limitMs - performance.now());
      if (next.done) throw new ProviderError('truncated', 'the stream ended without an end');
      const event = next.value;
      if (event.type === 'text') {
        if (event.text === '') continue;
        length += event.text.length;
        if (length > answerLengthMax) throw new ProviderError('endless', 'the answer had no end');
        yield event;
        continue;
      }
      if (length === 0) throw new ProviderError('empty', 'the answer had no words');
      yield { ...event, provider: provider.name, model: provider.model };
      return;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    // Ends the request to the provider, whatever has happened; a hanging one must not keep a socket.
    call.abort();
  }
}

async function orTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController();
  promise.catch(() => undefined);
  const timeout = delay(Math.max(0, ms), undefined, { signal: timer.signal }).then(() => {
    throw new ProviderError('timeout', 'the provider took too long');
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
    timeout.catch(() => undefined);
  }
}
