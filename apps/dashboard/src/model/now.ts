/** What is happening now and why, in one sentence each. The page's headline; nothing is decided here. */
import {
  alertsOf,
  countSpotChecks,
  countOfChecks,
  formatDuration,
  holdingGate,
  isOpen,
  sharesByRevision,
  stageOf,
  type Rollout,
  type RolloutPlan,
  type RolloutRecord,
} from '@ascent/core';
import type { Snapshot } from '@ascent/controller';
import { clockTime, grainFor, inTime } from './clock-text.js';
import { nextStep, type NextStep } from './next-step.js';
import { shortenRevisions, shortRevision } from './revision-name.js';

/** How the moment should feel: a colour and a shape follow from it, never a colour alone. */
export type Tone = 'calm' | 'good' | 'ask' | 'paused' | 'bad';

/** The moment in words. */
export type Now = {
  readonly tone: Tone;
  /** One or two words: the state. */
  readonly state: string;
  readonly headline: string;
  readonly why: string;
  /** What comes next and when at the earliest; `null` where nothing does by itself. */
  readonly next: string | null;
};

/** The moment of `snapshot`, seen at `nowMs`. */
export function describeNow(snapshot: Snapshot, nowMs: number): Now {
  const { record, service } = snapshot;
  const alarm = record === null ? null : alarmed(record, { service, nowMs });
  if (alarm !== null) return alarm;
  if (record?.rollout) {
    const scene = sceneOf(record.rollout, { plan: record.plan, snapshot, nowMs });
    return { ...ofStatus(scene), next: scene.open ? nextWords(scene) : endWords(snapshot) };
  }
  const stable = record === null ? null : shortRevision(record.stable, service);
  return {
    tone: 'calm',
    state: 'Nothing to do',
    headline: stable === null ? `${service} has no rollout yet.` : `${stable} serves everything.`,
    why:
      snapshot.idle === null
        ? 'The controller has just begun to watch.'
        : sentence(shortenRevisions(snapshot.idle, service)),
    next: 'Deploy a new revision and its rollout begins by itself.',
  };
}

/** The alerts that fire and are not silenced, by the names of their rules. */
export function loudAlerts(record: RolloutRecord, nowMs: number): readonly string[] {
  const { firing, silences } = alertsOf(record);
  const silent = new Set(silences.filter(({ untilMs }) => nowMs < untilMs).map(({ rule }) => rule));
  return [...new Set(firing.map(({ rule }) => rule))].filter((rule) => !silent.has(rule));
}

/** After the rollout an alert is the news: nothing goes back by itself any more. `null` where none fires. */
function alarmed(
  record: RolloutRecord,
  { service, nowMs }: { readonly service: string; readonly nowMs: number },
): Now | null {
  const { rollout, stable, watch } = record;
  const [first, ...others] = loudAlerts(record, nowMs);
  if (first === undefined || (rollout !== null && isOpen(rollout))) return null;
  const news = [...(rollout?.decisions ?? []), ...(watch?.news ?? [])];
  const fired = news.findLast(({ type }) => type === 'alertFired' || type === 'alertRepeated');
  const name = shortRevision(stable, service);
  return {
    tone: 'bad',
    state: 'Alert',
    headline:
      others.length === 0
        ? `${name} serves everything, and ${first} fires.`
        : `${name} serves everything, and ${others.length + 1} alerts fire: ${[first, ...others].join(', ')}.`,
    why: shortenRevisions(fired?.sentence ?? '', service),
    next: 'No rollout is open, so nothing goes back by itself. To go back, deploy the older image and promote it.',
  };
}

type Scene = {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly nowMs: number;
  /** What the platform really sends to the candidate, percent. */
  readonly servedPercent: number;
  readonly step: NextStep;
  readonly open: boolean;
  /** Short names. */
  readonly candidate: string;
  readonly stable: string;
  readonly short: (sentence: string) => string;
};

function sceneOf(
  rollout: Rollout,
  at: { readonly plan: RolloutPlan; readonly snapshot: Snapshot; readonly nowMs: number },
): Scene {
  const { plan, snapshot, nowMs } = at;
  const { service, served } = snapshot;
  return {
    plan,
    rollout,
    nowMs,
    servedPercent: sharesByRevision(served).get(rollout.candidate) ?? 0,
    step: nextStep(plan, rollout, nowMs),
    open: rollout.status.type === 'running' || rollout.status.type === 'paused',
    candidate: shortRevision(rollout.candidate, service),
    stable: shortRevision(rollout.stable, service),
    short: (sentence) => shortenRevisions(sentence, service),
  };
}

