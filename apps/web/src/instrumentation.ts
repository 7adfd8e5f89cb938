import type { Instrumentation } from 'next';
import { sentryDsn, sentryOptions } from './lib/sentry';

/** Starts Sentry on the server, if it has somewhere to report to. */
export async function register(): Promise<void> {
  if (sentryDsn === '' || process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { init } = await import('@sentry/nextjs');
  init({
    ...sentryOptions,
    includeLocalVariables: false,
    initialScope: { tags: { side: 'server' } },
  });
}

/** Reports what the server throws while it renders. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (sentryDsn === '') return;
  const { captureRequestError, flush } = await import('@sentry/nextjs');
  captureRequestError(error, { ...request, headers: {} }, context);
  // A function may be frozen as soon as it has answered.
  await flush(2_000);
};
