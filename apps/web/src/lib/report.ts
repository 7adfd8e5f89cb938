import { sentryDsn } from './sentry';

/** How many errors of one visit are sent: the first ones say it all. */
const reportsMax = 10;
let reports = 0;
let sessionOfDiver: string | null = null;

/** Says in which conversation the diver is; it goes along with what is reported from now on. */
export function setConversation(sessionId: string | null): void {
  sessionOfDiver = sessionId;
}

/**
 * Reports an error from the browser. The SDK is fetched for the first one only, so a visit without errors never pays for
 * it; without a network the error waits until there is one.
 */
export function reportError(error: unknown): void {
  if (sentryDsn === '' || reports >= reportsMax) return;
  reports++;
  const sessionId = sessionOfDiver;
  const send = (): void => {
    import('./sentry-browser')
      .then(({ sendToSentry }) => {
        sendToSentry(error, sessionId);
      })
      .catch(() => {
        addEventListener('online', send, { once: true });
      });
  };
  send();
}
