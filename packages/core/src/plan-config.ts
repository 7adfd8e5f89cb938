/**
 * A plan as a person writes it. Every fault is reported at once, with its path, the value and the remedy;
 * an unknown key is an error, because a misspelt gate must not become a missing one.
 */
import { z } from 'zod';
import { parseDurationMs, parseHoldMs } from './duration.js';
import { smokeFileSchema } from './smoke-plan.js';

/** A duration such as `15m`, compiled to milliseconds. */
const duration = z
  .string({ error: 'write a duration with its unit, such as 90s, 15m, 1h30m or 7d' })
  .transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs !== null && durationMs > 0) return durationMs;
    context.addIssue('write a duration with its unit, such as 90s, 15m, 1h30m or 7d');
    return z.NEVER;
  });

const delay = z
  .string({ error: 'write a duration with its unit, such as 0s or 3m' })
  .transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs !== null) return durationMs;
    context.addIssue('write a duration with its unit, such as 0s or 3m');
    return z.NEVER;
  });

const hold = z
  .string({ error: 'write how long to hold, such as 1h, or least and most, such as 4h to 6h' })
  .transform((text, context) => {
    const range = parseHoldMs(text);
    if (range === null || range.minMs <= 0) {
      context.addIssue('write how long to hold, such as 1h, or least and most, such as 4h to 6h');
      return z.NEVER;
    }
    if (range.minMs > range.maxMs) {
      context.addIssue('the least hold is longer than the most: write the shorter one first');
      return z.NEVER;
    }
    return range;
  });

/** A percentage such as `0.5%`, compiled to a ratio. */
function percentage(atMostPercent: number): z.ZodType<number, string> {
  const remedy = `write a percentage above 0% and up to ${atMostPercent}%, such as 1% or 0.5%`;
  return z.string({ error: remedy }).transform((text, context) => {
    const match = /^(\d+(?:\.\d+)?)\s?%$/.exec(text.trim());
    const percent = Number(match?.[1] ?? Number.NaN);
    if (percent > 0 && percent <= atMostPercent) return percent / 100;
    context.addIssue(remedy);
    return z.NEVER;
  });
}

const url = z
  .string()
  .regex(/^https?:\/\/\S+$/, 'write an address that starts with http:// or https://');
const project = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/,
    'write a project id: lower-case letters, digits and hyphens',
  );

const cloudRun = z.strictObject({
  project,
  region: z.string().regex(/^[a-z]+-[a-z]+\d+$/, 'write a region such as us-central1'),
  endpoint: url.optional(),
});

const local = z.strictObject({ url, project: project.default('local') });

const platform = z
  .strictObject({ cloudRun: cloudRun.optional(), local: local.optional() })
  .refine(
    ({ cloudRun: run, local: here }) => (run === undefined) !== (here === undefined),
    'name exactly one platform: cloudRun or local',
  );

const cloudMonitoring = z.strictObject({
  project: project.optional(),
  endpoint: url.optional(),
  samplePeriod: duration.optional(),
  visibilityDelay: delay.optional(),
});

const prometheus = z.strictObject({
  url,
  samplePeriod: duration.optional(),
  visibilityDelay: delay.optional(),
});

/** `metrics: cloudMonitoring` is short for `metrics: { cloudMonitoring: {} }`. */
const metrics = z
  .preprocess(
    (value) => (value === 'cloudMonitoring' ? { cloudMonitoring: {} } : value),
    z
      .strictObject(
        { cloudMonitoring: cloudMonitoring.optional(), prometheus: prometheus.optional() },
        { error: 'write cloudMonitoring, or cloudMonitoring: {...}, or prometheus: { url: ... }' },
      )
      .refine(
        (source) => (source.cloudMonitoring === undefined) !== (source.prometheus === undefined),
        'name exactly one source: cloudMonitoring or prometheus',
      ),
  )
  .default({ cloudMonitoring: {} });

const stageName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'write a name of lower-case letters, digits and hyphens');

