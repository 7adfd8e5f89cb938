/**
 * What a look at the world does to an open rollout. The rules stand in order of precedence; the first that fires decides.
 *
 *  0. The stable revision is gone: there is nowhere to go back to, and a person must know at once. Once it is there
 *     again, the way back is open, and a person decides.
 *  1. Somebody else changed the traffic: pause, report, never fight.
 *  2. A newer revision exists: this candidate goes to 0 and the rollout ends, so that the newer one can begin.
 *  3. The candidate cannot start, its smoke checks fail twice, the gates say unhealthy, or a custom gate whose rule is
 *     to go back is broken: back, at once.
 *     Being paused by a person does not switch this off.
 *  4. The metrics cannot be read: never good news, never bad news; the plan's own policy.
 *  5. Held long enough and healthy, and approved where needed: on to the next stage.
 */
import { decide } from './decide.js';
import type { Observed } from './event.js';
import { judge, observe, type Evidence, type Judgement } from '../evidence/index.js';
import { formatDuration } from '../duration.js';
import { goOn } from './go-on.js';
import { noteAlerts } from './note-alerts.js';
import { backByGate, noteGates } from './note-gates.js';
import type { RolloutPlan } from '../plan/plan.js';
import { countOfChecks } from '../plan/smoke-words.js';
import { isOpen, type Rollout } from '../record/rollout.js';
import { rollBack } from './roll-back.js';
import { stageOf } from '../record/stage.js';
import { noteStableBack, stableMissing } from './stable-revision.js';
import { sameShares, sharesByRevision, trafficFor } from './traffic.js';

/** One failing smoke run may be a cold start or a blip; two in a row are the candidate. */
const SMOKE_FAILURES_ALLOWED = 1;

/** A rule looks at the rollout and the world, and either decides (a new rollout) or passes (`null`). */
type Rule = (scene: Scene) => Rollout | null;

/** Everything a rule may look at. */
type Scene = {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly event: Observed;
  readonly judgement: Judgement;
};

const goBackRules: readonly Rule[] = [
  cannotStart,
  smokeFailed,
  unhealthy,
  gateBroken,
  blindTooLong,
];

/** The open `rollout` after one look at the world. */
export function observeWorld(plan: RolloutPlan, rollout: Rollout, event: Observed): Rollout {
  const lost = stableMissing(plan, rollout, event);
  if (lost !== null) return lost;
  const present = noteStableBack(plan, rollout, event);
  const foreign = foreignChange(plan, present, event);
  if (foreign !== null) return foreign;
  const superseded = newerRevision(plan, present, event);
  if (superseded !== null) return superseded;
  const settled = noteSettled(present, event);
  const evidence = evidenceAfter(plan, settled, event);
  const read = noteGates(plan, noteSight(plan, settled, event), event);
  const tested = noteSmoke(plan, noteAlerts(plan, read, event), event);
  const judgement = judge(plan.gates, evidence, {
    nowMs: event.nowMs,
    sharePercent: tested.sharePercent,
  });
  const scene = { plan, rollout: { ...tested, evidence, judgement }, event, judgement };
  for (const rule of goBackRules) {
    const decided = rule(scene);
    if (decided !== null) return decided;
  }
  return goOn(plan, scene.rollout, { nowMs: event.nowMs, judgement });
}

function foreignChange(
  plan: RolloutPlan,
  rollout: Rollout,
  { view, nowMs }: Observed,
): Rollout | null {
  const ours = trafficFor(rollout, view.traffic);
  const alreadyPaused =
    rollout.status.type === 'paused' && rollout.status.cause === 'foreignChange';
  if (alreadyPaused) return rollout;
  if (sameShares(view.traffic, ours)) return null;
  const found = [...sharesByRevision(view.traffic)].map(
    ([name, percent]) => `${name} ${percent} %`,
  );
  const by = view.lastModifier ?? 'somebody';
  const reason = `the traffic was changed outside of Ascent to ${found.join(', ')}`;
  return decide(
    { ...rollout, status: { type: 'paused', cause: 'foreignChange', by, reason, sinceMs: nowMs } },
    {
      type: 'paused',
      nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: rollout.sharePercent,
      by,
      sentence: `The rollout is paused because ${reason} (by ${by}). Ascent leaves it so: resume to go back to the plan, or roll back.`,
    },
  );
}

function newerRevision(
  plan: RolloutPlan,
  rollout: Rollout,
  { view, nowMs }: Observed,
): Rollout | null {
  const newest = view.latestCreated;
  const paused = rollout.status.type === 'paused' && rollout.status.cause === 'foreignChange';
  if (paused || newest === null || newest === rollout.candidate) return null;
  return decide(
    { ...rollout, status: { type: 'superseded', atMs: nowMs, revision: newest } },
    {
      type: 'superseded',
      nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: 0,
      sentence: `${newest} is newer than ${rollout.candidate}, so ${rollout.candidate} goes from ${rollout.sharePercent} % to 0 % first.`,
    },
  );
}

/** The hold and the evidence of a share count from when it is served, not from when it was asked for. */
function noteSettled(rollout: Rollout, { view, nowMs }: Observed): Rollout {
  if (rollout.stageSettledMs !== null) return rollout;
  const ready = rollout.sharePercent > 0 || view.latestReadiness.type === 'ready';
  const served = view.settled && sameShares(view.served, trafficFor(rollout, view.traffic));
  return ready && served ? { ...rollout, stageSettledMs: nowMs } : rollout;
}

