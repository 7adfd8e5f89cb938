/**
 * `fetch` by Node's own HTTP, for a command that asks once and ends: what Node calls `fetch` is a client of its own, and
 * loading it takes longer than the whole of `ascent status` otherwise does.
 */
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Fetch as MetricsFetch } from '@ascent/metrics';
import type { Fetch as PlatformFetch } from '@ascent/platform';

/** What the platform's and the metrics' adapters both ask of `fetch`. */
export type QuickFetch = (
  ...asked: Parameters<MetricsFetch>
) => Promise<Awaited<ReturnType<PlatformFetch>> & Awaited<ReturnType<MetricsFetch>>>;

/** Follows no redirect, keeps no connection, and fails as `fetch` does: with what went wrong as the cause. */
export const quickFetch: QuickFetch = async (url, { method, headers, body, signal }) => {
  const { request } = url.startsWith('https:')
    ? await import('node:https')
    : await import('node:http');
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { method, headers, signal, agent: false }, resolve)
        .on('error', reject)
        .end(body ?? undefined);
    });
    const said = await text(answer);
    return {
      status: answer.statusCode ?? 0,
      headers: { get: (name) => headerOf(answer, name) },
      text: () => Promise.resolve(said),
    };
  } catch (cause) {
    throw new Error('fetch failed', { cause });
  }
};

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}
