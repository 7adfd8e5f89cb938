/**
 * Sentry, in the browser and on the server: what went wrong and in which conversation (an anonymous number), and never a
 * word of what a diver wrote. Without `NEXT_PUBLIC_SENTRY_DSN` nothing is loaded and nothing is sent.
 */

/** The parts of Sentry's events that are read or changed here; both SDKs' events fit. */
type ScrubbedEvent = {
  request?: { url?: string | undefined; method?: string | undefined } | undefined;
  exception?: { values?: { value?: string | undefined }[] | undefined } | undefined;
  message?: string | undefined;
  breadcrumbs?: unknown;
  extra?: unknown;
  server_name?: string | undefined;
  user?: { id?: string | number | undefined } | undefined;
};

/** The project errors go to; empty for nobody. */
export const sentryDsn = process.env.NEXT_PUBLIC_SENTRY_DSN ?? '';

/**
 * Takes out everything that could hold a diver's words: bodies, cookies, headers, query strings, breadcrumbs, and what an
 * error's text quotes (`JSON.parse` quotes what it could not read).
 */
export function scrub<Event extends ScrubbedEvent>(event: Event): Event {
  const { request, user } = event;
  if (request) {
    const url = request.url?.replace(/[?#].*$/, '');
    event.request = {
      ...(request.method !== undefined && { method: request.method }),
      ...(url !== undefined && { url }),
    };
  }
  for (const each of event.exception?.values ?? []) each.value = hideQuotes(each.value ?? '');
  if (event.message !== undefined) event.message = hideQuotes(event.message);
  if (user) event.user = { ...(user.id !== undefined && { id: user.id }) };
  delete event.breadcrumbs;
  delete event.extra;
  delete event.server_name;
  return event;
}

function hideQuotes(text: string): string {
  return text.replace(/"[^"]*("|$)|'[^']{12,}('|$)|`[^`]*(`|$)/g, '"…"').slice(0, 300);
}

/** What both sides tell the SDK. */
export const sentryOptions = {
  dsn: sentryDsn,
  release: `dovvybuddy-web@${process.env.NEXT_PUBLIC_RELEASE ?? '0.0.0-dev'}`,
  environment: process.env.NEXT_PUBLIC_SENTRY_ENVIRONMENT ?? 'development',
  sendDefaultPii: false,
  maxBreadcrumbs: 0,
  beforeSend: scrub,
} as const;

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
