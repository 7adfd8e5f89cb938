import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify';
import { ApiError, toEnvelope } from './errors.js';
import { addChatRoutes, type ChatRouteOptions } from './http/chat-routes.js';
import { answerBrokenRequest, replyToErrors, toApiError } from './http/error-replies.js';
import { addHealthRoutes, type HealthRouteOptions } from './http/health-routes.js';
import { describeApi } from './http/openapi.js';
import { chooseRequestId, requestIdHeader } from './http/request-id.js';
import { createRequestLogger, logEveryRequest, readTrace } from './http/request-log.js';
import { addSessionRoutes } from './http/session-routes.js';
import { noteRoutes, refuseWrongMethods } from './http/wrong-methods.js';

/** Everything the HTTP side is made of; nothing is read from the environment here. */
export interface AppOptions extends ChatRouteOptions, HealthRouteOptions {
  readonly log: FastifyBaseLogger;
  /** Which revision answers, as `X-Revision` on every answer: the only way to tell during a shift. `null` off the platform. */
  readonly revision: string | null;
  readonly bodyLimitBytes: number;
  readonly corsOrigins: readonly string[];
  /** 0 is no limit. */
  readonly rateLimitPerMinute: number;
  readonly trustedProxyHops: number;
  /** The Google Cloud project that traces belong to. */
  readonly traceProject?: string | undefined;
}

/** Answers are data: nothing in them is ever run, shown in a frame or loaded. */
const contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Builds the HTTP server: every plugin and route by name, in order. It does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.log,
    // One line per request of our own making (request-log.ts) instead of Fastify's two.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    requestIdHeader: false,
    genReqId: ({ headers }) => chooseRequestId(headers),
    // eslint-disable-next-line max-params -- Fastify's signature
    childLoggerFactory: (log, bindings, _options, raw) =>
      createRequestLogger(log, bindings, readTrace(raw.headers, options.traceProject)),
    clientErrorHandler: answerBrokenRequest,
    // An address that cannot be decoded never becomes a request with hooks.
    frameworkErrors: (error, request, reply) => {
      const known = toApiError(error);
      void (reply as FastifyReply).code(known.status).send(toEnvelope(known, request.id));
    },
    bodyLimit: options.bodyLimitBytes,
    trustProxy: (_address, hop) => hop < options.trustedProxyHops,
    // Cloud Run keeps connections open for longer than this; the instance must not be the one to close first.
    keepAliveTimeout: 620_000,
    requestTimeout: 60_000,
    // A request that arrives while the instance shuts down is still answered: the shift of traffic drops nothing.
    return503OnClosing: false,
    // On a shutdown connections that carry nothing are closed, those with a request are finished.
    forceCloseConnections: 'idle',
  });
  logEveryRequest(app, options.reporter);
  replyToErrors(app, options);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header(requestIdHeader, request.id);
    void reply.header('content-security-policy', contentSecurityPolicy);
    if (options.revision !== null) void reply.header('x-revision', options.revision);
    done();
  });
  await addGuards(app, options);
  const routes = noteRoutes(app);
  addHealthRoutes(app, options);
  addChatRoutes(app, options);
  addSessionRoutes(app, options.sessions);
  const description = describeApi(options.build);
  app.get('/openapi.json', () => description);
  refuseWrongMethods(app, routes);
  return app;
}

async function addGuards(app: FastifyInstance, options: AppOptions): Promise<void> {
  // helmet puts its policy together anew for each request; an API needs one that never changes.
  await app.register(helmet, { contentSecurityPolicy: false });
  if (options.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...options.corsOrigins],
      methods: ['GET', 'POST'],
      exposedHeaders: [requestIdHeader, 'retry-after'],
    });
  }
  if (options.rateLimitPerMinute > 0) {
    await app.register(rateLimit, {
      max: options.rateLimitPerMinute,
      timeWindow: '1 minute',
      allowList: (request) => request.url === '/health' || request.url === '/ready',
      errorResponseBuilder: () => new ApiError('RATE_LIMITED'),
    });
  }
}
