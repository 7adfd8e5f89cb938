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
  const { method, url } = event.request ?? {};
  if (event.request) event.request = { method, url: url?.replace(/[?#].*$/, '') };
  if (event.user) event.user = { id: event.user.id };
  if (event.message !== undefined) event.message = hideQuotes(event.message);
  for (const each of event.exception?.values ?? []) scrubThrown(each);
  // Next.js's own context repeats the address with its query.
  delete event.contexts?.['nextjs']?.['request_path'];
  delete event.breadcrumbs;
  delete event.extra;
  delete event.server_name;
  delete event.modules;
  return event;
}

function scrubThrown(thrown: ThrownValue): void {
  thrown.value = hideQuotes(thrown.value ?? '');
  for (const frame of thrown.stacktrace?.frames ?? []) delete frame.vars;
}

function hideQuotes(text: string): string {
  // From the first quotation mark to the last: what is quoted may have some of its own.
  const withoutQuotes = text.replace(/"[^]*"|"[^]*|`[^]*`|`[^]*/, '"…"');
  // Between single ones are names of the code ("reading 'text'"), which are kept, or anything.
  const isAllNames = !withoutQuotes.replace(/'[\w$.]{1,40}'/g, '').includes("'");
  return (isAllNames ? withoutQuotes : withoutQuotes.replace(/'[^]*'|'[^]*/, "'…'")).slice(0, 300);
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
