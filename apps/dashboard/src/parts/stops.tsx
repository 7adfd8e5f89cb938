/** The stops in words: what each one asked, how it ended, or when it can begin. */
import type { ReactElement } from 'react';
import { formatDuration, type Rollout, type RolloutPlan } from '@ascent/core';
import { clockTime, grainFor, spanText } from '../model/clock-text.js';
import { isApproved } from '../model/next-step.js';
import { profileOf, type Stop, type StopState } from '../model/profile.js';

const stateWords: Readonly<Record<StopState, string>> = {
  done: 'done',
  here: 'here',
  ahead: 'ahead',
  left: 'ended here',
};

/** All stops of a rollout as a list. */
export function Stops(props: {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly nowMs: number;
}): ReactElement {
  const { plan, rollout, nowMs } = props;
  const { stops } = profileOf(plan, rollout, nowMs);
  return (
    <ol className="stops">
      {stops.map((stop) => (
        <li
          key={stop.stage.name}
          className={`stop stop-${stop.state}`}
          aria-current={stop.state === 'here' ? 'step' : undefined}
        >
          <strong>{stop.stage.name}</strong>{' '}
          <span className="stop-share">{stop.stage.sharePercent} %</span>
          <span className="stop-state">{stateWords[stop.state]}</span>
          <p>{stopWords(stop, { rollout, nowMs })}</p>
        </li>
      ))}
    </ol>
  );
}

function stopWords(stop: Stop, at: { readonly rollout: Rollout; readonly nowMs: number }): string {
  const { stage, state, fromMs, untilMs } = stop;
  const grain = grainFor(stage.holdMaxMs);
  const hold =
    stage.holdMinMs === stage.holdMaxMs
      ? formatDuration(stage.holdMinMs)
      : `${formatDuration(stage.holdMinMs)} to ${formatDuration(stage.holdMaxMs)}`;
  const approval = approvalWords(stop, at);
  switch (state) {
    case 'done':
    case 'left':
      return `${clockTime(fromMs, at.nowMs, grain)}, ${spanText(untilMs - fromMs)} of ${hold}${approval}`;
    case 'here':
      return `${spanText(at.nowMs - fromMs)} of ${hold}${approval}`;
    case 'ahead':
      return `${clockTime(fromMs, at.nowMs, grain)} at the earliest, for ${hold}${approval}`;
  }
}

function approvalWords(
  { stage, state }: Stop,
  at: { readonly rollout: Rollout; readonly nowMs: number },
): string {
  if (stage.approvalsRequired === 0) return '';
  const given = at.rollout.approvals.find(({ stage: name }) => name === stage.name);
  if (given !== undefined && (state !== 'ahead' || isApproved(at.rollout, stage, at.nowMs))) {
    return `; approved by ${given.by}`;
  }
  return state === 'ahead' ? '; needs an approval' : '';
}
