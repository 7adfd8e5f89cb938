/**
 * The candidate's newest error lines, for a person who asks why: from Cloud Logging, or from whatever speaks its
 * `entries:list` (https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list). Nothing is decided by them.
 */
import { z } from 'zod';

/** One line. `text` is what the program wrote: show it as text and as nothing else. */
export type ErrorLine = { readonly atMs: number; readonly severity: string; readonly text: string };

/** The newest lines first, or why they cannot be read. */
export type ErrorLines =
  | { readonly type: 'lines'; readonly lines: readonly ErrorLine[] }
  | { readonly type: 'unavailable'; readonly reason: string };

/** Whose lines, and since when (Unix milliseconds). */
export type ErrorQuestion = {
  readonly service: string;
  readonly revision: string;
  readonly afterMs: number;
};

/** Reads error lines. Never throws. */
export type ErrorLog = (question: ErrorQuestion) => Promise<ErrorLines>;

/** Where the lines are. */
export type ErrorLogOptions = {
  readonly project: string;
  /** @default Google's own address */
  readonly endpoint?: string;
  /** Bearer token; `null` sends none. @default Application Default Credentials */
  readonly token?: () => Promise<string | null>;
  /** @default Node's own */
  readonly fetch?: typeof fetch;
};

/** More lines than these tell nobody anything new. */
const LINES_MAX = 40;
/** A stack of a few frames; a whole document would fill the page. */
const TEXT_LENGTH_MAX = 600;
const DEADLINE_MS = 10_000;

const page = z.looseObject({
  entries: z
    .array(
      z.looseObject({
        timestamp: z.string(),
        severity: z.string().default('ERROR'),
        textPayload: z.string().optional(),
        jsonPayload: z.looseObject({ message: z.unknown().optional() }).optional(),
        httpRequest: z
          .looseObject({
            requestMethod: z.string().default(''),
            requestUrl: z.string().default(''),
            status: z.number().optional(),
            latency: z.string().optional(),
          })
          .optional(),
        trace: z.string().default(''),
      }),
    )
    .default([]),
});

type Entry = z.output<typeof page>['entries'][number];

/** Creates the reader. Nothing is asked until it is used. */
export function createErrorLog(options: ErrorLogOptions): ErrorLog {
  const { endpoint = 'https://logging.googleapis.com', project } = options;
  const token = options.token ?? googleToken;
  const ask = options.fetch ?? fetch;
  return async (question) => {
    try {
      const proof = await token();
      const response = await ask(`${endpoint.replace(/\/+$/, '')}/v2/entries:list`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(proof === null ? {} : { authorization: `Bearer ${proof}` }),
        },
        body: JSON.stringify({
          resourceNames: [`projects/${project}`],
          filter: filterFor(question),
          orderBy: 'timestamp desc',
          pageSize: LINES_MAX,
        }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      if (!response.ok) return unavailable(`Cloud Logging answered ${String(response.status)}`);
      const { entries } = page.parse(await response.json());
      return { type: 'lines', lines: toldOnce(entries).slice(0, LINES_MAX).map(lineOf) };
    } catch (error) {
      return unavailable(error instanceof Error ? error.message.slice(0, 200) : String(error));
    }
  };
}

function filterFor({ service, revision, afterMs }: ErrorQuestion): string {
  return [
    'resource.type="cloud_run_revision"',
    `resource.labels.service_name="${service}"`,
    `resource.labels.revision_name="${revision}"`,
    'severity>=ERROR',
    `timestamp>="${new Date(afterMs).toISOString()}"`,
  ].join(' AND ');
}

/** What the program itself said of a request stands for the platform's own line about it, which has no words. */
function toldOnce(entries: readonly Entry[]): readonly Entry[] {
  const told = new Set(entries.filter(hasWords).map(traceOf));
  return entries.filter((entry) => hasWords(entry) || !told.has(traceOf(entry)) || !entry.trace);
}

function hasWords({ textPayload, jsonPayload }: Entry): boolean {
  return textPayload !== undefined || jsonPayload !== undefined;
}

/** The platform writes `projects/P/traces/ID`, a program often the id alone. */
function traceOf({ trace }: Entry): string {
  return trace.slice(trace.lastIndexOf('/') + 1);
}

function lineOf(entry: Entry): ErrorLine {
  const { timestamp, severity, textPayload, jsonPayload } = entry;
  const said = textPayload ?? jsonPayload?.message ?? jsonPayload ?? requestWords(entry);
  const words = typeof said === 'string' ? said : JSON.stringify(said);
  const text = [words.trim(), ...causeIn(jsonPayload, words)].join(' ');
  return { atMs: Date.parse(timestamp), severity, text: text.slice(0, TEXT_LENGTH_MAX) };
}

/** Where programs say why, beside the message; the first that says more than it. */
const causes = ['error', 'errorCode', 'code', 'reason', 'stack_trace', 'stack'] as const;

function causeIn(payload: Entry['jsonPayload'], words: string): readonly string[] {
  if (typeof payload?.message !== 'string') return [];
  const found = causes
    .map((name) => payload[name])
    .find((cause) => typeof cause === 'string' && cause !== '' && !words.includes(cause));
  return typeof found === 'string' ? [found] : [];
}

function requestWords({ httpRequest }: Entry): string {
  if (httpRequest === undefined) return '';
  const { requestMethod, requestUrl, status, latency } = httpRequest;
  // The host is the service's own; what was asked for is behind it, and a query may hold what somebody typed.
  const path = requestUrl.replace(/^https?:\/\/[^/]*/, '').replace(/\?.*$/s, '');
  return [requestMethod, path, status, latency === undefined ? undefined : `after ${latency}`]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

function unavailable(reason: string): ErrorLines {
  return { type: 'unavailable', reason };
}

async function googleToken(): Promise<string | null> {
  const { GoogleAuth } = await import('google-auth-library');
  const scopes = ['https://www.googleapis.com/auth/logging.read'];
  return (await new GoogleAuth({ scopes }).getAccessToken()) ?? null;
}
