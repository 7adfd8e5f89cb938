/**
 * Smoke checks as data: requests against the candidate's own URL before any user reaches it, and what the answers must hold.
 * The controller runs them (it has sockets); whether a failure ends the rollout is decided in `advance`.
 */
import { z } from 'zod';
import { parseDurationMs } from './duration.js';

const duration = z
  .string()
  .refine((text) => parseDurationMs(text) !== null, 'write a duration such as 800ms, 10s or 1m')
  .transform((text) => parseDurationMs(text) ?? 0);

const jsonExpectation = z.union([
  z.literal('present'),
  z.literal('nonEmpty'),
  z.strictObject({ equals: z.union([z.string(), z.number(), z.boolean(), z.null()]) }),
]);

const expectation = z
  .strictObject({
    status: z.int().min(100).max(599).default(200),
    /** Every one of these texts must be in the body. */
    contains: z.array(z.string().min(1)).default([]),
    /** Dotted path in the JSON body → what must be there. */
    json: z.record(z.string().min(1), jsonExpectation).default({}),
    /** A streamed answer (SSE) must bring these events, in any number, before it ends. */
    events: z.array(z.string().min(1)).default([]),
    within: duration.default(10_000),
  })
  .prefault({});

const check = z.strictObject({
  name: z.string().min(1),
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).default('GET'),
  path: z.string().startsWith('/', 'write a path that starts with /'),
  headers: z.record(z.string().min(1), z.string()).default({}),
  /** Sent as JSON. `${name}` in it and in the path is replaced by what an earlier check saved. */
  body: z.json().default(null),
  expect: expectation,
  /** Name → dotted path in the JSON body, for the checks after this one. */
  save: z.record(z.string().min(1), z.string().min(1)).default({}),
});

/** Schema of a smoke file: `{ checks: [...] }`. Unknown keys are errors. */
export const smokeFileSchema = z.strictObject({ checks: z.array(check).min(1) });

/** One smoke check, compiled: every default filled, durations in milliseconds. */
export type SmokeCheck = z.output<typeof check>;

/** What came of one run of a stage's smoke checks. */
export type SmokeOutcome = {
  readonly passed: boolean;
  /** Empty when passed. */
  readonly failures: readonly { readonly check: string; readonly message: string }[];
  /** How many checks ran. */
  readonly checks: number;
};
