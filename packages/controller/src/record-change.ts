/** What a record asks to be written. */
import {
  trafficFor,
  writeRecord,
  type RolloutRecord,
  type ServiceChange,
  type ServiceView,
} from '@ascent/core';

/** Record and traffic in one write. Traffic that somebody else set is left alone until a person resumes. */
export function changeTo(record: RolloutRecord, view: ServiceView): ServiceChange {
  const { rollout } = record;
  const theirs = rollout?.status.type === 'paused' && rollout.status.cause === 'foreignChange';
  const traffic = rollout === null || theirs ? null : trafficFor(rollout, view.traffic);
  return { record: writeRecord(record), traffic };
}
