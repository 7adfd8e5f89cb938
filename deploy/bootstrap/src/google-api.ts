/**
 * Google's REST APIs as this room needs them: one request, asked again where that is safe, and waiting for long-running
 * operations in both their forms (google.longrunning: https://google.aip.dev/151, and Compute Engine's own).
 */
import { setTimeout as delay } from 'node:timers/promises';

/** A JSON object as it came. */
export type Json = Readonly<Record<string, unknown>>;

/** A call that failed. The message says what was asked, what came back and, where known, what to do. */
export class GoogleApiError extends Error {
  override readonly name = 'GoogleApiError';
  readonly status: number;
  /** google.rpc status or ErrorInfo reason, such as `ALREADY_EXISTS` or `SERVICE_DISABLED`. */
  readonly reason: string;

  constructor(message: string, status: number, reason: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The APIs. */
export type GoogleApi = {
  /** Reads; `null` where it is not there, or its API is not enabled yet (then nothing of it can be there). */
  readonly read: (url: string) => Promise<Json | null>;
  /** A POST that only reads, such as `:getIamPolicy`; `null` as in `read`. */
  readonly ask: (url: string, body: Json) => Promise<Json | null>;
  /** Writes, and waits until the operation it began is done. @throws GoogleApiError */
  readonly write: (method: 'POST' | 'PATCH' | 'PUT', url: string, body: Json) => Promise<Json>;
};

/** A text field of an answer, or `null`. */
export function textOf(json: Json | null, field: string): string | null {
  const value = json?.[field];
  return typeof value === 'string' ? value : null;
}

/** How the APIs are reached. */
export type GoogleApiOptions = {
  readonly token: () => Promise<string>;
  /** Where all hosts are found below, as `ENDPOINT/HOST/…`; `null` is the real ones. */
  readonly endpoint: string | null;
  /** The project that stands for the calls of APIs whose resources belong to none; a person's own token names none. */
  readonly quotaProject: string;
  /** The first pause before asking again or looking at an operation. @default 500 */
  readonly pauseMs?: number;
};

const TIMEOUT_MS = 60_000;
const ATTEMPTS = 6;
const LONGEST_PAUSE_MS = 10_000;
const POLLS = 200;
/** What was just made is not known everywhere yet: about two minutes, with the pauses growing to their longest. */
const EARLY_ATTEMPTS = 15;
/** https://cloud.google.com/docs/quotas/quota-project */
const NEEDS_QUOTA_PROJECT = 'https://billingbudgets.googleapis.com/';

type Answer = { readonly status: number; readonly json: Json };

/** Creates the client. */
export function createGoogleApi(options: GoogleApiOptions): GoogleApi {
  const exchange = exchanger(options);
  const wait = waiter(exchange, options.pauseMs ?? 500);
  const orNull = async (method: string, url: string, body?: Json): Promise<Json | null> => {
    const answer = await exchange(method, url, body);
    if (answer.status === 404 || reasonOf(answer.json) === 'SERVICE_DISABLED') return null;
    return expectOk(method, url, answer);
  };
  return {
    read: (url) => orNull('GET', url),
    ask: (url, body) => orNull('POST', url, body),
    write: async (method, url, body) => {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await exchange(method, url, body);
        if (!isTooEarly(url, answer) || attempt === EARLY_ATTEMPTS)
          return await wait(url, expectOk(method, url, answer));
        await delay(pauseAfter(attempt, options.pauseMs));
      }
    },
  };
}

/** True for a refusal that ends by itself: an API enabled, or a member of a policy made, a moment ago. */
function isTooEarly(url: string, { status, json }: Answer): boolean {
  if (reasonOf(json) === 'SERVICE_DISABLED') return true;
  const { message = '' } = (json['error'] ?? {}) as ErrorBody;
  return status === 400 && /:setIamPolicy$|\/iam$/.test(url) && /does not exist/.test(message);
}

function pauseAfter(attempt: number, pauseMs = 500): number {
  return Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** attempt);
}

type Exchange = (method: string, url: string, body?: Json) => Promise<Answer>;

