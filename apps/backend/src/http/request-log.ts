import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { ErrorReporter } from '../operations/error-reporter.js';
import { readTraceId } from './request-id.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Fields that a route adds to the request's log line. Never a person's words. */
    logFields: Record<string, unknown>;
    /** Ends the request's trace with its status. */
    endTrace: (status: number) => void;
  }
}

/** The log fields that show a line under its trace in Cloud Logging; none without a well-formed trace header. */
export function readTrace(
  headers: FastifyRequest['headers'],
  project: string | undefined,
): Readonly<Record<string, string>> {
  const trace = readTraceId(headers);
  if (trace === undefined) return {};
  return {
    'logging.googleapis.com/trace':
      project === undefined ? trace : `projects/${project}/traces/${trace}`,
  };
}

/** The logger of one request: every line carries the request id and, on Google Cloud, its trace. */
export function createRequestLogger(
  parent: FastifyBaseLogger,
  bindings: object,
  trace: Readonly<Record<string, string>>,
): FastifyBaseLogger {
  return parent.child({ ...bindings, ...trace });
}

/** Writes one line for every answered request, in the fields that Cloud Logging shows as a request. */
export function logEveryRequest(app: FastifyInstance, reporter: ErrorReporter): void {
  app.decorateRequest('logFields');
  app.decorateRequest('endTrace');
  app.addHook('onRequest', (request, _reply, done) => {
    request.logFields = {};
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown address'}`;
    request.endTrace = reporter.trace(route, { requestId: request.id });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    request.endTrace(statusCode);
    const level = statusCode >= 500 ? 'error' : statusCode >= 400 ? 'warn' : 'info';
    // The pattern, not the address: a session's number is nobody's business in a log message.
    const route = request.routeOptions.url ?? 'unknown address';
    request.log[level](
      {
        httpRequest: {
          requestMethod: request.method,
          requestUrl: route,
          status: statusCode,
          latency: `${(reply.elapsedTime / 1000).toFixed(6)}s`,
          remoteIp: request.ip,
          userAgent: request.headers['user-agent'],
        },
        ...request.logFields,
      },
      `${request.method} ${route} ${String(statusCode)}`,
    );
    done();
  });
}
