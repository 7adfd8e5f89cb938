/**
 * A plan as a person writes it. Every fault is reported at once, with its path, the value and the remedy;
 * an unknown key is an error, because a misspelt gate must not become a missing one.
 */
import { z } from 'zod';
import { alert } from './alert-config.js';
import { delay, duration, percentage, url } from './config-value.js';
import { knativeNames, LABEL_NAME, METRIC_NAME } from './prometheus-names.js';
import { customGate } from './custom-gate-config.js';
import { notify } from './notify-config.js';
import { smokeFileSchema } from './smoke-plan.js';
import { stage } from './stage-config.js';

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

const label = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'write a namespace such as default or divers');

/** Each key is what `kubectl` calls it; without any, it goes where `kubectl` would. */
const kubernetes = z.strictObject({
  kubeconfig: z.string().min(1, 'write a path, or leave it out').optional(),
  context: z.string().min(1, 'name a context of the kubeconfig, or leave it out').optional(),
  namespace: label.optional(),
});

const platform = z
  .strictObject({
    cloudRun: cloudRun.optional(),
    local: local.optional(),
    kubernetes: kubernetes.optional(),
  })
  .refine(
    (places) => Object.values(places).filter((place) => place !== undefined).length === 1,
    'name exactly one platform: cloudRun, kubernetes or local',
  );

const cloudMonitoring = z.strictObject({
  project: project.optional(),
  endpoint: url.optional(),
  samplePeriod: duration.optional(),
  visibilityDelay: delay.optional(),
});

const metricName = z
  .string()
  .regex(METRIC_NAME, 'write the name of a metric, such as http_requests_total');
const labelName = z.string().regex(LABEL_NAME, 'write the name of a label, such as namespace');

/** What is left out is called as in Knative. */
const names = z.strictObject({
  requestCount: metricName.default(knativeNames.requestCount),
  latencyBucket: metricName.default(knativeNames.latencyBucket),
  latencyUnit: z.enum(['ms', 's'], { error: 'write ms or s' }).default(knativeNames.latencyUnit),
  serviceLabel: labelName.default(knativeNames.serviceLabel),
  revisionLabel: labelName.default(knativeNames.revisionLabel),
  codeLabel: labelName.default(knativeNames.codeLabel),
  matchers: z.record(labelName, z.string()).default(knativeNames.matchers),
});

const prometheus = z.strictObject({
  url,
  names: names.default(knativeNames),
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

const DISPERSION_REMEDY =
  'write measured, or how many failures that come together count as one, from 1 to 1000';

const errorRateGate = z.strictObject({
  max: percentage(100),
  worseThanStableBy: percentage(100),
  dispersion: z
    .union([z.literal('measured'), z.number()], { error: DISPERSION_REMEDY })
    .refine((value) => value === 'measured' || (value >= 1 && value <= 1_000), DISPERSION_REMEDY)
    .default('measured'),
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
    approval: 1,
  },
  {
    name: 'full',
    share: 100,
    hold: { minMs: 24 * 3_600_000, maxMs: 48 * 3_600_000 },
    approval: 1,
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
  scenarios: smokeFileSchema.optional(),
  gates: z
    .strictObject({
      errorRate: errorRateGate.optional(),
      latencyP95: latencyGate.optional(),
      custom: z.array(customGate).max(20, 'twenty gates are enough').optional(),
    })
    .refine(
      (gates) => gates.errorRate !== undefined || gates.latencyP95 !== undefined,
      'name at least one gate: errorRate or latencyP95',
    )
    .default({
      errorRate: { max: 0.01, worseThanStableBy: 0.005, dispersion: 'measured' },
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
  alerts: z.array(alert).optional(),
  notify: notify.default({}),
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