function ofStatus(scene: Scene): Omit<Now, 'next'> {
  const { rollout, candidate } = scene;
  const { status } = rollout;
  switch (status.type) {
    case 'running':
      return running(scene);
    case 'paused':
      return {
        tone: status.cause === 'undecidable' || status.cause === 'blind' ? 'ask' : 'paused',
        state: status.cause === 'person' ? 'Paused' : 'Needs a person',
        headline: pausedHeadline(scene, status),
        why: lastSentence(scene),
      };
    case 'promoted':
      return {
        tone: 'good',
        state: 'Promoted',
        headline:
          scene.servedPercent === 100
            ? `${candidate} is the stable revision and serves everything.`
            : `${candidate} is the stable revision; everybody goes to it.`,
        why: lastSentence(scene),
      };
    case 'rolledBack':
      return {
        tone: 'bad',
        state: 'Rolled back',
        headline: `${candidate} was rolled back; ${backWords(scene)}.`,
        why: lastSentence(scene),
      };
    case 'superseded':
      return {
        tone: 'calm',
        state: 'Superseded',
        headline: `${candidate} gave way to ${scene.short(status.revision)}, which is newer.`,
        why: lastSentence(scene),
      };
    case 'aborted':
      return {
        tone: 'calm',
        state: 'Aborted',
        headline: `The rollout of ${candidate} was aborted; ${backWords(scene)}.`,
        why: lastSentence(scene),
      };
  }
}

/** Who was sent back to; until that was seen to be served, it is not said to have happened. */
function backWords({ stable, servedPercent }: Scene): string {
  return servedPercent === 0
    ? `${stable} serves everything again`
    : `everybody goes back to ${stable}`;
}

type Paused = Extract<Rollout['status'], { readonly type: 'paused' }>;

function pausedHeadline(scene: Scene, { cause, by, reason }: Paused): string {
  const { rollout, candidate, servedPercent, short } = scene;
  const stays = `${candidate} stays at ${rollout.sharePercent} %`;
  switch (cause) {
    case 'person':
      return reason === ''
        ? `${stays}: ${by} paused the rollout.`
        : `${stays}: ${by} paused the rollout (“${reason}”).`;
    case 'foreignChange':
      return `${by} changed the traffic outside of Ascent: ${candidate} serves ${servedPercent} % instead of ${rollout.sharePercent} %.`;
    case 'undecidable':
    case 'spotChecks':
    case 'stableMissing':
    case 'blind':
      return sentence(`${stays}: ${short(reason)}`);
  }
}

/** The sentence of the decision that led here. */
function lastSentence({ rollout, short }: Scene): string {
  const own = rollout.decisions.findLast(({ type }) => type === rollout.status.type);
  return short((own ?? rollout.decisions.at(-1))?.sentence ?? '');
}

function running(scene: Scene): Omit<Now, 'next'> {
  const { rollout, candidate, step, short } = scene;
  const share = `${rollout.sharePercent} %`;
  const why = short(rollout.judgement?.explanation ?? rollout.decisions.at(-1)?.sentence ?? '');
  if (rollout.blindSinceMs !== null) {
    const headline = `${candidate} stays at ${share}: the metrics cannot be read.`;
    const blind = rollout.decisions.findLast(({ type }) => type === 'blind');
    return { tone: 'ask', state: 'Blind', headline, why: short(blind?.sentence ?? why) };
  }
  if (step.askedForApproval) {
    const headline = `${candidate} is healthy at ${share} and waits for your approval of ${nextShare(step)}.`;
    return { tone: 'ask', state: 'Your turn', headline, why };
  }
  if (rollout.sharePercent === 0) return atZero(scene);
  if (rollout.stageSettledMs === null) {
    const headline = `The platform is moving ${candidate} to ${share}.`;
    return { tone: 'calm', state: 'Moving', headline, why };
  }
  return holding(scene, why);
}

function atZero({ rollout, candidate, plan, short }: Scene): Omit<Now, 'next'> {
  const decided = rollout.decisions.findLast(({ type }) => type.startsWith('smoke'));
  const started = rollout.stageSettledMs !== null;
  const headline = started
    ? `${candidate} runs at 0 %: no user reaches it yet.`
    : `${candidate} is starting; no user reaches it yet.`;
  const checks = stageOf(plan, rollout).smoke.length;
  const run = checks === 1 ? 'runs' : 'run';
  const waiting = checks > 0 ? `${countOfChecks(checks)} ${run} against its own address.` : '';
  const state = started ? 'Checking' : 'Starting';
  return { tone: 'calm', state, headline, why: short(decided?.sentence ?? waiting) };
}