function evidenceAfter(plan: RolloutPlan, rollout: Rollout, event: Observed): Evidence {
  const { metrics, nowMs } = event;
  if (metrics.type !== 'points') return rollout.evidence;
  return observe(plan.gates, rollout.evidence, {
    nowMs,
    stable: rollout.stable,
    candidate: rollout.candidate,
    // Alerts look further back than the evidence, which knows what it has used already.
    points: metrics.points,
    youngestTrustedMs: metrics.youngestTrustedMs,
    shareChangedMs: rollout.stageSettledMs ?? rollout.stageEnteredMs,
  });
}

function noteSight(plan: RolloutPlan, rollout: Rollout, { metrics, nowMs }: Observed): Rollout {
  const stage = stageOf(plan, rollout).name;
  if (metrics.type === 'unavailable') {
    if (rollout.blindSinceMs !== null) return rollout;
    return decide(
      { ...rollout, blindSinceMs: nowMs },
      {
        type: 'blind',
        nowMs,
        stage,
        toPercent: rollout.sharePercent,
        sentence: `The metrics cannot be read: ${metrics.reason}. That is neither good nor bad news about ${rollout.candidate}; it does not go on meanwhile.`,
      },
    );
  }
  if (rollout.blindSinceMs === null) return rollout;
  return decide(
    { ...rollout, blindSinceMs: null },
    {
      type: 'sighted',
      nowMs,
      stage,
      toPercent: rollout.sharePercent,
      sentence: `The metrics can be read again after ${formatDuration(nowMs - rollout.blindSinceMs)}.`,
    },
  );
}

function noteSmoke(plan: RolloutPlan, rollout: Rollout, { smoke, nowMs }: Observed): Rollout {
  if (smoke === null || rollout.smoke?.passed === true) return rollout;
  const shared = { nowMs, stage: stageOf(plan, rollout).name, toPercent: rollout.sharePercent };
  if (smoke.passed) {
    const sentence = `${rollout.candidate} passed ${countOfChecks(smoke.checks)} at its own address.`;
    return decide(
      { ...rollout, smoke, smokeFailures: 0 },
      { ...shared, type: 'smokePassed', sentence },
    );
  }
  const [first] = smoke.failures;
  const what = first === undefined ? 'no check could run' : `${first.check}: ${first.message}`;
  // One check may fail in several ways.
  const failed = new Set(smoke.failures.map(({ check }) => check)).size;
  const sentence = `${rollout.candidate} failed ${failed} of ${countOfChecks(smoke.checks)} (${what}).`;
  return decide(
    { ...rollout, smoke, smokeFailures: rollout.smokeFailures + 1 },
    { ...shared, type: 'smokeFailed', sentence },
  );
}

function cannotStart({ plan, rollout, event: { view, nowMs } }: Scene): Rollout | null {
  const readiness = view.latestReadiness;
  if (readiness.type === 'ready' || rollout.sharePercent > 0) return null;
  const late = nowMs - rollout.startedMs > plan.readyWithinMs;
  if (readiness.type === 'starting' && !late) return null;
  const why =
    late && readiness.type === 'starting'
      ? `it was not ready within ${formatDuration(plan.readyWithinMs)}`
      : readiness.message;
  return rollBack(plan, rollout, {
    nowMs,
    by: 'ascent',
    verdict: 'unhealthy',
    reason: 'the candidate never became ready',
    sentence: `${rollout.candidate} cannot start: ${why}. No user was sent to it; ${rollout.stable} keeps all traffic.`,
  });
}

function smokeFailed({ plan, rollout, event: { nowMs } }: Scene): Rollout | null {
  if (rollout.smokeFailures <= SMOKE_FAILURES_ALLOWED || rollout.smoke === null) return null;
  const failures = rollout.smoke.failures.map(({ check, message }) => `${check}: ${message}`);
  return rollBack(plan, rollout, {
    nowMs,
    by: 'ascent',
    verdict: 'unhealthy',
    reason: 'smoke checks failed',
    sentence: `${rollout.candidate} failed its smoke checks ${rollout.smokeFailures} times in a row (${failures.join('; ')}). ${rollout.stable} keeps all traffic.`,
  });
}

function unhealthy({ plan, rollout, event: { nowMs }, judgement }: Scene): Rollout | null {
  if (judgement.verdict !== 'unhealthy' || rollout.sharePercent === 0) return null;
  return rollBack(plan, rollout, {
    nowMs,
    by: 'ascent',
    verdict: 'unhealthy',
    reason: 'the gates found it unhealthy',
    sentence: `Back to ${rollout.stable}: ${judgement.explanation}`,
  });
}

function gateBroken({ plan, rollout, event: { nowMs } }: Scene): Rollout | null {
  return backByGate(plan, rollout, nowMs);
}

function blindTooLong({ plan, rollout, event }: Scene): Rollout | null {
  const { nowMs } = event;
  if (rollout.blindSinceMs === null || !isOpen(rollout) || rollout.status.type === 'paused')
    return null;
  if (nowMs - rollout.blindSinceMs < plan.whenBlind.afterMs || plan.whenBlind.then === 'hold')
    return null;
  const blindFor = formatDuration(nowMs - rollout.blindSinceMs);
  if (plan.whenBlind.then === 'rollback') {
    return rollBack(plan, rollout, {
      nowMs,
      by: 'ascent',
      verdict: null,
      reason: 'the metrics could not be read',
      sentence: `The metrics could not be read for ${blindFor}, and the plan says to go back then. Nothing is known against ${rollout.candidate}.`,
    });
  }
  const reason = `the metrics could not be read for ${blindFor}`;
  return decide(
    {
      ...rollout,
      status: { type: 'paused', cause: 'blind', by: 'ascent', reason, sinceMs: nowMs },
    },
    {
      type: 'paused',
      nowMs,
      stage: stageOf(plan, rollout).name,
      toPercent: rollout.sharePercent,
      sentence: `The rollout waits for a person because ${reason}: resume to go on once they are back, or roll back.`,
    },
  );
}
