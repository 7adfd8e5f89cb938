/** Reads the number of a custom gate from wherever its plan says. An outage is an answer of its own, never a number. */
import { fillIn, type CustomGate, type GateOutcome, type GateSubject } from '@ascent/core';
import { createJsonSource, type AskJson, type Fetch } from '../json-source.js';
import { Unreadable, unlessUnreadable } from '../unreadable.js';
import { valueAt } from './json-pointer.js';
import { prometheusFault } from '../prometheus/range-answer.js';
import { divided, instantValue } from './instant-value.js';
import { countIssues, issuesUrl, sentryFault } from './sentry-issues.js';
import { withoutCredentials } from '../web-address.js';

/** What reading gates takes. */
export type GateReaderOptions = {
  /** Where the secrets that plans name are. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default Node's own */
  readonly fetch?: Fetch;
  /** How long one reading may take. @default 5000 */
  readonly deadlineMs?: number;
};

/** Reads one gate. Never throws for an outage. */
export type GateReader = (gate: CustomGate, subject: GateSubject) => Promise<GateOutcome>;

const DEADLINE_MS = 5_000;

type Reading = {
  readonly gate: CustomGate;
  readonly subject: GateSubject;
  readonly signal: AbortSignal;
  readonly options: GateReaderOptions;
};

/** Creates the reader. Nothing is asked until it is used. */
export function createGateReader(options: GateReaderOptions): GateReader {
  return async (gate, subject) => {
    const signal = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS);
    return await unlessUnreadable(() => read({ gate, subject, signal, options }));
  };
}

async function read(reading: Reading): Promise<GateOutcome> {
  const { source } = reading.gate;
  switch (source.type) {
    case 'prometheus':
      return await readPrometheus(reading, source);
    case 'json':
      return await readJson(reading, source);
    case 'sentry':
      return await readSentry(reading, source);
  }
}

type Source<T extends CustomGate['source']['type']> = Extract<CustomGate['source'], { type: T }>;

async function readPrometheus(
  { gate, subject, signal, options }: Reading,
  { url: address, query, per }: Source<'prometheus'>,
): Promise<GateOutcome> {
  const { url, headers } = withoutCredentials(address);
  const ask = source(options, { name: `Prometheus at ${url}`, headers, faultIn: prometheusFault });
  // Both parts of a ratio are evaluated at the same moment.
  const time = String(Date.now() / 1_000);
  const evaluate = async (promql: string): Promise<GateOutcome> => {
    const form = new URLSearchParams({ query: fillIn(promql, gate, { subject }), time });
    return instantValue(await ask({ url: `${url}/api/v1/query`, form, signal }));
  };
  if (per === null) return await evaluate(query);
  const [value, base] = await Promise.all([evaluate(query), evaluate(per)]);
  return divided(value, base);
}

async function readJson(
  { gate, subject, signal, options }: Reading,
  { url: address, pointer, token }: Source<'json'>,
): Promise<GateOutcome> {
  const filled = fillIn(address, gate, { subject, encode: encodeURIComponent });
  const { url, headers } = withoutCredentials(filled);
  const proof = token === null ? headers : bearer(token.env, options);
  const ask = source(options, { name: url, headers: proof, faultIn: () => null });
  const found = valueAt(await ask({ url, form: null, signal }), pointer);
  if (found === null) return { type: 'nothing', reason: `${pointer || 'the answer'} is null` };
  if (typeof found === 'number' && Number.isFinite(found)) return { type: 'value', value: found };
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 60);
  throw new Unreadable(`${url} has ${shown} at ${pointer || 'its top'}, and a number is wanted`);
}

async function readSentry(
  { gate, subject, signal, options }: Reading,
  sentry: Source<'sentry'>,
): Promise<GateOutcome> {
  const release = fillIn(sentry.release, gate, { subject });
  const headers = bearer(sentry.token.env, options);
  const ask = source(options, { name: `Sentry at ${sentry.url}`, headers, faultIn: sentryFault });
  const answer = await ask({ url: issuesUrl({ ...sentry, release }), form: null, signal });
  return { type: 'value', value: countIssues(answer) };
}

/** @throws Unreadable where the variable is empty: without its token a source would only say 401. */
function bearer(name: string, { env }: GateReaderOptions): Readonly<Record<string, string>> {
  const value = env[name]?.trim() ?? '';
  if (value !== '') return { authorization: `Bearer ${value}` };
  throw new Unreadable(
    `the environment variable ${name} is not set, which the plan names as the token`,
  );
}

function source(
  { fetch: given }: GateReaderOptions,
  {
    name,
    headers,
    faultIn,
  }: {
    readonly name: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly faultIn: (json: unknown) => string | null;
  },
): AskJson {
  return createJsonSource({
    name,
    fetch: given ?? ((address, init) => fetch(address, init)),
    authorize: () => Promise.resolve(headers),
    faultIn,
  });
}
