/** The APIs over HTTP: reads JSON, writes JSON, turns faults into Google's error envelope. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../logging/log.js';
import { ApiError, invalidArgument } from './api-error.js';
import type { ApiRouter } from './api-router.js';
import { checkCaller } from './caller-check.js';

/** Most bytes a call may carry; a Service is far smaller. */
const bodyBytesMax = 4 * 1024 * 1024;

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) {
      throw invalidArgument(`body: ${bytes} bytes are more than ${bodyBytesMax}.`);
    }
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidArgument(`body: is no JSON (${error instanceof Error ? error.message : ''}).`);
  }
}

function parseUrl(text: string): URL {
  const base = 'http://localhost';
  if (!URL.canParse(text, base)) throw invalidArgument(`URL: '${text}' is none.`);
  return new URL(text, base);
}

function write(outgoing: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  outgoing.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(text),
  });
  outgoing.end(text);
}

/** Answers one API call over HTTP. */
export async function answerApi(
  router: ApiRouter,
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
  { log, boundHost }: { log: Logger; boundHost: string },
): Promise<void> {
  try {
    checkCaller(incoming.headers, boundHost);
    const url = parseUrl(incoming.url ?? '/');
    const body = await readBody(incoming);
    write(outgoing, 200, await router.answer(incoming.method ?? 'GET', url, body));
  } catch (error) {
    if (error instanceof ApiError) {
      write(outgoing, error.httpStatus, error.toEnvelope());
      return;
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log({ severity: 'ERROR', log: 'emulator', message });
    write(outgoing, 500, new ApiError('INTERNAL', 'Internal error.').toEnvelope());
  }
}
