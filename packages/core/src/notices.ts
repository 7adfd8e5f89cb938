/**
 * What a person should know before a rollout moves anybody: how the traffic was found, and what the plan's gates will
 * not be able to see at this traffic. None of it stops a rollout; all of it is said first, and stands in the audit log.
 */
import { formatDuration } from './duration.js';
import {
  forecast,
  type Advice,
  type ExpectedTraffic,
  type StageForecast,
} from './evidence/index.js';
import type { RolloutPlan, UndecidablePolicy } from './plan.js';
import type { ServiceView } from './ports.js';
import type { RolloutRecord } from './rollout.js';
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
  return [...notices, ...undecidableNotices(context.plan, context.traffic)];
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

/** The stages that cannot be decided at this traffic, each with what would change that. */
export function undecidableNotices(
  plan: RolloutPlan,
  traffic: ExpectedTraffic | null,
): readonly string[] {
  if (traffic === null) return [];
  const rate = formatRate(traffic.requestsPerMinute);
  return forecast(plan.gates, plan.stages, traffic)
    .filter(({ verdict, sharePercent }) => verdict === 'undecidable' && sharePercent > 0)
    .map((stage) => undecidableSentence(plan, stage, rate));
}

function undecidableSentence(plan: RolloutPlan, stage: StageForecast, rate: string): string {
  const holdMaxMs = plan.stages.find(({ name }) => name === stage.name)?.holdMaxMs ?? 0;
  const needs =
    stage.proof === null
      ? 'a good candidate cannot be proven good'
      : `a good candidate takes about ${formatDuration(stage.proof.medianMs)} to be proven good`;
  const advice = stage.advice.map(adviceWords).join(', or ');
  const change = advice === '' ? '' : ` To change that, ${advice}.`;
  return `Stage ${stage.name} (${stage.sharePercent} %) cannot be decided at ${rate}: ${needs}, and its longest hold is ${formatDuration(holdMaxMs)}. ${policyWords[plan.whenUndecidable]}${change}`;
}

const policyWords: Readonly<Record<UndecidablePolicy, string>> = {
  hold: 'The plan says to hold then.',
  ask: 'The plan says to ask a person then.',
  promote: 'The plan says to go on then.',
};

/** One piece of advice as what to do. */
export function adviceWords(advice: Advice): string {
  switch (advice.type) {
    case 'hold-longer':
      return `hold up to ${formatDuration(advice.holdMaxMs)}`;
    case 'larger-share':
      return `give it ${advice.sharePercent} %`;
    case 'accept-larger-difference':
      return `accept a difference of ${formatPercent(advice.worseThanStableBy)} (gates.errorRate.worseThanStableBy)`;
  }
}

/** A rate a person can picture. */
export function formatRate(requestsPerMinute: number): string {
  const isFrequent = requestsPerMinute >= 1;
  const rate = round(isFrequent ? requestsPerMinute : requestsPerMinute * 60);
  return `${rate} ${rate === 1 ? 'request' : 'requests'} ${isFrequent ? 'a minute' : 'an hour'}`;
}

function formatPercent(ratio: number): string {
  return `${round(ratio * 100)} %`;
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
