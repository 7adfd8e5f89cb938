/**
 * From what a person wrote to what decides: parses, checks what no single field can know (shares rise, the last is 100,
 * a gate is stricter than its rollback rule) and fills in what follows from other keys. All faults at once.
 */
import type { z } from 'zod';
import { defaultAlerts, type AlertRule } from '../alerts/index.js';
import type { Fault } from '../errors.js';
import { defaultStatistics, type RollbackRule } from '../evidence/index.js';
import { toCustomGate } from './custom-gate-config.js';
import { toNotifyPlan } from './notify-config.js';
import { planConfigSchema, type PlanConfig } from './plan-config.js';
import type { MetricsSource, PlanPlatform, RolloutPlan, Stage } from './plan.js';

/** Cloud Monitoring samples Cloud Run's metrics every 60 s (descriptor of `run.googleapis.com/request_count`). */
const CLOUD_MONITORING_SAMPLE_PERIOD_MS = 60_000;
/** Points are visible after up to 120 s, and users of the API see up to three minutes. */
const CLOUD_MONITORING_VISIBILITY_DELAY_MS = 180_000;
const PROMETHEUS_SAMPLE_PERIOD_MS = 15_000;

type AlertConfig = NonNullable<PlanConfig['alerts']>[number];

/** A compiled plan, or everything that is wrong with the text. */
export type PlanResult =
  | { readonly type: 'plan'; readonly plan: RolloutPlan }
  | { readonly type: 'faults'; readonly faults: readonly Fault[] };

/** Compiles what was read from `ascent.yaml` (already parsed into plain data). Never throws on wrong input. */
export function compilePlan(input: unknown): PlanResult {
  const parsed = planConfigSchema.safeParse(input);
  if (!parsed.success) {
    return {
      type: 'faults',
      faults: parsed.error.issues.flatMap((issue) => toFaults(issue, input)),
    };
  }
  const faults = [
    ...stageFaults(parsed.data),
    ...gateFaults(parsed.data),
    ...alertFaults(parsed.data),
    ...metricsFaults(parsed.data),
    ...customGateFaults(parsed.data),
  ];
  if (faults.length > 0) return { type: 'faults', faults };
  return { type: 'plan', plan: toPlan(parsed.data) };
}

function toFaults(issue: z.core.$ZodIssue, input: unknown): readonly Fault[] {
  const path = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: `unknown key; remove it or correct its spelling`,
    }));
  }
  const value = valueAt(input, issue.path);
  // What stands where a secret's name should may be the secret.
  const secret = issue.path[0] === 'notify' || issue.path.at(-1) === 'token';
  const shown = secret ? 'found something else' : `found ${JSON.stringify(value)}`;
  const found = value === undefined ? 'it is missing' : shown;
  return [{ path, message: `${remedyOf(issue)} (${found})` }];
}

const typeRemedies: Readonly<Record<string, string>> = {
  object: 'write a mapping of keys to values',
  record: 'write a mapping of names to values',
  array: 'write a list',
  string: 'write text',
  number: 'write a number',
  int: 'write a whole number',
};

