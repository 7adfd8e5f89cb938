/**
 * Alerts while no rollout is open: the stability week, and every week after it. What is remembered of them lies in the
 * record beside the rollout that ended, because that one stays as it ended.
 */
import { calm, evaluateAlerts, type AlertNews, type AlertState } from '../alerts/index.js';
import type { SilenceAlert } from './event.js';
import { checkAlertName, withSilence } from './note-alerts.js';
import { post } from './outbox.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { MetricsOutcome, UtilizationOutcome } from '../world/ports.js';
import {
  isOpen,
  type Decision,
  type Effect,
  type RolloutRecord,
  type Watch,
} from '../record/rollout.js';

/** Newest last; the journal keeps all. */
const NEWS_KEPT = 20;
/** All users are on one revision. */
const ALL = 100;

/** One look at a service without an open rollout. */
export type WatchLook = {
  readonly nowMs: number;
  readonly metrics: MetricsOutcome;
  readonly utilization: UtilizationOutcome;
};

/** The stable revision, and whatever still fires of another: that resolves once it serves nobody. */
export function watchedRevisions(record: RolloutRecord): readonly string[] {
  const firing = alertsOf(record).firing.map(({ revision }) => revision);
  return [...new Set([record.stable, ...firing])];
}

/** `record` after a look; the same object where nothing became of any alert. */
export function watchAlerts(record: RolloutRecord, look: WatchLook): RolloutRecord {
  const { metrics, utilization, nowMs } = look;
  const { plan, rollout } = record;
  if (metrics.type !== 'points' || (rollout !== null && isOpen(rollout))) return record;
  const before = alertsOf(record);
  const { state, news } = evaluateAlerts(plan.alerts, before, {
    nowMs,
    revisions: watchedRevisions(record),
    measurements: {
      points: metrics.points,
      utilization: utilization.type === 'points' ? utilization.points : [],
      trustedMs: metrics.youngestTrustedMs,
      samplePeriodMs: plan.metrics.samplePeriodMs,
    },
  });
  if (state === before && news.length === 0) return record;
  const watch = { ...watchOf(record, nowMs), alerts: state };
  return {
    ...record,
    watch: news.reduce((next, one) => tell(plan, next, { ...one, nowMs }), watch),
  };
}

/** `record` with a rule silenced while no rollout is open. @throws AscentError `ASC_UNKNOWN_ALERT`. */
export function silenceWatch(record: RolloutRecord, event: SilenceAlert): RolloutRecord {
  checkAlertName(record.plan, event.rule);
  const watch = watchOf(record, event.nowMs);
  return { ...record, watch: { ...watch, alerts: withSilence(watch.alerts, event) } };
}

/** What fires and is silenced, in the watch or in the rollout that ended before it. */
export function alertsOf({ watch, rollout }: RolloutRecord): AlertState {
  return watch?.alerts ?? rollout?.alerts ?? calm;
}

function watchOf(record: RolloutRecord, nowMs: number): Watch {
  const { watch, stable } = record;
  if (watch !== undefined) return watch;
  return { id: `${stable}@${nowMs}`, alerts: alertsOf(record), seq: 0, news: [], outbox: [] };
}

function tell(
  plan: RolloutPlan,
  watch: Watch,
  { type, rule, silenced, sentence, nowMs }: AlertNews & { readonly nowMs: number },
): Watch {
  const decision: Decision = {
    seq: watch.seq + 1,
    atMs: nowMs,
    type,
    stage: 'stable',
    fromPercent: ALL,
    toPercent: ALL,
    verdict: null,
    by: 'ascent',
    sentence: silenced ? `${sentence} It is silenced.` : sentence,
  };
  const key = `${watch.id}/${decision.seq}`;
  const channels = plan.notify.channels.filter(
    (channel) => !silenced && rule.channels.some((name) => name === channel.type),
  );
  const effects: readonly Effect[] = [
    { key: `${key}/journal`, type: 'journal', decision },
    ...channels.map(
      (channel) =>
        ({
          key: `${key}/${channel.type}`,
          type: 'notify',
          channel: channel.type,
          decision,
        }) as const,
    ),
  ];
  return {
    ...watch,
    seq: decision.seq,
    news: [...watch.news, decision].slice(-NEWS_KEPT),
    outbox: post(watch.outbox, effects, nowMs),
  };
}
