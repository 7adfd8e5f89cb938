/** `cloud-run-local logs`: asks a running emulator for entries, once or again and again. */
import { z } from 'zod';

const entriesSchema = z.object({
  entries: z.array(z.looseObject({ insertId: z.string(), receiveTimestamp: z.string() })),
});

/** What to show. */
export interface ShowOptions {
  /** Where the emulator listens. */
  readonly url: string;
  /** A filter of Cloud Logging, empty for everything. */
  readonly filter: string;
  readonly follow: boolean;
}

/** How often `--follow` asks for what is new. */
const followMs = 500;

async function ask(url: string, filter: string): Promise<Response> {
  try {
    return await fetch(`${url}/v2/entries:list`, {
      method: 'POST',
      body: JSON.stringify({ filter }),
    });
  } catch (error) {
    // What fetch itself says is `fetch failed`; why is in its cause.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`--url ${url} does not answer (${reason}); start cloud-run-local there first`, {
      cause: error,
    });
  }
}

/** The filter for what came at `since` or later; insert ids tell what of that is known already. */
function from(since: string, filter: string): string {
  if (since === '') return filter;
  const recent = `receiveTimestamp>="${since}"`;
  return filter.trim() === '' ? recent : `${recent} AND (${filter})`;
}

/**
 * Writes entries as JSON lines, oldest first, each once the one before is taken; with `follow` it does not end by
 * itself.
 * @throws Error when the emulator does not answer, or refuses the filter.
 */
export async function showLogs(
  { url, filter, follow }: ShowOptions,
  write: (line: string) => Promise<void>,
): Promise<void> {
  let lastInsertId = '';
  let since = '';
  do {
    const response = await ask(url, from(since, filter));
    if (!response.ok)
      throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    const { entries } = entriesSchema.parse(await response.json());
    // Insert ids are of one length and rise: what is above the last one is new.
    for (const entry of entries.filter(({ insertId }) => insertId > lastInsertId)) {
      await write(`${JSON.stringify(entry)}\n`);
      lastInsertId = entry.insertId;
      since = entry.receiveTimestamp;
    }
    if (follow) await new Promise((resolve) => setTimeout(resolve, followMs));
  } while (follow);
}
