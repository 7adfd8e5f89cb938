import {
  errorCodeOf,
  readEvent,
  readMessages,
  type ChatEvent,
  type DiverProfile,
  type StoredMessage,
} from './contract';
import { readEvents } from './event-stream';
import { Failure, failureOf, readRetryAfter, toFailure } from './failure';

/** Where the API is; Next sends it on to `BACKEND_URL`. */
const base = process.env.NEXT_PUBLIC_API_URL ?? '/api';

/** A stream that is silent for so long is dead. The backend gives a model 20 s and has a second one behind it. */
const silenceMs = 45_000;

/** A question as it is sent. */
export type Question = {
  readonly message: string;
  readonly sessionId: string | null;
  readonly profile: DiverProfile;
};

/** Asks, and yields the answer's events. @throws Failure, always. */
export async function* ask(
  { message, sessionId, profile }: Question,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent, void, undefined> {
  const silence = watchSilence(signal);
  let hasBegun = false;
  try {
    const response = await fetch(`${base}/chat/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        message,
        ...(sessionId !== null && { sessionId }),
        ...(Object.keys(profile).length > 0 && { diverProfile: profile }),
      }),
      signal: silence.signal,
    });
    if (!response.ok || response.body === null) throw await readFailure(response);
    // The page on which a harbour's Wi-Fi wants money is answered with 200 too.
    if (!/^text\/event-stream/.test(response.headers.get('content-type') ?? ''))
      throw new Failure('unreachable', null, 'the answer is no stream');
    for await (const { type, data } of readEvents(response.body, silence.hear)) {
      const event = readEvent(type, parseJson(data));
      if (event === null) continue;
      if (event.type === 'error') throw new Failure('cutOff', null, event.code);
      hasBegun = true;
      yield event;
      if (event.type === 'final') return;
    }
    throw new Failure('cutOff');
  } catch (error) {
    throw toFailure(error, hasBegun);
  } finally {
    silence.end();
  }
}

/** Fires when the caller's signal does, or when nothing has been heard for {@link silenceMs}. */
function watchSilence(signal: AbortSignal): {
  readonly signal: AbortSignal;
  readonly hear: () => void;
  readonly end: () => void;
} {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  let timer = setTimeout(abort, silenceMs);
  signal.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    hear: () => {
      clearTimeout(timer);
      timer = setTimeout(abort, silenceMs);
    },
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

async function readFailure(response: Response): Promise<Failure> {
  const body = parseJson(await response.text().catch(() => ''), null);
  const retryAfter = readRetryAfter(response.headers.get('retry-after'), Date.now());
  return failureOf(response.status, errorCodeOf(body), retryAfter);
}

/** JSON, or `otherwise`. Without it a fault is ours, told in words that quote nothing of the text. */
function parseJson(text: string, otherwise?: null): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (otherwise === null) return null;
    throw new Failure('broken', null, 'an event of the stream is not JSON');
  }
}

/** The messages of a session, or `null` if it has expired. @throws Failure where that cannot be found out. */
export async function readSession(sessionId: string): Promise<readonly StoredMessage[] | null> {
  try {
    const response = await fetch(`${base}/session/${encodeURIComponent(sessionId)}`, {
      cache: 'no-store',
    });
    if (response.status === 404) {
      const code = errorCodeOf(parseJson(await response.text(), null));
      if (code === 'SESSION_NOT_FOUND') return null;
    }
    if (!response.ok) throw await readFailure(response);
    return readMessages(parseJson(await response.text()));
  } catch (error) {
    throw toFailure(error, false);
  }
}
