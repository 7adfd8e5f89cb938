/** One question to the chat API, and whether its answer is one. */
import { createLocalhostFetch } from '@ascent/controller';
import { z } from 'zod';
import type { Answer, LoadRun } from './runner.js';

const answerSchema = z.looseObject({ sessionId: z.string().min(1), response: z.string().min(1) });

/** Asks `baseUrl` within `timeoutMs`. The checks are those of the k6 script: status 200, a session, a non-empty answer. */
export function createAsk(baseUrl: string, timeoutMs: number): LoadRun['ask'] {
  const url = `${baseUrl.replace(/\/+$/, '')}/api/chat`;
  const send = createLocalhostFetch();
  return async (message, sessionId) => {
    try {
      const response = await send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'ascent-load' },
        body: JSON.stringify({ message, ...(sessionId === null ? {} : { sessionId }) }),
        // A redirect would be asked again by GET, and be another page's answer.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      return response.status === 200 ? judged(text) : failed(`HTTP ${response.status}`);
    } catch (error) {
      return failed(faultOf(error, timeoutMs));
    }
  };
}

function judged(text: string): Answer {
  const parsed = answerSchema.safeParse(parsedJson(text));
  if (parsed.success) return { fault: null, sessionId: parsed.data.sessionId };
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  return failed(field === '' ? 'the answer is no JSON' : `the answer has no ${field}`);
}

function failed(fault: string): Answer {
  return { fault, sessionId: null };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A few words that are the same for the same fault, so that faults can be counted. */
function faultOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
  return `no connection (${code})`;
}
