/** What one look at the metrics does to a rollout's alerts: decisions for the audit log, and messages for people. */
import { evaluateAlerts, lookBackMs, type AlertNews, type AlertState } from '../alerts/index.js';
import { announceTo } from './announce.js';
import { decide } from './decide.js';
import { AscentError } from '../errors.js';
import type { Observed, SilenceAlert } from './event.js';
import type { Channel, RolloutPlan } from '../plan/plan.js';
import type { Rollout } from '../record/rollout.js';
import { stageOf } from '../record/stage.js';

/** Points from when on a look at the metrics needs: the evidence's watermark, or the alerts' longest duration ago. */
export function metricsNeededAfterMs(plan: RolloutPlan, rollout: Rollout, nowMs: number): number {
  const fromMs = alertsNeedAfterMs(plan, nowMs);
  return Math.min(rollout.evidence.watermarkMs, fromMs ?? Infinity);
}

/** Points from when on the alerts alone need; `null` where the plan has none. */
export function alertsNeedAfterMs(plan: RolloutPlan, nowMs: number): number | null {
  const { samplePeriodMs, visibilityDelayMs } = plan.metrics;
  const back = lookBackMs(plan.alerts, samplePeriodMs);
  return back === 0 ? null : nowMs - visibilityDelayMs - samplePeriodMs - back;
}

/** `rollout` with its alerts evaluated. Metrics that cannot be read change nothing: silence is neither good nor bad. */
export function noteAlerts(plan: RolloutPlan, rollout: Rollout, event: Observed): Rollout {
  const { metrics, utilization, nowMs } = event;
  if (metrics.type !== 'points' || plan.alerts.length === 0) return rollout;
  const { state, news } = evaluateAlerts(plan.alerts, rollout.alerts, {
    nowMs,
    revisions: [rollout.candidate, rollout.stable],
    measurements: {
      points: metrics.points,
      utilization: utilization.type === 'points' ? utilization.points : [],
      trustedMs: metrics.youngestTrustedMs,
      samplePeriodMs: plan.metrics.samplePeriodMs,
    },
  });
  const noted = state === rollout.alerts ? rollout : { ...rollout, alerts: state };
  return news.reduce((next, one) => tell(plan, next, { ...one, nowMs }), noted);
}

function tell(
  plan: RolloutPlan,
  rollout: Rollout,
  { type, rule, silenced, sentence, nowMs }: AlertNews & { readonly nowMs: number },
): Rollout {
  const stage = stageOf(plan, rollout).name;
  const toPercent = rollout.sharePercent;
  const said = silenced ? `${sentence} It is silenced.` : sentence;
  const decided = decide(rollout, { type, nowMs, stage, toPercent, sentence: said });
  const decision = decided.decisions.at(-1);
  if (silenced || decision === undefined) return decided;
  const channels = plan.notify.channels.filter((channel): channel is Channel =>
    rule.channels.some((name) => name === channel.type),
  );
  return announceTo(decided, channels, decision);
}

/**
 * `rollout` with a rule silenced until `untilMs`; a time that has passed ends the silence.
 * @throws AscentError `ASC_UNKNOWN_ALERT` for a rule that the plan does not have.
 */
export function silenceAlert(plan: RolloutPlan, rollout: Rollout, event: SilenceAlert): Rollout {
  checkAlertName(plan, event.rule);
  return { ...rollout, alerts: withSilence(rollout.alerts, event) };
}

/** @throws AscentError `ASC_UNKNOWN_ALERT` for a rule that the plan does not have. */
export function checkAlertName(plan: RolloutPlan, rule: string): void {
  const names = plan.alerts.map(({ name }) => name);
  if (names.includes(rule)) return;
  const message = `The plan has no alert "${rule}"; it has ${names.join(', ') || 'none'}.`;
  throw new AscentError('ASC_UNKNOWN_ALERT', message);
}

/** `alerts` with a silence begun, or ended where its time has passed. */
export function withSilence(
  alerts: AlertState,
  { rule, by, untilMs, nowMs }: SilenceAlert,
): AlertState {
  const others = alerts.silences.filter((silence) => silence.rule !== rule);
  const silences = untilMs > nowMs ? [...others, { rule, by, untilMs }] : others;
  return { ...alerts, silences };
}
