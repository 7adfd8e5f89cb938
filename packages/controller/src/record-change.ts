/** What a record asks to be written. */
import {
  isTrafficLeftAlone,
  trafficFor,
  writeRecord,
  type Rollout,
  type RolloutRecord,
  type ServiceChange,
  type ServiceView,
} from '@ascent/core';

/** Record and traffic in one write. Traffic that somebody else set is left alone until a person resumes. */
export function changeTo(record: RolloutRecord, view: ServiceView): ServiceChange {
  const { rollout } = record;
  const leave = rollout === null || isTrafficLeftAlone(rollout);
  const traffic = leave ? null : trafficFor(rollout, view.traffic);
  return { record: writeRecord(record), traffic };
}

/** `record` with its rollout as it is now. The stable revision is the one that last completed a rollout. */
export function recordWith(record: RolloutRecord, rollout: Rollout): RolloutRecord {
  const stable = rollout.status.type === 'promoted' ? rollout.candidate : record.stable;
  return { ...record, stable, rollout };
}
