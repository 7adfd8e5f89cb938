/**
 * Runs smoke checks one after another against the candidate's own URL. Whatever goes wrong is a failed check: a
 * candidate that cannot be reached is no reason for the controller to fall over.
 */
import type { SmokeCheck, SmokeOutcome } from '@ascent/core';
import { createLocalhostFetch, type LocalhostFetch } from './localhost-fetch.js';
import { faultsInAnswer, parseBody, valueAtPath, type SmokeAnswer } from './smoke-expectation.js';
import { fillExpectation, fillJson, fillText, type SavedValues } from './smoke-template.js';

/** How smoke checks are run. */
export type SmokeOptions = {
  /** How long the whole run may take, whatever the single checks allow. @default 60000 */
  readonly deadlineMs?: number;
  /** @default one that resolves `.localhost` */
  readonly fetch?: LocalhostFetch;
};

/** Runs `checks` against a base URL. Never throws. */
export type SmokeRunner = (checks: readonly SmokeCheck[], baseUrl: string) => Promise<SmokeOutcome>;

const DEADLINE_MS = 60_000;
/** A smoke answer is a few kilobytes; a candidate gone mad must not fill the controller's memory. */
const BODY_BYTES_MAX = 1_000_000;
/** Failures travel in the service's annotation. */
const MESSAGE_LENGTH_MAX = 300;

type SmokeRequest = {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** Creates a runner. */
export function createSmokeRunner(options: SmokeOptions = {}): SmokeRunner {
  const fetch = options.fetch ?? createLocalhostFetch();
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  return async (checks, baseUrl) => {
    const deadline = AbortSignal.timeout(deadlineMs);
    const saved = new Map<string, string>();
    const failures: { check: string; message: string }[] = [];
    for (const check of checks) {
      const faults = deadline.aborted
        ? [`was not run: the whole run took longer than ${deadlineMs} ms`]
        : await faultsOf(check, { baseUrl, saved, fetch, deadline });
      for (const fault of faults) {
        failures.push({ check: check.name, message: fault.slice(0, MESSAGE_LENGTH_MAX) });
      }
    }
    return { passed: failures.length === 0, failures, checks: checks.length };
  };
}

type Run = {
  readonly baseUrl: string;
  readonly saved: Map<string, string>;
  readonly fetch: LocalhostFetch;
  readonly deadline: AbortSignal;
};

/** Runs one check, and saves what the later ones need. */
async function faultsOf(check: SmokeCheck, run: Run): Promise<readonly string[]> {
  const signal = AbortSignal.any([AbortSignal.timeout(check.expect.within), run.deadline]);
  try {
    const answer = await ask(run.fetch, smokeRequest(check, run), signal);
    const faults = faultsInAnswer(answer, fillExpectation(check.expect, run.saved));
    return faults.length > 0 ? faults : saveFrom(answer, check.save, run.saved);
  } catch (error) {
    return [signal.aborted ? `no whole answer within ${check.expect.within} ms` : reasonOf(error)];
  }
}

function smokeRequest(
  check: SmokeCheck,
  { baseUrl, saved }: { baseUrl: string; saved: SavedValues },
): SmokeRequest {
  const headers = Object.entries(check.headers).map(
    ([name, value]) => [name.toLowerCase(), fillText(value, saved)] as const,
  );
  const hasBody = check.body !== null;
  return {
    url: `${baseUrl.replace(/\/+$/, '')}${fillText(check.path, saved, encodeURIComponent)}`,
    method: check.method,
    headers: {
      'user-agent': 'ascent-smoke',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(headers),
    },
    body: hasBody ? JSON.stringify(fillJson(check.body, saved)) : null,
  };
}

async function ask(
  fetch: LocalhostFetch,
  { url, method, headers, body }: SmokeRequest,
  signal: AbortSignal,
): Promise<SmokeAnswer> {
  const response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
  const contentType = response.headers.get('content-type') ?? '';
  return { status: response.status, contentType, body: await readText(response.body) };
}

async function readText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX)
      throw new Error(`the answer is longer than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function saveFrom(
  { body }: SmokeAnswer,
  wanted: SmokeCheck['save'],
  saved: Map<string, string>,
): readonly string[] {
  const json = Object.keys(wanted).length === 0 ? undefined : parseBody(body);
  return Object.entries(wanted).flatMap(([name, path]) => {
    const value = valueAtPath(json, path);
    if (typeof value === 'string' || typeof value === 'number') {
      saved.set(name, String(value));
      return [];
    }
    return [`${path}, to be saved as ${name}, is no text or number in the answer`];
  });
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
    return cause.errors[0].message;
  }
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
