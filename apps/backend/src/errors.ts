/** Every error the API can answer with: its HTTP status, what it says, and when to try again. Codes are never reused. */
export const apiErrors = {
  INVALID_REQUEST: { status: 400, message: 'The request is not valid.' },
  INVALID_JSON: { status: 400, message: 'The body is not valid JSON.' },
  NOT_FOUND: { status: 404, message: 'There is nothing at this address.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: 'This address does not answer this method; the Allow header names those it answers.',
  },
  SESSION_NOT_FOUND: {
    status: 404,
    message: 'There is no such session, or it has expired; leave sessionId out to begin a new one.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    message: 'The body is too large; a message has at most 2000 characters.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message: 'Send JSON with content-type: application/json.',
  },
  RATE_LIMITED: {
    status: 429,
    message: 'Too many requests; wait a moment.',
    retryAfterSeconds: 10,
  },
  INTERNAL: { status: 500, message: 'Something went wrong on our side.' },
  OVERLOADED: {
    status: 503,
    message: 'Too many divers are asking at once; try again shortly.',
    retryAfterSeconds: 1,
  },
  DATABASE_BUSY: {
    status: 503,
    message: 'The database is busy; try again shortly.',
    retryAfterSeconds: 1,
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    message: 'The database cannot be reached; try again shortly.',
    retryAfterSeconds: 2,
  },
  SESSION_BUSY: {
    status: 503,
    message: 'An earlier message of this session is still being answered; try again shortly.',
    retryAfterSeconds: 2,
  },
} as const satisfies Readonly<
  Record<string, { status: number; message: string; retryAfterSeconds?: number }>
>;

/** A code of the catalogue {@link apiErrors}. */
export type ApiErrorCode = keyof typeof apiErrors;

/** One fault of a request: where it is and what is wrong with it. */
export interface FaultDetail {
  readonly path: string;
  readonly message: string;
}

/** An error that the client is told about, by its code of the catalogue. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly details: readonly FaultDetail[];

  constructor(
    code: ApiErrorCode,
    options: { cause?: unknown; details?: readonly FaultDetail[] } = {},
  ) {
    super(apiErrors[code].message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? [];
  }

  get status(): number {
    return apiErrors[this.code].status;
  }

  /** Seconds after which another try makes sense, if it ever does. */
  get retryAfterSeconds(): number | undefined {
    const entry = apiErrors[this.code];
    return 'retryAfterSeconds' in entry ? entry.retryAfterSeconds : undefined;
  }
}

/** What every error answer looks like. */
export interface ErrorEnvelope {
  readonly error: {
    readonly code: ApiErrorCode;
    readonly message: string;
    readonly requestId: string;
    readonly details?: readonly FaultDetail[];
  };
}

/** The body for an error of the catalogue. */
export function toEnvelope({ code, message, details }: ApiError, requestId: string): ErrorEnvelope {
  return { error: { code, message, requestId, ...(details.length > 0 && { details }) } };
}
