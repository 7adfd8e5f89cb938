/** What a record asks to be written. */
import {
  isTrafficLeftAlone,
  sameShares,
  trafficFor,
  writeRecord,
  type Rollout,
  type RolloutRecord,
  type ServiceChange,
  type ServiceView,
} from '@ascent/core';

/** A change from the rollout `before` to the one in `record`, of the service as `view` shows it. */
export type Transition = {
  readonly record: RolloutRecord;
  readonly before: Rollout;
  readonly view: ServiceView;
};

/**
 * Record and traffic in one write. Traffic that somebody else set is left alone until a person resumes, and also where
 * nobody has noticed it yet: an approval that moves no share must not set the traffic back in passing.
 */
export function changeTo({ record, before, view }: Transition): ServiceChange {
  const { rollout } = record;
  const leave = rollout === null || isTrafficLeftAlone(rollout) || isUnseen(before, rollout, view);
  const traffic = leave ? null : trafficFor(rollout, view.traffic);
  return { record: writeRecord(record), traffic };
}

/** True where the traffic is not as `before` left it, and the change to `after` neither moves a share nor resumes. */
function isUnseen(before: Rollout, after: Rollout, { traffic }: ServiceView): boolean {
  if (isTrafficLeftAlone(before) || sameShares(traffic, trafficFor(before, traffic))) return false;
  return sameShares(trafficFor(before, []), trafficFor(after, []));
}

/** `record` with its rollout as it is now. The stable revision is the one that last completed a rollout. */
export function recordWith(record: RolloutRecord, rollout: Rollout): RolloutRecord {
  const stable = rollout.status.type === 'promoted' ? rollout.candidate : record.stable;
  const { version, plan, watch } = record;
  return watch === undefined
    ? { version, plan, stable, rollout }
    : { version, plan, stable, rollout, watch };
}
