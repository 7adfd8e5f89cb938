/** What a report tells of one rollout, gathered from the service or from the journal. */
import {
  isBucketUrl,
  readHistory,
  readHistoryEntry,
  readTraffic,
  type LaterReason,
  type TrafficSeries,
} from '@ascent/controller';
import {
  AscentError,
  readRecord,
  type Decision,
  type Rollout,
  type RolloutPlan,
} from '@ascent/core';
import type { Session } from '../session.js';

/** One rollout, whole. */
export type Report = {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  /** Why, written down by people afterwards. */
  readonly reasons: readonly LaterReason[];
  /** `null` where the metrics hold nothing of it, or cannot be read now. */
  readonly traffic: TrafficSeries | null;
  /** Why the traffic cannot be shown; `null` where it is, or nothing is held. */
  readonly unavailable: string | null;
  /** When it ended, or now. */
  readonly untilMs: number;
};

const LISTED_MAX = 10;

/**
 * The report of the rollout `id` in the journal, or of the service's own, open or last.
 * @throws AscentError `ASC_NO_ROLLOUT` where there is none, with the ones there are.
 */
export async function gatherReport(
  session: Session,
  { id, journal }: { readonly id: string | null; readonly journal: string },
): Promise<Report> {
  const found = id === null ? await ofService(session, journal) : await ofJournal(journal, id);
  const { plan, rollout } = found;
  const nowMs = session.world.now();
  const untilMs = 'atMs' in rollout.status ? rollout.status.atMs : nowMs;
  const { samplePeriodMs: periodMs, visibilityDelayMs } = plan.metrics;
  const question = {
    service: plan.service,
    rollout,
    // What was served long after the end is not asked for.
    nowMs: Math.min(nowMs, untilMs + visibilityDelayMs + periodMs),
    periodMs,
  };
  const traffic = await readTraffic(session.world, question);
  const measured = [...traffic.stable.requests, ...traffic.candidate.requests].some(
    (count) => count > 0,
  );
  const { unavailable } = traffic;
  return { ...found, traffic: measured ? traffic : null, unavailable, untilMs };
}

type Found = Pick<Report, 'plan' | 'rollout' | 'reasons'>;

async function ofService({ world }: Session, journal: string): Promise<Found> {
  const { record: text, service } = await world.service.read();
  const record = text === null ? null : readRecord(text);
  if (!record?.rollout) {
    const message = `${service} has no rollout to report. Begin one with: ascent up`;
    throw new AscentError('ASC_NO_ROLLOUT', message);
  }
  const { rollout, plan } = record;
  const entry = isBucketUrl(journal) ? null : await readHistoryEntry(journal, rollout.id);
  return { plan, rollout, reasons: entry?.reasons ?? [] };
}

async function ofJournal(journal: string, id: string): Promise<Found> {
  if (isBucketUrl(journal)) {
    const message = `--journal ${journal}: a past rollout is read from a directory. Copy it with: gcloud storage cp -r ${journal} . — and name the copy with --journal.`;
    throw new AscentError('ASC_USAGE', message);
  }
  const entry = await readHistoryEntry(journal, id);
  const rollout = entry?.record.rollout;
  if (entry && rollout) return { plan: entry.record.plan, rollout, reasons: entry.reasons };
  const { lines } = await readHistory(journal, { nowMs: 0, limit: LISTED_MAX });
  const known =
    lines.length === 0
      ? 'it has none yet'
      : `the newest are:\n${lines.map((line) => `  ${line.id}`).join('\n')}`;
  throw new AscentError('ASC_NO_ROLLOUT', `The journal ${journal} has no rollout ${id}; ${known}`);
}

/** How the candidate's share went: each change, and the end. */
export function shareCourse({ rollout, untilMs }: Report): readonly {
  readonly atMs: number;
  readonly sharePercent: number;
}[] {
  const changes = rollout.decisions.filter(
    ({ fromPercent, toPercent }) => fromPercent !== toPercent,
  );
  return [
    { atMs: rollout.startedMs, sharePercent: 0 },
    ...changes.map(({ atMs, toPercent }) => ({ atMs, sharePercent: toPercent })),
    { atMs: untilMs, sharePercent: rollout.sharePercent },
  ];
}

/** The decision that ended it, or the last one. */
export function lastDecision({ rollout }: Report): Decision | undefined {
  return (
    rollout.decisions.findLast(({ type }) => type === rollout.status.type) ??
    rollout.decisions.at(-1)
  );
}
