/**
 * One HTTP exchange with the platform's API, within a deadline. What came back is a value: whether silence after a write
 * means anything is for the caller to decide, so nothing here throws for an outage.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** What is asked of `fetch`: less than the standard, so that Node's and undici's are equally good. */
export type FetchInit = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly signal: AbortSignal;
  readonly redirect: 'manual';
};

/** The part of `fetch` that is used. */
export type Fetch = (
  url: string,
  init: FetchInit,
) => Promise<{
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly text: () => Promise<string>;
}>;

/** What came of a request. */
export type Answer =
  | {
      readonly type: 'answer';
      readonly status: number;
      /** Parsed JSON, or `undefined` where the text is none. */
      readonly json: unknown;
      readonly text: string;
      readonly retryAfterMs: number;
    }
  /** Nothing came back: whether the request took effect is not known. */
  | { readonly type: 'silence'; readonly reason: string };

/** A request before it is signed. */
export type ApiRequest = {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly body: string | null;
};

/** Sends requests to one API. */
export type ApiClient = {
  /** Asks once. @throws AscentError when there are no credentials. */
  readonly send: (request: ApiRequest) => Promise<Answer>;
  /** Asks again, with growing pauses, while the answer is 429, 5xx or silence and the deadline has not passed. */
  readonly get: (url: string) => Promise<Answer>;
};

/** What a client needs. */
export type ApiClientOptions = {
  readonly fetch: Fetch;
  /** Headers that prove who we are; called for every request. */
  readonly authorize: () => Promise<Readonly<Record<string, string>>>;
  /** How long one read with its repetitions, or one write, may take. */
  readonly deadlineMs: number;
  /** Who is told where nothing has answered yet; nobody by default. */
  readonly slow?: Slow | undefined;
};

/** A person who waits is told once, after `afterMs`, what is being waited for: until the first answer ever comes. */
export type Slow = { readonly afterMs: number; readonly tell: (reason: string) => void };

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** One hung connection must not eat the whole deadline of a read. */
const ATTEMPTS_PER_DEADLINE = 3;

/** Creates a client. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const exchange = firstContact(options);
  const send = (request: ApiRequest): Promise<Answer> => exchange(request, options.deadlineMs);
  const get = async (url: string): Promise<Answer> => {
    const startMs = performance.now();
    const attemptMs = Math.ceil(options.deadlineMs / ATTEMPTS_PER_DEADLINE);
    for (let attempt = 0; ; attempt += 1) {
      const leftMs = options.deadlineMs - (performance.now() - startMs);
      const request = { method: 'GET', url, body: null } as const;
      const answer = await exchange(request, Math.max(1, Math.min(attemptMs, leftMs)));
      if (!isTransient(answer)) return answer;
      const pauseMs = pauseBeforeMs(attempt, answer);
      if (performance.now() - startMs + pauseMs >= options.deadlineMs) return answer;
      await delay(pauseMs);
    }
  };
  return { send, get };
}

type Exchange = (request: ApiRequest, withinMs: number) => Promise<Answer>;

/** {@link exchange} that tells whoever waits of the first one, and of nothing later: a controller has a log for that. */
function firstContact(options: ApiClientOptions): Exchange {
  const { slow } = options;
  let waiting: ReturnType<typeof setTimeout> | null = null;
  let done = slow === undefined;
  let last = 'no answer yet';
  return async (request, withinMs) => {
    if (slow !== undefined && waiting === null && !done) {
      waiting = setTimeout(() => {
        if (!done) slow.tell(last);
        done = true;
      }, slow.afterMs);
      // A command that was given up ends without it.
      waiting.unref();
    }
    const answer = await exchange(options, request, withinMs);
    if (answer.type === 'silence') last = answer.reason;
    else if (isTransient(answer)) last = `HTTP ${answer.status}`;
    else done = true;
    return answer;
  };
}

/** True for an outage, whose request may be asked again: silence, 429 and 5xx. */
export function isTransient(answer: Answer): boolean {
  return answer.type === 'silence' || answer.status === 429 || answer.status >= 500;
}

async function exchange(
  { fetch, authorize }: ApiClientOptions,
  { method, url, body }: ApiRequest,
  withinMs: number,
): Promise<Answer> {
  const signal = AbortSignal.timeout(Math.ceil(withinMs));
  const headers = await orNull(authorize(), signal);
  // A token service that hangs must not hold up a deadline: no request was sent, so nothing has changed.
  if (headers === null) return { type: 'silence', reason: `no token within ${withinMs} ms` };
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body,
      signal,
      // A redirected PUT would become a GET that answers 200: a write that never was.
      redirect: 'manual',
    });
    const text = await response.text();
    return {
      type: 'answer',
      status: response.status,
      json: parseJson(text),
      text,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    };
  } catch (error) {
    const reason = signal.aborted ? `no answer within ${Math.ceil(withinMs)} ms` : faultOf(error);
    return { type: 'silence', reason };
  }
}

/** What `promise` gives, or `null` once `signal` fires. */
async function orNull<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const fired = new Promise<null>((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(null);
      },
      { once: true },
    );
  });
  return Promise.race([promise, fired]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; its cause says `connect ECONNREFUSED 127.0.0.1:8080`. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
    return cause.errors[0].message;
  }
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

function retryAfterMs(header: string | null): number {
  const seconds = Number(header ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}

/** Full jitter: controllers that met the same outage must not come back together. */
function pauseBeforeMs(attempt: number, answer: Answer): number {
  const ceilingMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  const pauseMs = ceilingMs / 2 + (Math.random() * ceilingMs) / 2;
  return answer.type === 'answer' ? Math.max(pauseMs, answer.retryAfterMs) : pauseMs;
}
