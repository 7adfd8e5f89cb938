import {
  BrowserClient,
  dedupeIntegration,
  defaultStackParser,
  linkedErrorsIntegration,
  makeFetchTransport,
  Scope,
} from '@sentry/nextjs';
import { sentryOptions } from './sentry';

/** A client of our own rather than `init`: nothing of the page is hooked, and most of the SDK stays out of the bundle. */
const client = new BrowserClient({
  ...sentryOptions,
  transport: makeFetchTransport,
  stackParser: defaultStackParser,
  integrations: [dedupeIntegration(), linkedErrorsIntegration()],
});
client.init();

/** Sends one error, in the name of an anonymous conversation. */
export function sendToSentry(error: unknown, sessionId: string | null): void {
  const scope = new Scope();
  scope.setClient(client);
  if (sessionId !== null) {
    scope.setUser({ id: sessionId });
    scope.setTag('sessionId', sessionId);
  }
  scope.setTag('side', 'browser');
  // What is thrown and no error may be anything, a diver's words too.
  scope.captureException(
    error instanceof Error ? error : new Error(`thrown, and no error: ${typeof error}`),
  );
}
