/**
 * The faults an API call can have, as Google's APIs report them: an HTTP status, a canonical name and a
 * message. https://cloud.google.com/apis/design/errors
 */
import type { GoogleError } from '@ascent/knative';

/** Canonical name → its HTTP status and gRPC code. */
export const canonicalCodes = {
  INVALID_ARGUMENT: { http: 400, grpc: 3 },
  FAILED_PRECONDITION: { http: 400, grpc: 9 },
  NOT_FOUND: { http: 404, grpc: 5 },
  ALREADY_EXISTS: { http: 409, grpc: 6 },
  ABORTED: { http: 409, grpc: 10 },
  PERMISSION_DENIED: { http: 403, grpc: 7 },
  RESOURCE_EXHAUSTED: { http: 429, grpc: 8 },
  INTERNAL: { http: 500, grpc: 13 },
  UNIMPLEMENTED: { http: 501, grpc: 12 },
} as const;

/** The canonical name of a fault. */
export type CanonicalStatus = keyof typeof canonicalCodes;

/** Thrown when a call to an API is answered with an error. */
export class ApiError extends Error {
  readonly status: CanonicalStatus;

  constructor(status: CanonicalStatus, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }

  /** The HTTP status of the answer. */
  get httpStatus(): number {
    return canonicalCodes[this.status].http;
  }

  /** The body of the answer. */
  toEnvelope(): GoogleError {
    return { error: { code: this.httpStatus, message: this.message, status: this.status } };
  }
}

/** A field is wrong: names it and says what would be right. */
export function invalidArgument(message: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message);
}

/** There is no such resource; Cloud Run's text. */
export function notFound(kind: string, name: string): ApiError {
  return new ApiError('NOT_FOUND', `Resource '${name}' of kind '${kind}' does not exist.`);
}
