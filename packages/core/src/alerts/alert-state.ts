/**
 * Which alerts fire, and what follows from that.
 *
 * A rule fires for a revision once its metric was beyond the limit in every window of the rule's duration in which
 * anything was measured (at least half of them, the oldest and the newest among them), and it resolves once it was beyond in none of them.
 * In between nothing changes, so a metric that dances around its limit is told once and not every minute.
 */
import { formatDuration } from '../duration.js';
import type { AlertRule } from './alert-rule.js';
import { windowAt, windowGrid, type AlertMeasurements, type AlertWindow } from './alert-window.js';

/** An alert that fires. */
export type FiringAlert = {
  readonly rule: string;
  readonly revision: string;
  readonly sinceMs: number;
  /** When people were told last. */
  readonly saidMs: number;
};

/** A person's wish not to hear of a rule for a while. */
export type Silence = { readonly rule: string; readonly by: string; readonly untilMs: number };

/** Everything remembered about alerts. What was measured is not: it is read again. */
export type AlertState = {
  readonly firing: readonly FiringAlert[];
  readonly silences: readonly Silence[];
};

/** Nothing fires and nothing is silenced. */
export const calm: AlertState = { firing: [], silences: [] };

/** Something that became of an alert, in one sentence. `silenced` ones are written down and told to nobody. */
export type AlertNews = {
  readonly type: 'alertFired' | 'alertRepeated' | 'alertResolved';
  readonly rule: AlertRule;
  readonly silenced: boolean;
  readonly sentence: string;
};

/** When and for which revisions the rules are evaluated. */
export type AlertContext = {
  readonly nowMs: number;
  readonly revisions: readonly string[];
  readonly measurements: AlertMeasurements;
};

/** The state after one look, and what to tell. The same object where nothing changed. */
export function evaluateAlerts(
  rules: readonly AlertRule[],
  state: AlertState,
  context: AlertContext,
): { readonly state: AlertState; readonly news: readonly AlertNews[] } {
  const news: AlertNews[] = [];
  const firing: FiringAlert[] = [];
  for (const rule of rules) {
    const silenced = isSilenced(state, rule, context.nowMs);
    for (const revision of context.revisions) {
      const known = state.firing.find((one) => one.rule === rule.name && one.revision === revision);
      const outcome =
        known === undefined
          ? whenQuiet(rule, revision, context)
          : whenFiring(rule, known, { ...context, silenced });
      if (outcome.sentence !== null) news.push({ ...outcome.sentence, rule, silenced });
      if (outcome.alert !== null) firing.push(outcome.alert);
    }
  }
  const silences = state.silences.filter(({ untilMs }) => context.nowMs < untilMs);
  const same =
    silences.length === state.silences.length &&
    firing.length === state.firing.length &&
    firing.every((alert) => state.firing.includes(alert));
  return { state: same ? state : { firing, silences }, news };
}

function isSilenced({ silences }: AlertState, { name }: AlertRule, nowMs: number): boolean {
  return silences.some(({ rule, untilMs }) => rule === name && nowMs < untilMs);
}

type Outcome = {
  readonly alert: FiringAlert | null;
  readonly sentence: Pick<AlertNews, 'type' | 'sentence'> | null;
};

function whenQuiet(rule: AlertRule, revision: string, context: AlertContext): Outcome {
  const nothing: Outcome = { alert: null, sentence: null };
  const { nowMs, measurements } = context;
  // Most looks end here: only a metric that is beyond its limit now can fire.
  if (!windowAt(rule, measurements, { revision, back: 0 }).beyond) return nothing;
  const windows = allWindows(rule, measurements, revision);
  const measured = windows.filter(({ value }) => value !== null);
  const { length } = measured;
  const whole = windows.at(-1)?.beyond === true && length * 2 >= windows.length;
  if (!whole || measured.some(({ beyond }) => !beyond)) return nothing;
  const value = formatValue(rule, measured[0]?.value ?? 0);
  const sentence = `Alert ${rule.name} (${rule.severity}): the ${metricWords[rule.metric]} of ${revision} is ${value} and has been above ${formatValue(rule, rule.above)} for ${formatDuration(rule.forMs)}.`;
  return {
    alert: { rule: rule.name, revision, sinceMs: nowMs, saidMs: nowMs },
    sentence: { type: 'alertFired', sentence },
  };
}

function whenFiring(
  rule: AlertRule,
  alert: FiringAlert,
  { nowMs, measurements, silenced }: AlertContext & { readonly silenced: boolean },
): Outcome {
  const { revision, sinceMs, saidMs } = alert;
  const windows = allWindows(rule, measurements, revision);
  const what = `the ${metricWords[rule.metric]} of ${revision}`;
  if (!windows.some(({ beyond }) => beyond)) {
    const seen = windows.some(({ value }) => value !== null);
    const now = seen
      ? `has not been above ${formatValue(rule, rule.above)} for ${formatDuration(rule.forMs)}`
      : `has not been measured for ${formatDuration(rule.forMs)}`;
    const sentence = `Alert ${rule.name} is over after ${formatDuration(nowMs - sinceMs)}: ${what} ${now}.`;
    return { alert: null, sentence: { type: 'alertResolved', sentence } };
  }
  if (silenced || nowMs - saidMs < rule.repeatMs) return { alert, sentence: null };
  const newest = windows.find(({ value }) => value !== null)?.value ?? 0;
  const sentence = `Alert ${rule.name} (${rule.severity}) still fires after ${formatDuration(nowMs - sinceMs)}: ${what} is ${formatValue(rule, newest)}, limit ${formatValue(rule, rule.above)} over ${formatDuration(rule.forMs)}.`;
  return { alert: { ...alert, saidMs: nowMs }, sentence: { type: 'alertRepeated', sentence } };
}

/** The windows of the rule's duration, newest first. */
function allWindows(
  rule: AlertRule,
  measurements: AlertMeasurements,
  revision: string,
): readonly AlertWindow[] {
  const { windows } = windowGrid(rule, measurements.samplePeriodMs);
  return Array.from({ length: windows }, (_, back) =>
    windowAt(rule, measurements, { revision, back }),
  );
}

const metricWords: Readonly<Record<AlertRule['metric'], string>> = {
  errorRate: 'error rate',
  latencyP95: 'P95 latency',
  cpu: 'CPU utilization',
  memory: 'memory utilization',
};

function formatValue({ metric }: AlertRule, value: number): string {
  if (metric === 'latencyP95') {
    return value < 1_000
      ? `${Math.round(value)} ms`
      : `${Number((value / 1_000).toPrecision(3))} s`;
  }
  return `${Number((value * 100).toPrecision(3))} %`;
}