const stage = z
  .strictObject({
    name: stageName,
    share: z
      .int({ error: 'write the share as a whole number of percent, 0 to 100' })
      .min(0, 'a share is 0 to 100 percent')
      .max(100, 'a share is 0 to 100 percent')
      .optional(),
    hold: hold.optional(),
    smoke: smokeFileSchema.optional(),
    approval: z
      .literal('required', { error: 'write approval: required, or leave it out' })
      .optional(),
    after: duration.optional(),
  })
  .superRefine((value, context) => {
    const needed = value.after === undefined ? (['share', 'hold'] as const) : [];
    for (const key of needed) {
      if (value[key] === undefined) {
        context.addIssue({ code: 'custom', path: [key], message: `a stage needs ${key}` });
      }
    }
    if (value.after === undefined) return;
    for (const key of ['share', 'hold', 'smoke', 'approval'] as const) {
      if (value[key] !== undefined) {
        const message = `a stage with after carries no traffic: leave ${key} out`;
        context.addIssue({ code: 'custom', path: [key], message });
      }
    }
  });

const errorRateGate = z.strictObject({
  max: percentage(100),
  worseThanStableBy: percentage(100),
});
const latencyGate = z.strictObject({
  max: duration,
  worseThanStableBy: percentage(1_000),
});

const defaultStages = [
  { name: 'smoke', share: 0, hold: { minMs: 3_600_000, maxMs: 3_600_000 } },
  { name: 'canary', share: 10, hold: { minMs: 4 * 3_600_000, maxMs: 6 * 3_600_000 } },
  {
    name: 'half',
    share: 50,
    hold: { minMs: 12 * 3_600_000, maxMs: 24 * 3_600_000 },
    approval: 'required' as const,
  },
  {
    name: 'full',
    share: 100,
    hold: { minMs: 24 * 3_600_000, maxMs: 48 * 3_600_000 },
    approval: 'required' as const,
  },
  { name: 'retire', after: 7 * 86_400_000 },
];

/** Schema of `ascent.yaml`. Its output is still in the person's shape; `compilePlan` makes the `RolloutPlan`. */
export const planConfigSchema = z.strictObject({
  service: z
    .string({ error: 'name the service that is rolled out' })
    .regex(
      /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/,
      'write a Cloud Run service name: under 50 lower-case letters, digits and hyphens, starting with a letter',
    ),
  platform,
  metrics,
  stages: z.array(stage).min(1, 'name at least one stage').default(defaultStages),
  gates: z
    .strictObject({ errorRate: errorRateGate.optional(), latencyP95: latencyGate.optional() })
    .refine(
      (gates) => gates.errorRate !== undefined || gates.latencyP95 !== undefined,
      'name at least one gate: errorRate or latencyP95',
    )
    .default({
      errorRate: { max: 0.01, worseThanStableBy: 0.005 },
      latencyP95: { max: 5_000, worseThanStableBy: 0.25 },
    }),
  rollback: z
    .strictObject({
      errorRate: z.strictObject({ above: percentage(100), for: duration }).optional(),
      latencyP95: z.strictObject({ above: duration, for: duration }).optional(),
    })
    .default({
      errorRate: { above: 0.05, for: 15 * 60_000 },
      latencyP95: { above: 10_000, for: 15 * 60_000 },
    }),
  risk: z
    .strictObject({
      falseRollback: percentage(50).default(0.01),
      missedRegression: percentage(50).default(0.1),
    })
    .default({ falseRollback: 0.01, missedRegression: 0.1 }),
  whenUndecidable: z
    .enum(['hold', 'ask', 'promote'], { error: 'write hold, ask or promote' })
    .default('ask'),
  whenBlind: z
    .strictObject({
      after: duration.default(15 * 60_000),
      do: z
        .enum(['hold', 'ask', 'rollback'], { error: 'write hold, ask or rollback' })
        .default('hold'),
    })
    .default({ after: 15 * 60_000, do: 'hold' }),
  warmUp: delay.default(3 * 60_000),
  readyWithin: duration.default(10 * 60_000),
  approvalExpires: duration.default(24 * 3_600_000),
});

/** A plan as parsed: the person's shape, durations in milliseconds, percentages as ratios. */
export type PlanConfig = z.output<typeof planConfigSchema>;
