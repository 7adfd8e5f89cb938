/** The controller's API as the page calls it. Every failure is a sentence for the reader. */
import type {
  About,
  ErrorLines,
  HistoryEntry,
  HistoryPage,
  Seen,
  TrafficSeries,
  WishType,
} from '@ascent/controller';
import type { InstanceCountOutcome } from '@ascent/core';

/** An answer, or why there is none. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly why: string;
      /** The controller does not know who is asking, or not any more. */
      readonly signedOut: boolean;
    };

async function call<T>(path: string, init?: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(`api/${path}`, init);
    const body = (await response.json().catch(() => null)) as unknown;
    if (response.ok) return { ok: true, value: body as T };
    const why = faultOf(body) ?? `The controller answered ${response.status}.`;
    return { ok: false, why, signedOut: response.status === 401 };
  } catch {
    return { ok: false, why: silenceWords(init?.method), signedOut: false };
  }
}

/** A request that changes something may have arrived although no answer came back: nobody here can say that it did not. */
function silenceWords(method: string | undefined): string {
  return method === 'POST'
    ? 'No answer came back, so it is not known whether this took effect. The page shows it as soon as the controller is heard again; in a terminal, ascent status asks the service directly.'
    : 'The controller cannot be reached. Try again in a moment.';
}

function faultOf(body: unknown): string | null {
  const error = (body as { readonly error?: unknown } | null)?.error;
  if (typeof error === 'string') return error;
  const message = (error as { readonly message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : null;
}

function post(value: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}

/** Who the reader is to the controller, and what it allows. */
export async function readAbout(): Promise<Answer<About>> {
  return await call<About>('about');
}

/** Signs in with the token that the controller printed when it started. */
export async function signIn(wanted: {
  readonly token: string;
  readonly name: string;
}): Promise<Answer<About>> {
  return await call<About>('session', post(wanted));
}

/** Forgets who the reader is. */
export async function signOut(): Promise<Answer<About>> {
  return await call<About>('session', { method: 'DELETE' });
}

/** Acts on the rollout; refused where it is not as it was `seen` any more. */
export async function act(
  type: WishType,
  reason: string,
  seen: Seen,
): Promise<Answer<{ readonly said: string }>> {
  return await call(`actions/${type}`, post({ reason, seen }));
}

/** Writes down why the decision `seq` was made, after the fact. */
export async function explain(rollout: string, seq: number, reason: string): Promise<Answer<null>> {
  return await call('reasons', post({ rollout, seq, reason }));
}

/** Tells nobody of the alert `rule` for `forMs`; 0 ends a silence. */
export async function silence(rule: string, forMs: number): Promise<Answer<null>> {
  return await call('silences', post({ rule, forMs }));
}

/** Requests, errors and latencies of the rollout so far. */
export async function readTraffic(): Promise<Answer<TrafficSeries>> {
  return await call<TrafficSeries>('traffic');
}

/** How many instances each revision of the rollout has. */
export async function readInstances(): Promise<Answer<InstanceCountOutcome>> {
  return await call<InstanceCountOutcome>('instances');
}

/** The newest error lines of the candidate. */
export async function readErrors(): Promise<Answer<ErrorLines>> {
  return await call<ErrorLines>('errors');
}

/** Rollouts that ended, newest first, and the figures over them. */
export async function readHistory(): Promise<Answer<HistoryPage>> {
  return await call<HistoryPage>('history');
}

/** One rollout that ended, whole. */
export async function readRollout(id: string): Promise<Answer<HistoryEntry>> {
  return await call<HistoryEntry>(`history/${encodeURIComponent(id)}`);
}