function holding(
  { rollout, candidate, plan, nowMs, short }: Scene,
  why: string,
): Omit<Now, 'next'> {
  const share = `${rollout.sharePercent} %`;
  const stage = stageOf(plan, rollout);
  const held = heldByGate({ rollout, candidate, short }, why);
  if (held !== null) return held;
  switch (rollout.judgement?.verdict) {
    case 'healthy':
      return {
        tone: 'good',
        state: 'Healthy',
        headline: `${candidate} looks healthy at ${share}.`,
        why,
      };
    case 'unhealthy':
      return {
        tone: 'bad',
        state: 'Unhealthy',
        headline: `${candidate} is unhealthy at ${share} and goes back.`,
        why,
      };
    default: {
      const late = nowMs - (rollout.stageSettledMs ?? nowMs) >= stage.holdMaxMs;
      const headline = late
        ? `${candidate} stays at ${share}: ${formatDuration(stage.holdMaxMs)} were not enough to decide.`
        : `${candidate} serves ${share} and is being watched.`;
      return { tone: 'calm', state: 'Undecided', headline, why };
    }
  }
}

/** A custom gate keeps a rollout where it is, however healthy the others find it; `null` where none does. */
function heldByGate(
  { rollout, candidate, short }: Pick<Scene, 'rollout' | 'candidate' | 'short'>,
  why: string,
): Omit<Now, 'next'> | null {
  const gate = rollout.judgement?.verdict === 'unhealthy' ? null : holdingGate(rollout);
  if (gate === null) return null;
  const both = `Gate ${short(gate.sentence)} ${why}`;
  const share = `${rollout.sharePercent} %`;
  if (gate.verdict === 'undecided') {
    const headline = `${candidate} serves ${share} and is being watched.`;
    return rollout.judgement?.verdict === 'healthy'
      ? { tone: 'calm', state: 'Undecided', headline, why: both }
      : null;
  }
  const what = gate.verdict === 'unhealthy' ? 'is broken' : 'cannot be read';
  const headline = `${candidate} stays at ${share}: gate ${gate.name} ${what}.`;
  return { tone: 'ask', state: 'Held', headline, why: both };
}

function nextShare({ stage }: NextStep): string {
  return stage === null ? 'promotion' : `${stage.sharePercent} %`;
}

function nextWords({ step, rollout, plan, nowMs }: Scene): string | null {
  if (rollout.status.type === 'paused') {
    return rollout.status.cause === 'foreignChange'
      ? `Nothing until somebody resumes it (back to the plan’s ${rollout.sharePercent} %) or rolls it back.`
      : 'Nothing until somebody resumes it. It still goes back by itself if it must.';
  }
  const goal = step.stage === null ? 'Promotion' : nextShare(step);
  const here = stageOf(plan, rollout);
  if (step.earliestMs === null) {
    return `${goal} after a hold of at least ${formatDuration(here.holdMinMs)}, which begins once ${rollout.sharePercent} % is served.`;
  }
  if (rollout.blindSinceMs !== null) {
    return `${goal} at the earliest when the metrics can be read again. Meanwhile it is neither good nor bad news.`;
  }
  if (step.askedForApproval) return `${goal} as soon as somebody approves, while it stays healthy.`;
  const grain = grainFor(here.holdMaxMs);
  const when =
    step.earliestMs <= nowMs
      ? 'as soon as'
      : `at ${clockTime(step.earliestMs, nowMs, grain)} (${inTime(step.earliestMs, nowMs)}) at the earliest, if`;
  const missing = here.spotChecks - countSpotChecks(rollout.spotChecks);
  const needs = [
    rollout.sharePercent === 0 ? 'its checks have passed' : 'the gates find it healthy',
    ...(missing > 0
      ? [`${missing} more ${missing === 1 ? 'scenario is' : 'scenarios are'} tried`]
      : []),
    ...(step.needsApproval ? ['somebody approves'] : []),
  ];
  return `${goal} ${when} ${needs.join(' and ')}.`;
}

/** A reason as a sentence of its own. */
function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`;
}

function endWords({ idle, service, record }: Snapshot): string | null {
  const status = record?.rollout?.status.type;
  if (status === 'superseded')
    return 'The rollout of the newer revision begins with the next look.';
  if (status === 'rolledBack') return 'Deploy a new revision to begin another rollout.';
  return idle === null ? null : shortenRevisions(`Nothing is being rolled out: ${idle}.`, service);
}
