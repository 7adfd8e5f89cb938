/** Asks one metrics source for JSON, within a deadline. Whatever prevents an answer is told in words. */
import { oneLine } from '@ascent/core';
import { Unreadable } from './unreadable.js';

/** What is asked of `fetch`: less than the standard, so that Node's and undici's are equally good. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body: string | null;
    readonly signal: AbortSignal;
  },
) => Promise<JsonAnswer>;

/** An answer: read from `body` where it has one, so that an endless one can be left. */
type JsonAnswer = {
  readonly status: number;
  readonly text: () => Promise<string>;
  readonly body?: AsyncIterable<Uint8Array> | null;
};

/** A day of samples is a few megabytes; a source gone mad must not fill the controller's memory. */
const ANSWER_BYTES_MAX = 64 * 1_048_576;
/** What an answer that is no JSON says of itself: enough to see that it is a sign-in page. */
const EXCERPT_LENGTH_MAX = 200;

/** What a source needs. */
export type JsonSourceOptions = {
  /** The source in words, such as `Prometheus at http://…`. */
  readonly name: string;
  readonly fetch: Fetch;
  /** Headers that prove who we are; called for every request. */
  readonly authorize: () => Promise<Readonly<Record<string, string>>>;
  /** The message inside an error's body, or `null` where the body is none of the source's own. */
  readonly faultIn: (json: unknown) => string | null;
};

/** One question, signed and asked. `form` is sent as a POST body, so that its length has no limit. */
export type JsonQuestion = {
  readonly url: string;
  readonly form: URLSearchParams | null;
  readonly signal: AbortSignal;
};

/** Asks and returns the parsed body of a 200. @throws Unreadable for anything else. */
export type AskJson = (question: JsonQuestion) => Promise<unknown>;

/** Creates the function that asks. */
export function createJsonSource(options: JsonSourceOptions): AskJson {
  return async (question) => {
    const { status, text } = await exchange(options, question);
    const json = parse(text);
    if (status === 200 && json !== undefined) return json;
    const said = json === undefined ? null : options.faultIn(json);
    const words = said ?? (text.trim() === '' ? 'an empty answer' : text);
    throw new Unreadable(
      `${options.name} answered HTTP ${status}: ${oneLine(words, EXCERPT_LENGTH_MAX)}`,
    );
  };
}

async function exchange(
  { name, fetch, authorize }: JsonSourceOptions,
  { url, form, signal }: JsonQuestion,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const proof = await beforeAbort(authorize(), signal);
    const response = await fetch(url, {
      method: form === null ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...proof,
      },
      body: form === null ? null : form.toString(),
      signal,
    });
    return { status: response.status, text: await readText(response) };
  } catch (error) {
    const reason = signal.aborted ? 'no answer in time' : causeOf(error);
    throw new Unreadable(`${name} cannot be read: ${reason}`);
  }
}

async function readText(answer: JsonAnswer): Promise<string> {
  const { body } = answer;
  if (body === undefined || body === null) return await answer.text();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) {
      throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX / 1_048_576} MiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What `promise` gives; rejects once `signal` fires, because a token service may hang for ever. */
async function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => {
      reject(new Error('no token in time'));
    };
    signal.addEventListener('abort', onAbort, { once: true, signal: settled.signal });
  });
  return Promise.race([promise, aborted]).finally(() => {
    settled.abort();
  });
}

/** `fetch failed` says nothing; its cause says `connect ECONNREFUSED 127.0.0.1:9090`. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
    return cause.errors[0].message;
  }
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