function exchanger({ token, endpoint, quotaProject, pauseMs }: GoogleApiOptions): Exchange {
  return async (method, url, body) => {
    const address =
      endpoint === null ? url : url.replace(/^https:\//, endpoint.replace(/\/+$/, ''));
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(address, {
        method,
        headers: {
          authorization: `Bearer ${await token()}`,
          'content-type': 'application/json',
          ...(url.startsWith(NEEDS_QUOTA_PROJECT) ? { 'x-goog-user-project': quotaProject } : {}),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => {
        throw unreachable(method, address, error);
      });
      const text = await response.text();
      // 429 and 503 were not carried out; a 500 may have been, so only a read is asked again.
      const again =
        response.status === 429 ||
        response.status === 503 ||
        (response.status === 500 && method === 'GET');
      if (!again || attempt === ATTEMPTS) return { status: response.status, json: parsed(text) };
      await delay(pauseAfter(attempt, pauseMs));
    }
  };
}

function unreachable(method: string, address: string, error: unknown): unknown {
  // What the token says is its own.
  if (error instanceof GoogleApiError || !(error instanceof Error)) return error;
  const why = error.cause instanceof Error ? error.cause.message : error.message;
  const remedy = 'What was made stays; run the same command again.';
  return new GoogleApiError(`${method} ${address} had no answer: ${why}. ${remedy}`, 0, '');
}

function parsed(text: string): Json {
  try {
    const json = JSON.parse(text) as unknown;
    return typeof json === 'object' && json !== null ? (json as Json) : {};
  } catch {
    return { error: { message: text.slice(0, 300) } };
  }
}

type ErrorBody = {
  readonly message?: string;
  readonly status?: string;
  readonly details?: readonly { readonly reason?: string }[];
  readonly errors?: readonly { readonly reason?: string }[];
};

function reasonOf(json: Json): string {
  const error = (json['error'] ?? {}) as ErrorBody;
  const detail = error.details?.find(({ reason }) => reason !== undefined)?.reason;
  return detail ?? error.status ?? error.errors?.[0]?.reason ?? '';
}

function expectOk(method: string, url: string, { status, json }: Answer): Json {
  if (status >= 200 && status < 300) return json;
  const { message = 'no reason given' } = (json['error'] ?? {}) as ErrorBody;
  const remedy =
    status === 401 || status === 403
      ? ' The account needs roles/owner on the project for this, and roles/billing.costsManager on the billing account.'
      : '';
  throw new GoogleApiError(
    `${method} ${url} answered HTTP ${status}: ${message}${remedy}`,
    status,
    reasonOf(json),
  );
}

type Operation = {
  readonly name?: string;
  readonly done?: boolean;
  readonly error?: ErrorBody & { readonly errors?: readonly { readonly message?: string }[] };
  readonly response?: Json;
  readonly kind?: string;
  readonly selfLink?: string;
  readonly status?: string;
};

/** True for an answer that is an operation: Compute's has a kind, google.longrunning's a name with `operations/`. */
function isOperation({ kind, name }: Operation): boolean {
  return kind === 'compute#operation' || /(^|\/)operations\//.test(name ?? '');
}

function waiter(exchange: Exchange, pauseMs: number): (url: string, answer: Json) => Promise<Json> {
  return async (url, answer) => {
    if (!isOperation(answer)) return answer;
    let operation: Operation = answer;
    for (let poll = 0; poll < POLLS; poll += 1) {
      if (isDone(operation, url)) return operation.response ?? {};
      await delay(Math.min(LONGEST_PAUSE_MS, pauseMs * 1.3 ** poll));
      const where = operation.selfLink ?? `${new URL(url).origin}/v1/${operation.name ?? ''}`;
      operation = expectOk('GET', where, await exchange('GET', where));
    }
    throw new GoogleApiError(`${url} did not end; run the same command again later`, 0, '');
  };
}

/** @throws GoogleApiError where it ended without doing what was asked. */
function isDone({ done, status, error }: Operation, url: string): boolean {
  if (error === undefined) return done === true || status === 'DONE';
  const message = error.errors?.[0]?.message ?? error.message ?? 'no reason given';
  throw new GoogleApiError(`${url} failed: ${message}`, 0, error.status ?? '');
}
