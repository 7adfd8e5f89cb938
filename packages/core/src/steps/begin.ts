/**
 * How a rollout begins: which revision is stable, which is the candidate, and whether there is anything to do.
 * The stable revision is named by what serves all traffic, and never guessed where the traffic is split.
 */
import { calm } from '../alerts/index.js';
import { announce } from './announce.js';
import { decide } from './decide.js';
import { AscentError } from '../errors.js';
import { startEvidence, type ExpectedTraffic } from '../evidence/index.js';
import { noticesAtStart } from './notices.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { ServiceView, TrafficTarget } from '../world/ports.js';
import { tidyWords } from '../said.js';
import { isOpen, type Rollout, type RolloutRecord, type RolloutStatus } from '../record/rollout.js';
import { noSpotChecks } from '../record/spot-checks.js';
import { sharesByRevision, trafficFor, trafficTo } from './traffic.js';
import { alertsOf } from './watch.js';

/** Who starts a rollout and when. */
export type BeginContext = {
  readonly plan: RolloutPlan;
  readonly record: RolloutRecord | null;
  readonly view: ServiceView;
  readonly nowMs: number;
  readonly by: string;
  /** A person's reason to try a candidate again that did not get through; `null` never does. */
  readonly again: string | null;
  /** The service's traffic of late, to tell what the plan cannot see; `null` where it is not known. */
  readonly traffic: ExpectedTraffic | null;
};

/** What beginning comes to: a first record, a started rollout, or nothing new to roll out. */
export type BeginOutcome =
  | {
      /** The only revision serves everything: it becomes the stable one, pinned by name. */
      readonly type: 'adopted';
      readonly record: RolloutRecord;
      readonly traffic: readonly TrafficTarget[];
      readonly sentence: string;
    }
  | {
      readonly type: 'started';
      readonly record: RolloutRecord;
      readonly traffic: readonly TrafficTarget[];
    }
  | { readonly type: 'nothing'; readonly reason: string };

/**
 * Begins a rollout of the newest revision, if it is one that has not been decided about.
 * @throws AscentError `ASC_TRAFFIC_SPLIT` where no revision serves all traffic, so none can be called stable;
 *   `ASC_ROLLOUT_OPEN` or `ASC_NOTHING_TO_RESTART` where a person asks to try again and there is nothing to.
 */
export function begin(context: BeginContext): BeginOutcome {
  const { record, view, again } = context;
  if (record?.rollout && isOpen(record.rollout)) {
    if (again !== null) throw stillOpen(record.rollout);
    return { type: 'nothing', reason: `the rollout of ${record.rollout.candidate} is still open` };
  }
  const candidate = view.latestCreated;
  if (candidate === null) return { type: 'nothing', reason: 'the service has no revision yet' };
  const stable = soleRevision(view);
  const failed = failureOf(record, { candidate, stable });
  if (again !== null && failed === null) throw nothingToRestart(view, candidate);
  if (candidate === stable) return adopt(context, stable);
  if (failed !== null && again === null) {
    const reason = `${candidate} was ${failed}; deploy a new revision, or try it again with: ascent restart`;
    return { type: 'nothing', reason };
  }
  const rollout = start(context, { stable, candidate });
  const started: RolloutRecord = { version: 1, plan: context.plan, stable, rollout };
  return { type: 'started', record: started, traffic: trafficFor(rollout, view.traffic) };
}

/** How the last rollout of `candidate` failed, in words; `null` where it did not. */
function failureOf(
  record: RolloutRecord | null,
  { candidate, stable }: { readonly candidate: string; readonly stable: string },
): string | null {
  // It got through, and somebody sent the users back since: that sticks like any other way back.
  if (record?.stable === candidate && stable !== candidate) return `replaced by ${stable} by hand`;
  const last = record?.rollout;
  if (last?.candidate !== candidate) return null;
  const words: Readonly<Partial<Record<RolloutStatus['type'], string>>> = {
    rolledBack: 'rolled back',
    aborted: 'aborted',
  };
  const word = words[last.status.type];
  return word === undefined || !('reason' in last.status)
    ? null
    : `${word} (${last.status.reason})`;
}

function stillOpen({ candidate }: Rollout): AscentError {
  const message = `The rollout of ${candidate} is still open; there is nothing to restart. Roll it back or abort it first.`;
  return new AscentError('ASC_ROLLOUT_OPEN', message);
}

function nothingToRestart({ service }: ServiceView, candidate: string): AscentError {
  const message = `${candidate} is the newest revision of ${service}, and no rollout of it was rolled back or aborted. Begin one with: ascent up`;
  return new AscentError('ASC_NOTHING_TO_RESTART', message);
}

