/** Whether an answer is what a smoke check expects, in sentences. Pure. */
import type { SmokeCheck } from '@ascent/core';

/** An answer, read to its end. */
export type SmokeAnswer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
};

/** What is expected. */
export type SmokeExpectation = SmokeCheck['expect'];

/** What is wrong with `answer`; empty when it is as expected. */
export function faultsInAnswer(answer: SmokeAnswer, expected: SmokeExpectation): readonly string[] {
  if (answer.status !== expected.status) {
    return [
      `answered HTTP ${answer.status} instead of ${expected.status}: ${excerpt(answer.body)}`,
    ];
  }
  const missing = expected.contains
    .filter((text) => !answer.body.includes(text))
    .map((text) => `the answer does not contain ${JSON.stringify(text)}`);
  return [
    ...missing,
    ...faultsInEvents(answer, expected.events),
    ...faultsInJson(answer.body, Object.entries(expected.json)),
  ];
}

/** The value at a dotted path such as `citations[0].title`, or `undefined`. */
export function valueAtPath(json: unknown, path: string): unknown {
  const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    json,
  );
}

/** The parsed body, or `undefined` where it is no JSON. */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function faultsInJson(
  body: string,
  rules: readonly (readonly [string, SmokeExpectation['json'][string]])[],
): readonly string[] {
  if (rules.length === 0) return [];
  const json = parseBody(body);
  if (json === undefined) return [`the answer is no JSON: ${excerpt(body)}`];
  return rules.flatMap(([path, rule]) => faultAt(path, valueAtPath(json, path), rule));
}

function faultAt(
  path: string,
  value: unknown,
  rule: SmokeExpectation['json'][string],
): readonly string[] {
  if (value === undefined) return [`${path} is missing in the answer`];
  if (rule === 'present') return [];
  if (rule === 'nonEmpty') return isEmpty(value) ? [`${path} is empty in the answer`] : [];
  if (value === rule.equals) return [];
  return [
    `${path} is ${excerpt(JSON.stringify(value))} instead of ${excerpt(JSON.stringify(rule.equals))}`,
  ];
}

function isEmpty(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A stream must bring each of the named events, with data, before it ends. */
function faultsInEvents(answer: SmokeAnswer, wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) return [];
  if (!answer.contentType.startsWith('text/event-stream')) {
    return [`the answer is ${answer.contentType || 'untyped'} instead of text/event-stream`];
  }
  const seen = eventNames(answer.body);
  return wanted
    .filter((name) => !seen.has(name))
    .map((name) => `the stream ended without the event ${JSON.stringify(name)}`);
}

/** Names of the events that carried data (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventNames(stream: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const block of stream.split(/\r?\n\r?\n/)) {
    const lines = block.split(/\r?\n/);
    if (!lines.some((line) => /^data:?/.test(line))) continue;
    const name = lines.findLast((line) => line.startsWith('event:'))?.slice('event:'.length);
    names.add(name?.trim() ?? 'message');
  }
  return names;
}

const EXCERPT_LENGTH = 120;

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return 'an empty body';
  return line.length <= EXCERPT_LENGTH ? line : `${line.slice(0, EXCERPT_LENGTH)}…`;
}
