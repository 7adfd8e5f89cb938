/** One HTTP call of a channel, with what went wrong in words. Secrets are in addresses and headers, so neither is ever said. */

/** What is sent. */
export type HttpCall = {
  /** Who is called, for the error: never the address. */
  readonly name: string;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
};

/** `fetch`, replaceable. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const EXCERPT_LENGTH = 200;

/** Calls and returns the text of a 2xx answer. Rejects with an error whose message names what happened and no secret. */
export async function call(fetch: Fetch, request: HttpCall): Promise<string> {
  const { name, url, method, headers, body, signal } = request;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
    text = await response.text();
  } catch (error) {
    throw new Error(
      `${name} did not answer: ${signal.aborted ? 'no answer in time' : causeOf(error)}`,
      {
        cause: error,
      },
    );
  }
  if (response.ok) return text;
  if (response.status >= 300 && response.status < 400) {
    // A redirect could carry a secret to somebody else, and it turns a POST into a GET.
    throw new Error(
      `${name} answered HTTP ${response.status}, a redirect, which is not followed: write the address that it leads to`,
    );
  }
  const said = text.replaceAll(/\s+/g, ' ').trim().slice(0, EXCERPT_LENGTH);
  throw new Error(`${name} answered HTTP ${response.status}${said === '' ? '' : `: ${said}`}`);
}

/** `fetch failed` says nothing; the code of its cause does, and unlike its message it never holds an address. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? code : 'the connection failed';
}
