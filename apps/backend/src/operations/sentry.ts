import {
  captureException,
  close,
  dedupeIntegration,
  initWithoutDefaultIntegrations,
  linkedErrorsIntegration,
  nodeContextIntegration,
  onUncaughtExceptionIntegration,
  onUnhandledRejectionIntegration,
  startInactiveSpan,
} from '@sentry/node';
import type { ErrorReporter } from './error-reporter.js';

/** Which Sentry project, and what this build calls itself there. */
export interface SentryOptions {
  readonly dsn: string;
  readonly release: string;
  readonly environment: string;
  /** Share of requests that are traced, 0 to 1. */
  readonly tracesSampleRate: number;
}

/** How long a stopping instance waits for Sentry, milliseconds. */
const flushMs = 2_000;

/**
 * Reports to Sentry. Its default integrations are left out on purpose: they hook every library for a second at start
 * and add request bodies, console lines and local variables, which hold what divers say.
 */
export function createSentryReporter(options: SentryOptions): ErrorReporter {
  initWithoutDefaultIntegrations({
    ...options,
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
    },
    maxBreadcrumbs: 0,
    enableRuntimeChannelInjection: false,
    integrations: [
      dedupeIntegration(),
      linkedErrorsIntegration(),
      nodeContextIntegration(),
      onUncaughtExceptionIntegration(),
      onUnhandledRejectionIntegration(),
    ],
  });
  return {
    report: (error, { requestId, sessionId }) => {
      captureException(error, {
        tags: { requestId, ...(sessionId !== undefined && { sessionId }) },
      });
    },
    trace: (name, { requestId }) => {
      const span = startInactiveSpan({
        name,
        op: 'http.server',
        attributes: { 'request.id': requestId, 'sentry.source': 'route' },
      });
      return (status) => {
        span.setAttribute('http.response.status_code', status);
        span.setStatus({ code: status >= 500 ? 2 : 1 });
        span.end();
      };
    },
    close: async () => {
      await close(flushMs);
    },
  };
}
