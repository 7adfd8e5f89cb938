/**
 * The traffic that a rollout's state asks for. Shares are integers and sum to 100; revisions are named, never LATEST.
 * Tags that are not ours stay as they are, at 0 %.
 */
import type { TrafficTarget } from '../world/ports.js';
import { isOpen, type Rollout } from '../record/rollout.js';

/** The tag by which the candidate is reached before it has traffic. */
export const CANDIDATE_TAG = 'candidate';
/** The tag of the revision to go back to. */
export const STABLE_TAG = 'stable';

/** Share of every revision in a list of targets, integer percent; LATEST is listed as `LATEST`. */
export function sharesByRevision(targets: readonly TrafficTarget[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { revision, percent } of targets) {
    const name = revision ?? 'LATEST';
    if (percent > 0) shares.set(name, (shares.get(name) ?? 0) + percent);
  }
  return shares;
}

/** True where both lists send the same percent to the same revisions; tags do not matter. */
export function sameShares(a: readonly TrafficTarget[], b: readonly TrafficTarget[]): boolean {
  // At nearly every look the traffic is as it was asked for, target by target, and nothing need be summed up.
  if (a.length === b.length && a.every((target, i) => isSameShare(target, b[i]))) return true;
  const left = sharesByRevision(a);
  const right = sharesByRevision(b);
  return (
    left.size === right.size && [...left].every(([name, percent]) => right.get(name) === percent)
  );
}

function isSameShare(a: TrafficTarget, b: TrafficTarget | undefined): boolean {
  return a.revision === b?.revision && a.percent === b.percent;
}

/** True where the traffic is left as it is: somebody else set it, or it names a revision that is gone. */
export function isTrafficLeftAlone({ status }: Rollout): boolean {
  return (
    status.type === 'paused' &&
    (status.cause === 'foreignChange' || status.cause === 'stableMissing')
  );
}

/** The traffic for `rollout`, keeping the foreign tags of `present`. */
export function trafficFor(
  rollout: Rollout,
  present: readonly TrafficTarget[],
): readonly TrafficTarget[] {
  const { stable, candidate, sharePercent } = rollout;
  if (!isOpen(rollout)) {
    return trafficTo(rollout.status.type === 'promoted' ? candidate : stable, present);
  }
  return [
    { revision: stable, percent: 100 - sharePercent, tag: STABLE_TAG },
    { revision: candidate, percent: sharePercent, tag: CANDIDATE_TAG },
    ...foreignTags(present),
  ];
}

/** All traffic on one revision, with the foreign tags of `present` kept. */
export function trafficTo(
  revision: string,
  present: readonly TrafficTarget[],
): readonly TrafficTarget[] {
  return [{ revision, percent: 100, tag: STABLE_TAG }, ...foreignTags(present)];
}

function foreignTags(present: readonly TrafficTarget[]): readonly TrafficTarget[] {
  return present
    .filter(({ tag }) => tag !== null && tag !== CANDIDATE_TAG && tag !== STABLE_TAG)
    .map((target) => ({ ...target, percent: 0 }));
}