/** What to write. The schema says it for its own rules; for the plain types it is said here. */
function remedyOf(issue: z.core.$ZodIssue): string {
  if (!issue.message.startsWith('Invalid')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return typeRemedies[issue.expected] ?? `write a value of type ${issue.expected}`;
    case 'invalid_value':
      return `write one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return 'write it in one of the forms that docs/plan.md shows';
    default:
      return `${issue.message}: write a value that fits`;
  }
}

/** `stages[1].hold` for `['stages', 1, 'hold']`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

function stageFaults({ stages }: PlanConfig): readonly Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  let highest = -1;
  stages.forEach((stage, index) => {
    const path = `stages[${index}]`;
    if (seen.has(stage.name)) {
      faults.push({
        path: `${path}.name`,
        message: `a second stage is named ${stage.name}: names must differ`,
      });
    }
    seen.add(stage.name);
    if (stage.after !== undefined && index !== stages.length - 1) {
      faults.push({ path, message: 'a stage with after comes last: move it to the end' });
    }
    if (stage.share === undefined) return;
    if (stage.share <= highest) {
      const message = `the share ${stage.share} does not rise above the stage before it (${highest}): order the stages by share`;
      faults.push({ path: `${path}.share`, message });
    }
    const reduced = stage.share - Math.round((stage.holdback ?? 0) * 100);
    if (stage.share > highest && reduced <= highest) {
      const message = `a holdback of ${stage.share - reduced}% leaves ${reduced} %, no more than the stage before it (${highest}): write a smaller one`;
      faults.push({ path: `${path}.holdback`, message });
    }
    highest = Math.max(highest, stage.share);
    faults.push(...shareFaults(stage, path));
  });
  if (stages[0]?.share !== undefined && stages[0].share !== 0) {
    const message = `the first share is ${stages[0].share}: begin with a stage at share 0, where the candidate must start before a user reaches it`;
    faults.push({ path: 'stages[0].share', message });
  }
  if (highest !== 100) {
    faults.push({
      path: 'stages',
      message: `the last share is ${highest}: a rollout ends with a stage at share 100`,
    });
  }
  return faults;
}

/** What a stage cannot have at its share. */
function shareFaults(
  { share, approval, smoke, holdback }: PlanConfig['stages'][number],
  path: string,
): readonly Fault[] {
  const faults: Fault[] = [];
  if (share === 0 && approval !== undefined) {
    const message = 'a stage at 0 % moves no traffic: leave approval out';
    faults.push({ path: `${path}.approval`, message });
  }
  if (share !== 0 && smoke !== undefined) {
    const message =
      'smoke checks run before a user reaches the candidate: move them to the stage at share 0, or use spotChecks here';
    faults.push({ path: `${path}.smoke`, message });
  }
  if (holdback !== undefined && share !== 100) {
    const message = `a holdback is what the stable revision keeps beside share 100 (found share ${share ?? 'none'}): leave it out here`;
    faults.push({ path: `${path}.holdback`, message });
  }
  if (holdback !== undefined && !Number.isInteger(Math.round(holdback * 1e6) / 1e4)) {
    const message = 'shares are whole percents: write a holdback such as 1% or 5%';
    faults.push({ path: `${path}.holdback`, message });
  }
  return faults;
}

function gateFaults({ gates, rollback }: PlanConfig): readonly Fault[] {
  const faults: Fault[] = [];
  const { errorRate, latencyP95 } = gates;
  if (errorRate && rollback.errorRate && rollback.errorRate.above <= errorRate.max) {
    const message =
      'must be above gates.errorRate.max: a rate that still passes the gate must not roll back';
    faults.push({ path: 'rollback.errorRate.above', message });
  }
  if (latencyP95 && rollback.latencyP95 && rollback.latencyP95.above <= latencyP95.max) {
    const message =
      'must be above gates.latencyP95.max: a latency that still passes the gate must not roll back';
    faults.push({ path: 'rollback.latencyP95.above', message });
  }
  return faults;
}

/** A cluster belongs to no project of Google Cloud, so Cloud Monitoring's cannot be guessed. */
function metricsFaults({ platform, metrics }: PlanConfig): readonly Fault[] {
  if (platform.kubernetes === undefined || metrics.cloudMonitoring === undefined) return [];
  if (metrics.cloudMonitoring.project !== undefined) return [];
  const message =
    'a cluster has no project to read Cloud Monitoring of: write metrics: { prometheus: { url: ... } }, or name cloudMonitoring.project';
  return [{ path: 'metrics', message }];
}

/** Names tell alerts apart. */
function alertFaults({ alerts = [] }: PlanConfig): readonly Fault[] {
  return nameFaults(alerts, { list: 'alerts', what: 'alert' });
}

function customGateFaults({ gates: { custom = [] }, metrics }: PlanConfig): readonly Fault[] {
  const homeless = custom.flatMap(({ prometheus }, index): readonly Fault[] => {
    if (prometheus === undefined || prometheus.url !== undefined || metrics.prometheus) return [];
    const message =
      'the plan reads its metrics elsewhere, so say which Prometheus to ask: url: http://prometheus:9090';
    return [{ path: `gates.custom[${index}].prometheus.url`, message }];
  });
  return [...nameFaults(custom, { list: 'gates.custom', what: 'gate' }), ...homeless];
}

function nameFaults(
  named: readonly { readonly name: string }[],
  { list, what }: { readonly list: string; readonly what: string },
): readonly Fault[] {
  return named.flatMap(({ name }, index) => {
    if (named.findIndex((other) => other.name === name) === index) return [];
    const message = `a second ${what} is named ${name}: names must differ`;
    return [{ path: `${list}[${index}].name`, message }];
  });
}

function toPlan(config: PlanConfig): RolloutPlan {
  const platform = toPlatform(config);
  const dispersion = config.gates.errorRate?.dispersion;
  return {
    service: config.service,
    platform,
    metrics: toMetrics(config, platform),
    stages: config.stages.flatMap(toStage),
    scenarios: config.scenarios?.checks ?? [],
    gates: {
      errorRate: config.gates.errorRate
        ? {
            maxRatio: config.gates.errorRate.max,
            worseThanStableBy: config.gates.errorRate.worseThanStableBy,
          }
        : null,
      latencyP95: config.gates.latencyP95
        ? {
            maxMs: config.gates.latencyP95.max,
            worseThanStableBy: config.gates.latencyP95.worseThanStableBy,
          }
        : null,
      rules: toRules(config),
      risk: config.risk,
      warmUpMs: config.warmUp,
      statistics: {
        ...defaultStatistics,
        dispersion: typeof dispersion === 'number' ? dispersion : defaultStatistics.dispersion,
      },
    },
    measuresDispersion: dispersion === 'measured',
    customGates: (config.gates.custom ?? []).map((gate) =>
      toCustomGate(gate, config.metrics.prometheus?.url ?? null),
    ),
    alerts: config.alerts?.map(toAlert) ?? defaultAlerts,
    notify: toNotifyPlan(config.notify),
    whenUndecidable: config.whenUndecidable,
    whenBlind: { afterMs: config.whenBlind.after, then: config.whenBlind.do },
    readyWithinMs: config.readyWithin,
    approvalExpiresMs: config.approvalExpires,
    retireAfterMs: config.stages.find((stage) => stage.after !== undefined)?.after ?? null,
  };
}

function toStage(config: PlanConfig['stages'][number]): readonly Stage[] {
  if (config.share === undefined || config.hold === undefined) return [];
  return [
    {
      name: config.name,
      sharePercent: config.share - Math.round((config.holdback ?? 0) * 100),
      holdMinMs: config.hold.minMs,
      holdMaxMs: config.hold.maxMs,
      smoke: config.smoke?.checks ?? [],
      approvalsRequired: config.approval ?? 0,
      spotChecks: config.spotChecks ?? 0,
    },
  ];
}

function toAlert({ for: forMs, repeat, ...alert }: AlertConfig): AlertRule {
  return { ...alert, forMs, repeatMs: repeat };
}

function toRules({ rollback }: PlanConfig): readonly RollbackRule[] {
  const rules: RollbackRule[] = [];
  if (rollback.errorRate) {
    rules.push({
      metric: 'errorRate',
      above: rollback.errorRate.above,
      forMs: rollback.errorRate.for,
    });
  }
  if (rollback.latencyP95) {
    rules.push({
      metric: 'latencyP95',
      above: rollback.latencyP95.above,
      forMs: rollback.latencyP95.for,
    });
  }
  return rules;
}

function toPlatform({ service, platform }: PlanConfig): PlanPlatform {
  if (platform.cloudRun) {
    const { project, region, endpoint } = platform.cloudRun;
    return { type: 'cloudRun', project, region, service, endpoint: endpoint ?? null };
  }
  if (platform.local) return { type: 'local', ...platform.local, service };
  if (platform.kubernetes) {
    const { kubeconfig = null, context = null, namespace = null } = platform.kubernetes;
    return { type: 'kubernetes', kubeconfig, context, namespace, service };
  }
  throw new Error('the schema let a plan without a platform through');
}

/** Cloud Monitoring of the same project, and on one machine cloud-run-local's own, unless the plan says otherwise. */
function toMetrics({ metrics }: PlanConfig, platform: PlanPlatform): MetricsSource {
  if (metrics.prometheus) {
    const { url, names, samplePeriod, visibilityDelay } = metrics.prometheus;
    const samplePeriodMs = samplePeriod ?? PROMETHEUS_SAMPLE_PERIOD_MS;
    return {
      type: 'prometheus',
      url,
      names,
      samplePeriodMs,
      visibilityDelayMs: visibilityDelay ?? samplePeriodMs,
    };
  }
  const { project, endpoint, samplePeriod, visibilityDelay } = metrics.cloudMonitoring ?? {};
  return {
    type: 'cloudMonitoring',
    project: project ?? (platform.type === 'kubernetes' ? '' : platform.project),
    endpoint: endpoint ?? (platform.type === 'local' ? platform.url : null),
    samplePeriodMs: samplePeriod ?? CLOUD_MONITORING_SAMPLE_PERIOD_MS,
    visibilityDelayMs: visibilityDelay ?? CLOUD_MONITORING_VISIBILITY_DELAY_MS,
  };
}
