/**
 * Why a question has no answer yet. `crowded`, `busy`: the backend said when to come back (429, 503); `offline`: the
 * device has no network; `unreachable`: no answer at all; `cutOff`: the answer began and broke off; `refused`: asking
 * again would not help; `broken`: a fault of ours.
 */
export type FailureKind =
  'crowded' | 'busy' | 'offline' | 'unreachable' | 'cutOff' | 'refused' | 'broken';

/** A failure with what the page needs to go on. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** Seconds that the backend asked to wait, or `null`. */
  readonly retryAfterSeconds: number | null;

  constructor(kind: FailureKind, retryAfterSeconds: number | null = null, detail = '') {
    super(detail === '' ? kind : `${kind}: ${detail}`);
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The longest that the page waits by itself; where a backend wants more, a person decides. Seconds. */
const patienceSeconds = 120;

/** `Retry-After` in seconds, as a number or as a date; `null` where it is neither. `nowMs` is now. */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = /^\d+$/.test(header.trim())
    ? Number(header)
    : Math.ceil((Date.parse(header) - nowMs) / 1000);
  if (Number.isNaN(seconds)) return null;
  return Math.max(seconds, 1);
}

/** The failure that an answer with this status is. */
export function failureOf(status: number, code: string, retryAfter: number | null): Failure {
  const detail = `${status} ${code}`.trim();
  if (status === 429) return new Failure('crowded', retryAfter ?? 10, detail);
  if (status === 503) return new Failure('busy', retryAfter ?? 5, detail);
  // What a proxy answers for a backend that is not there, with no envelope or with one of its own.
  if (status === 502 || status === 504 || (status >= 500 && code === ''))
    return new Failure('unreachable', null, detail);
  // Only what the backend itself says of a message is the diver's to mend; a wrong address, say, is ours.
  const isOfMessage = code !== '' && (status === 400 || status === 413);
  return new Failure(isOfMessage ? 'refused' : 'broken', null, detail);
}

/** Any error as a failure: what `fetch` and a reader throw means that the network is gone. */
export function toFailure(error: unknown, hasBegun: boolean): Failure {
  if (error instanceof Failure) return error;
  return new Failure(hasBegun ? 'cutOff' : 'unreachable');
}

/** What a diver is told of what happened. */
export const wordsOf: Readonly<
  Record<FailureKind, { readonly title: string; readonly text: string }>
> = {
  crowded: {
    title: 'That was a little fast',
    text: 'Your question is safe here.',
  },
  busy: {
    title: 'Many divers are asking at once',
    text: 'Your question is safe here.',
  },
  offline: {
    title: 'You are offline',
    text: 'Your question is safe here.',
  },
  unreachable: {
    title: 'DovvyBuddy cannot be reached',
    text: 'The connection is gone, or our side is. Your question is safe here.',
  },
  cutOff: {
    title: 'The answer broke off',
    text: 'The connection was lost half-way. Your question is safe here.',
  },
  refused: {
    title: 'This question could not be read',
    text: 'Please put it in other words.',
  },
  broken: {
    title: 'Something went wrong on our side',
    text: 'We have been told. Your question is safe here.',
  },
};

/** How long to wait before asking again by itself, in seconds; `null` where a person must decide. `tries` so far. */
export function waitBefore(failure: Failure, tries: number): number | null {
  const { kind, retryAfterSeconds } = failure;
  if (kind === 'refused' || kind === 'broken' || tries >= 4) return null;
  if ((retryAfterSeconds ?? 0) > patienceSeconds) return null;
  return retryAfterSeconds ?? [2, 5, 10, 20][tries - 1] ?? 20;
}
