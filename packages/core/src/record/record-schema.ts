/**
 * What a record must look like for anything to be decided on it: every field that deciding reads, with its range, and the
 * sentences that hold between fields. More may be there; less or something else is damage.
 */
import { z } from 'zod';

const time = z.number().min(0);
const text = z.string().min(1);
const share = z.int().min(0).max(100);
const ratio = z.number().min(0).max(1);
const durationMs = z.number().min(0);

const failures = z.array(z.looseObject({ check: z.string(), message: z.string() }));
const smokeOutcome = z.looseObject({ passed: z.boolean(), failures, checks: z.int().min(0) });
const checks = z.array(
  z.looseObject({ name: text, method: text, path: text, expect: z.looseObject({}) }),
);

const stage = z.looseObject({
  name: text,
  sharePercent: share,
  holdMinMs: durationMs,
  holdMaxMs: durationMs,
  smoke: checks,
  approvalsRequired: z.int().min(0),
  spotChecks: z.int().min(0),
});

const alert = z.looseObject({
  name: text,
  metric: z.enum(['errorRate', 'latencyP95', 'cpu', 'memory']),
  above: z.number().min(0),
  forMs: durationMs,
  severity: z.enum(['critical', 'warning']),
  channels: z.array(z.string()),
  repeatMs: durationMs,
});

const gates = z.looseObject({
  errorRate: z.looseObject({ maxRatio: ratio, worseThanStableBy: z.number() }).nullable(),
  latencyP95: z.looseObject({ maxMs: durationMs, worseThanStableBy: z.number() }).nullable(),
  rules: z.array(
    z.looseObject({
      metric: z.enum(['errorRate', 'latencyP95']),
      above: z.number(),
      forMs: durationMs,
    }),
  ),
  risk: z.looseObject({ falseRollback: ratio, missedRegression: ratio }),
  warmUpMs: durationMs,
  statistics: z.looseObject({}),
});

const customGate = z.looseObject({
  name: text,
  source: z.looseObject({ type: z.enum(['prometheus', 'json', 'sentry']) }),
  limit: z.looseObject({
    direction: z.enum(['above', 'below']),
    value: z.number(),
    unit: z.enum(['number', 'percent']),
  }),
  windowMs: durationMs,
  forMs: durationMs,
  then: z.enum(['hold', 'rollback']),
});

const gateState = z.looseObject({
  name: text,
  verdict: z.enum(['healthy', 'unhealthy', 'undecided', 'undecidable']),
  value: z.number().nullable(),
  atMs: time,
  beyondSinceMs: time.nullable(),
  sentence: z.string(),
});

const plan = z.looseObject({
  service: text,
  platform: z.looseObject({ type: text }),
  metrics: z.looseObject({
    type: text,
    samplePeriodMs: z.number().positive(),
    visibilityDelayMs: durationMs,
  }),
  stages: z.array(stage).min(1),
  scenarios: checks,
  gates,
  customGates: z.array(customGate),
  alerts: z.array(alert),
  notify: z.looseObject({
    pageUrl: z.string().nullable(),
    channels: z.array(z.looseObject({ type: z.enum(['slack', 'email', 'webhook', 'github']) })),
  }),
  whenUndecidable: z.enum(['hold', 'ask', 'promote']),
  whenBlind: z.looseObject({ afterMs: durationMs, then: z.enum(['hold', 'ask', 'rollback']) }),
  readyWithinMs: durationMs,
  approvalExpiresMs: durationMs,
  retireAfterMs: durationMs.nullable(),
});

const status = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('running') }),
  z.looseObject({
    type: z.literal('paused'),
    cause: z.enum([
      'person',
      'foreignChange',
      'undecidable',
      'blind',
      'spotChecks',
      'stableMissing',
    ]),
    by: z.string(),
    reason: z.string(),
    sinceMs: time,
  }),
  z.looseObject({ type: z.literal('promoted'), atMs: time }),
  z.looseObject({ type: z.literal('rolledBack'), atMs: time, reason: z.string() }),
  z.looseObject({ type: z.literal('superseded'), atMs: time, revision: text }),
  z.looseObject({ type: z.literal('aborted'), atMs: time, reason: z.string() }),
]);

