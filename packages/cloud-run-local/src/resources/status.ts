/**
 * Reconciliation as arithmetic: given a service and its revisions, what its status is and which split is
 * served. No clock, no I/O; the reconciler applies what comes out.
 *
 * - `LATEST` follows the newest revision only once that is ready.
 * - A split is served when all its revisions are ready; until then, and if one failed, the old one stays.
 * - A failed newest revision makes the service not ready and changes nothing of what is served.
 */
import type { Condition, TrafficTarget } from '@ascent/knative';
import type { RevisionRecord, ServiceRecord, ServiceState } from './record.js';

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

const fine: Verdict = { status: 'True' };

function notServing(revision: RevisionRecord): Verdict {
  if (revision.phase.kind !== 'failed') return { status: 'Unknown' };
  return {
    status: 'False',
    reason: revision.phase.reason,
    message: `Revision '${revision.name}' is not ready and cannot serve traffic. ${revision.phase.message}`,
  };
}

type Revisions = ReadonlyMap<string, RevisionRecord>;

function judgeConfiguration(record: ServiceRecord, revisions: Revisions): Verdict {
  const created = revisions.get(record.state.latestCreated ?? '');
  if (created === undefined) return { status: 'Unknown' };
  return created.phase.kind === 'ready' ? fine : notServing(created);
}

interface RouteOutcome {
  readonly verdict: Verdict;
  readonly traffic: readonly TrafficTarget[];
}

function judgeTarget(name: string | undefined, revisions: Revisions): Verdict {
  if (name === undefined) return { status: 'Unknown' };
  const revision = revisions.get(name);
  if (revision === undefined) {
    return {
      status: 'False',
      reason: 'RevisionMissing',
      message: `Revision '${name}' referenced in traffic not found.`,
    };
  }
  return revision.phase.kind === 'ready' ? fine : notServing(revision);
}

function judgeRoute(
  record: ServiceRecord,
  { revisions, latestReady }: { revisions: Revisions; latestReady: string | undefined },
): RouteOutcome {
  const traffic: TrafficTarget[] = [];
  let worst: Verdict = fine;
  for (const target of record.object.spec.traffic ?? []) {
    const name = target.latestRevision === true ? latestReady : target.revisionName;
    const verdict = judgeTarget(name, revisions);
    if (verdict.status === 'False' || worst.status === 'True') worst = verdict;
    if (name !== undefined) traffic.push({ ...target, revisionName: name });
  }
  return worst.status === 'True'
    ? { verdict: fine, traffic }
    : { verdict: worst, traffic: record.state.traffic };
}

/** The worse of two verdicts; `False` over `Unknown` over `True`. */
function worse(a: Verdict, b: Verdict): Verdict {
  if (a.status === 'False' || b.status === 'True') return a;
  return b.status === 'False' || a.status === 'True' ? b : a;
}

/** A condition moves its time only when its status changes. */
function updateConditions(
  before: readonly Condition[],
  after: readonly Condition[],
  timestamp: string,
): readonly Condition[] {
  return after.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const moved = old?.status !== condition.status || old.reason !== condition.reason;
    return { ...condition, lastTransitionTime: moved ? timestamp : old.lastTransitionTime };
  });
}

/** The state a service should have now. */
export function deriveState(
  record: ServiceRecord,
  revisions: Revisions,
  timestamp: string,
): ServiceState {
  const configuration = judgeConfiguration(record, revisions);
  const latestReady =
    configuration.status === 'True' ? record.state.latestCreated : record.state.latestReady;
  const route = judgeRoute(record, { revisions, latestReady });
  const ready = worse(configuration, route.verdict);
  const conditions: readonly Condition[] = [
    { type: 'Ready', ...ready },
    { type: 'ConfigurationsReady', ...configuration },
    { type: 'RoutesReady', ...route.verdict },
  ];
  return {
    observedGeneration: record.generation,
    servedGeneration: ready.status === 'True' ? record.generation : record.state.servedGeneration,
    conditions: updateConditions(record.state.conditions, conditions, timestamp),
    latestCreated: record.state.latestCreated,
    latestReady,
    traffic: route.traffic,
  };
}

/** The percent of the traffic a revision gets. */
export function shareOf(revision: string, traffic: readonly TrafficTarget[]): number {
  return traffic
    .filter(({ revisionName }) => revisionName === revision)
    .reduce((total, { percent = 0 }) => total + percent, 0);
}

/** The revisions that can be reached, by share or by tag. */
export function reachableRevisions(traffic: readonly TrafficTarget[]): ReadonlySet<string> {
  const reachable = traffic.filter(
    (target) => (target.percent ?? 0) > 0 || (target.tag ?? '') !== '',
  );
  return new Set(reachable.map((target) => target.revisionName ?? ''));
}

/** The revisions a service cannot do without: what is served, what a write asked to be served, and both latest ones. */
export function neededRevisions({ object, state }: ServiceRecord): ReadonlySet<string> {
  const named = (object.spec.traffic ?? []).map(({ revisionName }) => revisionName);
  const needed = [...reachableRevisions(state.traffic), ...named];
  return new Set(
    [...needed, state.latestCreated, state.latestReady].filter((name) => name !== undefined),
  );
}
