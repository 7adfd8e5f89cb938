import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { ErrorReporter } from '../operations/error-reporter.js';
import type { Meter } from '../operations/meter.js';
import { ApiError, toEnvelope, type ApiErrorCode } from '../errors.js';

/** Who hears of errors. */
export interface ErrorListeners {
  readonly reporter: ErrorReporter;
  readonly meter: Pick<Meter, 'countRefusal'>;
}

/** Answers every error, our own, Fastify's or unforeseen, with the one envelope. */
export function replyToErrors(app: FastifyInstance, { reporter, meter }: ErrorListeners): void {
  app.setErrorHandler<FastifyError | Error>((error, request, reply) => {
    const known = toApiError(error);
    if (known.retryAfterSeconds !== undefined) meter.countRefusal(known.code);
    if (known.code === 'INTERNAL') {
      request.log.error({ error }, 'request failed');
      const { sessionId } = request.logFields;
      reporter.report(error, {
        requestId: request.id,
        ...(typeof sessionId === 'string' && { sessionId }),
      });
    } else if (known.cause !== undefined) {
      request.log.warn({ error: known.cause }, known.message);
    }
    return sendError(reply, known);
  });
  app.setNotFoundHandler((_request, reply) => sendError(reply, new ApiError('NOT_FOUND')));
}

/** Answers what is not HTTP at all, before there is a request: the envelope, written by hand, and the connection is closed. */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = new ApiError('INVALID_REQUEST');
  const body = JSON.stringify(toEnvelope(known, randomUUID()));
  const head = [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/json; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Sends one error of the catalogue. */
export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  reply.request.logFields['errorCode'] = error.code;
  if (error.retryAfterSeconds !== undefined)
    void reply.header('retry-after', error.retryAfterSeconds);
  return reply.code(error.status).send(toEnvelope(error, reply.request.id));
}

/** Fastify's own errors, by their codes: https://fastify.dev/docs/latest/Reference/Errors/ */
const fastifyErrors: Readonly<Record<string, ApiErrorCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_JSON',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_BAD_URL: 'NOT_FOUND',
};

/** Any error as one of the catalogue. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof Error) {
    const code =
      'code' in error && typeof error.code === 'string' ? fastifyErrors[error.code] : undefined;
    if (code !== undefined) return new ApiError(code);
    const status = 'statusCode' in error ? error.statusCode : undefined;
    if (status === 429) return new ApiError('RATE_LIMITED');
    if (status === 413) return new ApiError('BODY_TOO_LARGE');
    if (typeof status === 'number' && status >= 400 && status < 500)
      return new ApiError('INVALID_REQUEST');
  }
  return new ApiError('INTERNAL', { cause: error });
}