const decision = z.looseObject({
  seq: z.int().min(1),
  atMs: time,
  type: text,
  stage: z.string(),
  fromPercent: share,
  toPercent: share,
  verdict: z.string().nullable(),
  by: z.string(),
  sentence: z.string(),
});

const entry = z
  .looseObject({
    key: text,
    type: z.enum(['journal', 'archive', 'notify']),
    tries: z.int().min(0),
    dueMs: time,
    decision: decision.optional(),
    channel: z.string().optional(),
  })
  .refine(({ type, decision: about }) => type === 'archive' || about !== undefined, {
    path: ['decision'],
  });

const totals = z.looseObject({ candidateRequests: z.number(), stableRequests: z.number() });

/** The evidence's own room knows its inside; this much is read outside of it. */
const evidence = z.looseObject({
  startedMs: time,
  watermarkMs: time,
  errors: z.looseObject({}),
  latency: z.looseObject({}).nullable(),
  timers: z.array(z.looseObject({})),
  total: totals,
  stage: totals,
  recent: z.looseObject({}),
});

const alerts = z.looseObject({
  firing: z.array(z.looseObject({ rule: text, revision: text, sinceMs: time, saidMs: time })),
  silences: z.array(z.looseObject({ rule: text, by: z.string(), untilMs: time })),
});

const rollout = z.looseObject({
  id: text,
  stable: text,
  candidate: text,
  status,
  stageIndex: z.int().min(0),
  sharePercent: share,
  startedMs: time,
  stageEnteredMs: time,
  stageSettledMs: time.nullable(),
  evidence,
  checkpointMs: time,
  judgement: z.looseObject({ verdict: text, explanation: z.string() }).nullable(),
  customGates: z.array(gateState),
  smoke: smokeOutcome.nullable(),
  smokeFailures: z.int().min(0),
  spotChecks: z.looseObject({
    passed: z.int().min(0).nullable(),
    worse: failures,
    failures: z.int().min(0),
    ticks: z.array(z.looseObject({ by: z.string(), what: z.string(), atMs: time })),
  }),
  approvals: z.array(z.looseObject({ stage: text, by: z.string(), atMs: time, expiresMs: time })),
  blindSinceMs: time.nullable(),
  decisions: z.array(decision),
  alerts,
  outbox: z.array(entry),
  seq: z.int().min(0),
});

const watch = z.looseObject({
  id: text,
  alerts,
  seq: z.int().min(0),
  news: z.array(decision),
  outbox: z.array(entry),
});

/** The share that an end stands for; `null` while the rollout is open. */
function endShare({ type }: z.output<typeof status>): number | null {
  if (type === 'running' || type === 'paused') return null;
  return type === 'promoted' ? 100 : 0;
}

/** The whole annotation. */
export const recordSchema = z
  .looseObject({
    version: z.literal(1),
    plan,
    stable: text,
    rollout: rollout.nullable(),
    watch: watch.optional(),
  })
  .superRefine((record, context) => {
    const { rollout: found, plan: by } = record;
    if (found === null) return;
    const here = by.stages[found.stageIndex];
    const report = (path: string): void => {
      context.addIssue({ code: 'custom', path: ['rollout', path], message: 'does not fit' });
    };
    if (here === undefined) report('stageIndex');
    if (found.sharePercent !== (endShare(found.status) ?? found.sharePercent)) {
      report('sharePercent');
    }
    if (found.stable === found.candidate) report('candidate');
    if (found.decisions.at(-1)?.seq !== found.seq) report('seq');
    if (found.evidence.timers.length !== by.gates.rules.length) report('evidence');
  });

/** What every record in a journal has ever had. */
export const archiveSchema = z.looseObject({
  version: z.literal(1),
  plan: z.looseObject({ stages: z.array(z.looseObject({ name: text })).min(1) }),
  stable: text,
  rollout: z
    .looseObject({
      id: text,
      stable: text,
      candidate: text,
      status: z.looseObject({ type: text }),
      startedMs: time,
      decisions: z.array(z.looseObject({ type: text, atMs: time, sentence: z.string() })),
    })
    .nullable(),
});
