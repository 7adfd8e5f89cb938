/**
 * What a person should know before a rollout moves anybody: how the traffic was found, and what the plan's gates will
 * not be able to see at this traffic. None of it stops a rollout; all of it is said first, and stands in the audit log.
 */
import { formatDuration } from '../duration.js';
import {
  deadLimits,
  forecast,
  type Advice,
  type ExpectedTraffic,
  type Obstacle,
  type StageForecast,
} from '../evidence/index.js';
import {
  adviceWords,
  deadLimitWords,
  formatLongDuration,
  formatRate,
  formatSpan,
  obstacleWords,
} from '../evidence/forecast-words.js';
import type { RolloutPlan, UndecidablePolicy } from '../plan/plan.js';
import type { ServiceView } from '../world/ports.js';
import type { RolloutRecord } from '../record/rollout.js';
import { sharesByRevision } from './traffic.js';

/** What the notices are drawn from. */
export type NoticeContext = {
  readonly plan: RolloutPlan;
  readonly record: RolloutRecord | null;
  readonly view: ServiceView;
  readonly traffic: ExpectedTraffic | null;
};

/** Sentences to say before a rollout over `stable` starts. */
export function noticesAtStart(context: NoticeContext, stable: string): readonly string[] {
  const notices = [...trafficNotices(context, stable)];
  if (context.view.sessionAffinity) {
    notices.push(
      'Session affinity is on: whoever is with the stable revision stays there, so fewer users than a stage names will reach the candidate. The gates count what each revision really serves.',
    );
  }
  const { dispersion } = context.plan.gates.statistics;
  if (dispersion > 1) {
    notices.push(
      `Failures come in clusters, ${dispersion} times as uneven as chance, so about ${round(dispersion)} of them count as one: without that, a good release would be sent back for one unlucky instance or one client that tries again and again.`,
    );
  }
  return [...notices, ...forecastNotices(context)];
}

/** A forecast is a courtesy: whatever is wrong with it, the release that may mend the service goes out. */
function forecastNotices({ plan, traffic }: NoticeContext): readonly string[] {
  try {
    return undecidableNotices(plan, traffic);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`What the gates can see at this traffic could not be worked out: ${why}`];
  }
}

/** LATEST, and a pin that somebody else left behind. */
function trafficNotices({ record, view }: NoticeContext, stable: string): readonly string[] {
  if (sharesByRevision(view.traffic).has('LATEST')) {
    const notice = `LATEST was found in the traffic; it would send everybody to a new revision at once. It is replaced by the name of what it serves, ${stable}.`;
    return [notice];
  }
  if (record === null) {
    const notice = `The traffic was found pinned to ${stable} by name, as a rollback by hand or --no-traffic leaves it: deploying alone has moved nobody. The rollout goes on from there.`;
    return [notice];
  }
  if (record.stable === stable) return [];
  const notice = `The traffic was found pinned to ${stable}, though ${record.stable} was the stable revision: somebody went back outside of Ascent. ${stable} is the stable revision of this rollout.`;
  return [notice];
}

/**
 * What the gates cannot see or decide at this traffic, each with what would change that: first what holds for all
 * stages, then the stages that need more requests than they get.
 */
export function undecidableNotices(
  plan: RolloutPlan,
  traffic: ExpectedTraffic | null,
): readonly string[] {
  if (traffic === null) return [];
  const { gates, metrics } = plan;
  const stages = forecast(gates, plan.stages, { ...traffic, timing: metrics });
  const undecidable = stages.filter(({ verdict }) => verdict === 'undecidable');
  const obstacle = undecidable[0]?.obstacle ?? null;
  return [
    ...(obstacle === null ? [] : [obstacleSentence(plan, obstacle, undecidable)]),
    ...(gates.latencyP95 !== null && traffic.latency === null ? [noLatencySentence] : []),
    ...deadLimits(gates, traffic).map(deadLimitWords),
    ...(obstacle === null ? undecidable : []).map((stage) =>
      undecidableSentence(plan, stage, traffic),
    ),
  ];
}

const noLatencySentence =
  'No latency was measured of late, though gates.latencyP95 asks for it: while that is so, no candidate can be proven good. See that the metrics hold a latency histogram, or leave the gate out.';

function obstacleSentence(
  plan: RolloutPlan,
  obstacle: Obstacle,
  stages: readonly StageForecast[],
): string {
  const names = stages.map(({ name }) => name).join(', ');
  const which = stages.length === 1 ? `Stage ${names}` : `Stages ${names}`;
  const change = changeWords(stages[0]?.advice ?? []);
  return `${which} cannot be decided: ${obstacleWords(obstacle)} ${policyWords[plan.whenUndecidable]}${change}`;
}

function undecidableSentence(
  plan: RolloutPlan,
  stage: StageForecast,
  traffic: ExpectedTraffic,
): string {
  const holdMaxMs = plan.stages.find(({ name }) => name === stage.name)?.holdMaxMs ?? 0;
  const needs =
    stage.proof === null
      ? 'a good candidate cannot be proven good'
      : `a good candidate takes ${aboutLong(stage.proof.medianMs)} to be proven good`;
  const span = formatSpan(traffic);
  const rate = `${formatRate(traffic.requestsPerMinute)}${span === null ? '' : ` (${span})`}`;
  return `Stage ${stage.name} (${stage.sharePercent} %) cannot be decided at ${rate}: ${needs}, and its longest hold is ${formatDuration(holdMaxMs)}. ${policyWords[plan.whenUndecidable]}${changeWords(stage.advice)}`;
}

function aboutLong(durationMs: number): string {
  const words = formatLongDuration(durationMs);
  return words.startsWith('more') ? words : `about ${words}`;
}

function changeWords(advice: readonly Advice[]): string {
  const words = advice.map(adviceWords).join(', or ');
  return words === '' ? '' : ` To change that, ${words}.`;
}

const policyWords: Readonly<Record<UndecidablePolicy, string>> = {
  hold: 'The plan says to hold then.',
  ask: 'The plan says to ask a person then.',
  promote: 'The plan says to go on then.',
};

function round(value: number): number {
  return Number(value.toPrecision(2));
}
