/**
 * How a rollout begins: which revision is stable, which is the candidate, and whether there is anything to do.
 * The stable revision is named by what serves all traffic, and never guessed where the traffic is split.
 */
import { AscentError } from './errors.js';
import { startEvidence } from './evidence/index.js';
import type { RolloutPlan } from './plan.js';
import type { ServiceView, TrafficTarget } from './ports.js';
import { decide } from './decide.js';
import { isOpen, type Rollout, type RolloutRecord } from './rollout.js';
import { sharesByRevision, trafficFor, trafficTo } from './traffic.js';

/** Who starts a rollout and when. */
export type BeginContext = {
  readonly plan: RolloutPlan;
  readonly record: RolloutRecord | null;
  readonly view: ServiceView;
  readonly nowMs: number;
  readonly by: string;
};

/** What beginning comes to: a first record, a started rollout, or nothing new to roll out. */
export type BeginOutcome =
  | {
      /** The only revision serves everything: it becomes the stable one, pinned by name. */
      readonly type: 'adopted';
      readonly record: RolloutRecord;
      readonly traffic: readonly TrafficTarget[];
    }
  | {
      readonly type: 'started';
      readonly record: RolloutRecord;
      readonly traffic: readonly TrafficTarget[];
    }
  | { readonly type: 'nothing'; readonly reason: string };

/**
 * Begins a rollout of the newest revision, if it is one that has not been decided about.
 * @throws AscentError `ASC_TRAFFIC_SPLIT` where no revision serves all traffic, so none can be called stable.
 */
export function begin(context: BeginContext): BeginOutcome {
  const { plan, record, view } = context;
  if (record?.rollout && isOpen(record.rollout)) {
    return { type: 'nothing', reason: `the rollout of ${record.rollout.candidate} is still open` };
  }
  const candidate = view.latestCreated;
  if (candidate === null) return { type: 'nothing', reason: 'the service has no revision yet' };
  const stable = soleRevision(view);
  if (candidate === stable) {
    if (record !== null && record.stable === stable && !floats(view)) {
      return { type: 'nothing', reason: `${stable} is the newest revision and serves everything` };
    }
    const adopted: RolloutRecord = { version: 1, plan, stable, rollout: null };
    return { type: 'adopted', record: adopted, traffic: trafficTo(stable, view.traffic) };
  }
  const last = record?.rollout;
  if (last?.candidate === candidate && last.status.type === 'rolledBack') {
    const reason = `${candidate} was rolled back (${last.status.reason}); deploy a new revision, or start it again by hand`;
    return { type: 'nothing', reason };
  }
  const rollout = start(context, { stable, candidate });
  const started: RolloutRecord = { version: 1, plan, stable, rollout };
  return { type: 'started', record: started, traffic: trafficFor(rollout, view.traffic) };
}

function start(
  { plan, nowMs, by }: BeginContext,
  { stable, candidate }: { readonly stable: string; readonly candidate: string },
): Rollout {
  const first = plan.stages[0];
  if (first === undefined) throw new Error('a compiled plan has at least one stage');
  const rollout: Rollout = {
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
    smoke: null,
    smokeFailures: 0,
    approvals: [],
    blindSinceMs: null,
    decisions: [],
    outbox: [],
    seq: 0,
  };
  return decide(rollout, {
    type: 'started',
    nowMs,
    stage: first.name,
    toPercent: 0,
    by,
    sentence: `The rollout of ${candidate} begins; ${stable} is the stable revision and keeps all traffic for now.`,
  });
}

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
