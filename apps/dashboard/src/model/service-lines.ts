/** The list of services: one line each, what needs a person first. */
import type { Rollout } from '@ascent/core';
import type { ListedService } from '@ascent/controller';
import { describeNow, type Now, type Tone } from './now.js';

/** One service in one line. */
export type ServiceLine = Pick<Now, 'tone' | 'state' | 'headline'> & {
  readonly service: string;
  /** The candidate's share, integer percent; `null` where there is no rollout. */
  readonly sharePercent: number | null;
  /** Since when it is so, Unix milliseconds; `null` where that is not known. */
  readonly sinceMs: number | null;
};

const order: readonly Tone[] = ['bad', 'ask', 'paused', 'calm', 'good'];

/** The lines of `services` at `nowMs`, worst first, then by name. */
export function describeServices(
  services: readonly ListedService[],
  nowMs: number,
): readonly ServiceLine[] {
  return services
    .map((service) => lineOf(service, nowMs))
    .toSorted(
      (a, b) => order.indexOf(a.tone) - order.indexOf(b.tone) || a.service.localeCompare(b.service),
    );
}

function lineOf({ service, snapshot }: ListedService, nowMs: number): ServiceLine {
  const rollout = snapshot?.record?.rollout ?? null;
  const sharePercent = rollout?.sharePercent ?? null;
  const sinceMs = rollout === null ? null : since(rollout);
  if (snapshot === null) {
    const headline = 'Waiting for the controller’s first look …';
    return { service, tone: 'calm', state: 'Not seen yet', headline, sharePercent, sinceMs };
  }
  if (snapshot.error !== null) {
    // Since when is not told: the share and the rollout are as the last good look left them.
    const { error: headline } = snapshot;
    return { service, tone: 'bad', state: 'Look failed', headline, sharePercent, sinceMs: null };
  }
  const { tone, state, headline } = describeNow(snapshot, nowMs);
  return { service, tone, state, headline, sharePercent, sinceMs };
}

/** When the rollout came to be as it is: its end, its pause, its stage, its blindness or its question. */
function since({ status, decisions, stageEnteredMs, blindSinceMs }: Rollout): number {
  const last = (wanted: string): number =>
    decisions.findLast(({ type }) => type === wanted)?.atMs ?? stageEnteredMs;
  if (status.type !== 'running') return last(status.type);
  return Math.max(stageEnteredMs, blindSinceMs ?? 0, last('awaitingApproval'));
}