/** The newest revision serves everything already: a first deployment, or one that LATEST sent everybody to. */
function adopt({ plan, record, view }: BeginContext, stable: string): BeginOutcome {
  if (record?.stable === stable && !floats(view)) {
    return { type: 'nothing', reason: `${stable} is the newest revision and serves everything` };
  }
  if (record?.rollout?.outbox.some(({ type }) => type !== 'notify')) {
    const { candidate } = record.rollout;
    return { type: 'nothing', reason: `the rollout of ${candidate} is still to be written down` };
  }
  const watch = record?.watch;
  const adopted: RolloutRecord = {
    version: 1,
    plan,
    stable,
    rollout: null,
    ...(watch === undefined ? {} : { watch }),
  };
  const pinned = floats(view)
    ? ' LATEST in the traffic sends everybody to each new revision at once, so it is replaced by the name; from now on a new revision begins at 0 %.'
    : '';
  const first =
    record === null ? 'is adopted as the first stable revision' : 'is the stable revision';
  const sentence = `${stable} serves everything and ${first}; nothing could be compared with it.${pinned}`;
  return { type: 'adopted', record: adopted, traffic: trafficTo(stable, view.traffic), sentence };
}

function start(
  context: BeginContext,
  { stable, candidate }: { readonly stable: string; readonly candidate: string },
): Rollout {
  const { plan, nowMs } = context;
  const { by, reason } = tidyWords({ by: context.by, reason: context.again ?? '' });
  const again = context.again === null ? null : reason;
  const first = plan.stages[0];
  if (first === undefined) throw new Error('a compiled plan has at least one stage');
  const shared = { nowMs, stage: first.name, toPercent: 0 };
  const why = again === null ? '' : ` ${by} tries it again${again === '' ? '' : `: "${again}"`}.`;
  const started = decide(freshRollout(context, { stable, candidate }), {
    ...shared,
    type: 'started',
    by,
    sentence: `The rollout of ${candidate} begins; ${stable} is the stable revision and keeps all traffic for now.${why}`,
  });
  const noticed = noticesAtStart(context, stable).reduce(
    (rollout, sentence) => decide(rollout, { ...shared, type: 'noticed', sentence }),
    started,
  );
  return announce(plan, noticed, 0);
}

function freshRollout(
  { plan, record, nowMs }: BeginContext,
  { stable, candidate }: { readonly stable: string; readonly candidate: string },
): Rollout {
  return {
    id: `${candidate}@${nowMs}`,
    stable,
    candidate,
    status: { type: 'running' },
    stageIndex: 0,
    sharePercent: 0,
    startedMs: nowMs,
    stageEnteredMs: nowMs,
    stageSettledMs: null,
    evidence: startEvidence(plan.gates, { nowMs }),
    checkpointMs: nowMs,
    judgement: null,
    customGates: [],
    smoke: null,
    smokeFailures: 0,
    spotChecks: noSpotChecks,
    approvals: [],
    blindSinceMs: null,
    decisions: [],
    alerts: record === null ? calm : alertsOf(record),
    outbox: stillToTell(record),
    seq: 0,
  };
}

/** What the last rollout could not tell yet is still told; its document is taken along, as the record has no other copy. */
function stillToTell(record: RolloutRecord | null): Rollout['outbox'] {
  if (record === null) return [];
  const watched = record.watch?.outbox ?? [];
  if (record.rollout === null) return watched;
  const of = { ...record, rollout: { ...record.rollout, outbox: [] } };
  const ended = record.rollout.outbox.map((entry) =>
    entry.type === 'archive' && entry.of === undefined ? { ...entry, of } : entry,
  );
  return [...ended, ...watched];
}

/** True where LATEST carries traffic. */
function floats({ traffic }: ServiceView): boolean {
  return traffic.some(({ revision, percent }) => revision === null && percent > 0);
}

/** The one revision that serves all traffic. LATEST counts as the newest ready revision. */
function soleRevision(view: ServiceView): string {
  const shares = [...sharesByRevision(view.traffic)];
  const [first, ...others] = shares;
  if (first === undefined || others.length === 0) {
    const name = first === undefined || first[0] === 'LATEST' ? view.latestReady : first[0];
    if (name !== null) return name;
    const message = `No revision of ${view.service} is ready to serve. Deploy one that starts, then begin again.`;
    throw new AscentError('ASC_NOTHING_TO_ROLL_OUT', message);
  }
  const split = shares.map(([name, percent]) => `${name} ${percent} %`).join(', ');
  const message = `The traffic of ${view.service} is split (${split}), so no revision can be called stable. Send all traffic to the revision that works, then begin again.`;
  throw new AscentError('ASC_TRAFFIC_SPLIT', message);
}
