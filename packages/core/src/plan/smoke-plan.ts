/**
 * Smoke checks as data: requests against the candidate's own URL before any user reaches it, and what the answers must hold.
 * The controller runs them (it has sockets); whether a failure ends the rollout is decided in `advance`.
 */
import { z } from 'zod';
import { parseDurationMs } from '../duration.js';

const within = z
  .string({ error: 'write a duration such as 800ms, 10s or 1m' })
  .transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs !== null && durationMs > 0) return durationMs;
    context.addIssue('write a duration above zero, such as 800ms, 10s or 1m');
    return z.NEVER;
  });

/** Where in a JSON answer: `response`, `citations[0].title`. */
const jsonPath = z
  .string()
  .regex(/^[^.[\]]+(\[\d+\])*(\.[^.[\]]+(\[\d+\])*)*$/, 'write a path such as citations[0].title');

const savedName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'write a name of letters, digits and underscores');

const jsonExpectation = z.union(
  [
    z.literal('present'),
    z.literal('nonEmpty'),
    z.strictObject({ equals: z.union([z.string(), z.number(), z.boolean(), z.null()]) }),
  ],
  { error: 'write present, nonEmpty, or equals with a text, number, true, false or null' },
);

const expectation = z
  .strictObject({
    status: z
      .int({ error: 'write a status from 100 to 599' })
      .min(100, 'write a status from 100 to 599')
      .max(599, 'write a status from 100 to 599')
      .default(200),
    /** Every one of these texts must be in the body. */
    contains: z.array(z.string().min(1, 'write the text to look for')).default([]),
    /** Path in the JSON body → what must be there. */
    json: z.record(jsonPath, jsonExpectation).default({}),
    /** A streamed answer (SSE) must bring these events, in any number, before it ends. */
    events: z.array(z.string().min(1, 'write the name of an event')).default([]),
    within: within.default(10_000),
  })
  .prefault({});

const check = z.strictObject({
  name: z.string({ error: 'name the check' }).min(1, 'name the check'),
  method: z
    .enum(['GET', 'POST', 'PUT', 'DELETE'], { error: 'write GET, POST, PUT or DELETE' })
    .default('GET'),
  path: z
    .string({ error: 'write a path that starts with /' })
    .startsWith('/', 'write a path that starts with /'),
  headers: z.record(z.string().min(1), z.string()).default({}),
  /** Sent as JSON. `${name}` in it, in path and headers and in what is expected is what an earlier check saved. */
  body: z.json().default(null),
  expect: expectation,
  /** Name → path in the JSON body, for the checks after this one. */
  save: z.record(savedName, jsonPath).default({}),
});

/** One smoke check, compiled: every default filled, durations in milliseconds. */
export type SmokeCheck = z.output<typeof check>;

/** Schema of a smoke file: `{ checks: [...] }`. Unknown keys are errors, and so is a name that nothing saves. */
export const smokeFileSchema = z
  .strictObject({ checks: z.array(check).min(1, 'write at least one check') })
  .superRefine(({ checks }, context) => {
    const names = new Set<string>();
    const saved = new Set<string>();
    checks.forEach((one, index) => {
      for (const { key, message } of faultsInCheck(one, { names, saved })) {
        context.addIssue({ code: 'custom', path: ['checks', index, key], message });
      }
      names.add(one.name);
      for (const name of Object.keys(one.save)) saved.add(name);
    });
  });

type CheckFault = { readonly key: keyof SmokeCheck; readonly message: string };

/** What a check has to do with those before it, which no single field can know. */
function faultsInCheck(
  one: SmokeCheck,
  { names, saved }: { readonly names: ReadonlySet<string>; readonly saved: ReadonlySet<string> },
): readonly CheckFault[] {
  const faults: CheckFault[] = [];
  if (names.has(one.name)) {
    faults.push({ key: 'name', message: 'a check before it has this name: names must differ' });
  }
  if (one.method === 'GET' && one.body !== null) {
    faults.push({ key: 'body', message: 'a GET sends no body: add method: POST' });
  }
  for (const key of ['path', 'headers', 'body', 'expect'] as const) {
    for (const name of referencesIn(one[key])) {
      if (saved.has(name)) continue;
      faults.push({ key, message: `uses \${${name}}, which no check before it saves` });
    }
  }
  return faults;
}

/** Names in `${...}` anywhere in the texts of a value. */
function referencesIn(value: unknown): readonly string[] {
  const texts = JSON.stringify(value);
  return [
    ...new Set([...texts.matchAll(/\$\{([A-Za-z_]\w*)\}/g)].flatMap(([, name]) => name ?? [])),
  ];
}

/** What came of one run of a stage's smoke checks. */
export type SmokeOutcome = {
  readonly passed: boolean;
  /** Empty when passed. */
  readonly failures: readonly { readonly check: string; readonly message: string }[];
  /** How many checks ran. */
  readonly checks: number;
};
