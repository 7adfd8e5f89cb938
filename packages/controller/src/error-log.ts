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
      return { type: 'lines', lines: entries.slice(0, LINES_MAX).map(lineOf) };
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

function lineOf({ timestamp, severity, textPayload, jsonPayload }: Entry): ErrorLine {
  const said = textPayload ?? jsonPayload?.message ?? jsonPayload ?? '';
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  return { atMs: Date.parse(timestamp), severity, text: text.trim().slice(0, TEXT_LENGTH_MAX) };
}

function unavailable(reason: string): ErrorLines {
  return { type: 'unavailable', reason };
}

async function googleToken(): Promise<string | null> {
  const { GoogleAuth } = await import('google-auth-library');
  const scopes = ['https://www.googleapis.com/auth/logging.read'];
  return (await new GoogleAuth({ scopes }).getAccessToken()) ?? null;
}
