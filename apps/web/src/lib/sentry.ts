/**
 * Sentry, in the browser and on the server: what went wrong and in which conversation (an anonymous number), and never a
 * word of what a diver wrote. Without `NEXT_PUBLIC_SENTRY_DSN` nothing is loaded and nothing is sent.
 */

/** One error of an event: its text, and the local variables of its frames. */
type ThrownValue = {
  value?: string | undefined;
  stacktrace?: { frames?: { vars?: unknown }[] | undefined } | undefined;
};

/** The parts of Sentry's events that are read or changed here; both SDKs' events fit. */
type ScrubbedEvent = {
  request?: { url?: string | undefined; method?: string | undefined } | undefined;
  exception?: { values?: ThrownValue[] | undefined } | undefined;
  message?: string | undefined;
  contexts?: Record<string, Record<string, unknown> | undefined> | undefined;
  breadcrumbs?: unknown;
  extra?: unknown;
  modules?: unknown;
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
  for (const each of event.exception?.values ?? []) {
    each.value = hideQuotes(each.value ?? '');
    for (const frame of each.stacktrace?.frames ?? []) delete frame.vars;
  }
  // Next.js's own context repeats the address with its query.
  const nextjs = event.contexts?.['nextjs'];
  if (nextjs) delete nextjs['request_path'];
  if (event.message !== undefined) event.message = hideQuotes(event.message);
  if (user) event.user = { ...(user.id !== undefined && { id: user.id }) };
  delete event.breadcrumbs;
  delete event.extra;
  delete event.server_name;
  delete event.modules;
  return event;
}

function hideQuotes(text: string): string {
  // From the first quotation mark to the last: what is quoted may have some of its own.
  return text.replace(/(["`])[^]*(?:\1|$)/, '"…"').slice(0, 300);
}

/** What both sides tell the SDK. */
export const sentryOptions = {
  dsn: sentryDsn,
  release: `dovvybuddy-web@${process.env.NEXT_PUBLIC_RELEASE ?? '0.0.0-dev'}`,
  environment: process.env.NEXT_PUBLIC_SENTRY_ENVIRONMENT ?? 'development',
  dataCollection: {
    userInfo: false,
    cookies: false,
    httpHeaders: false,
    httpBodies: [] as [],
    urlQueryParams: false,
  },
  maxBreadcrumbs: 0,
  beforeSend: scrub,
};
