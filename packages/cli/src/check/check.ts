/**
 * What could go wrong with the next rollout, found before it begins: may this account write, can the metrics be read, what
 * is the traffic like, and what can the gates see. Nothing is changed: the write is a dry run.
 */
import { recentTraffic } from '@ascent/controller';
import {
  AscentError,
  begin,
  errorCatalogue,
  isOpen,
  noticesAtStart,
  readRecord,
  servingRevisions,
  sharesByRevision,
  type RolloutPlan,
  type RolloutRecord,
  type ServiceView,
} from '@ascent/core';
import type { Session } from '../session.js';

/** `fine` is as it should be, `surprise` would not stop a rollout but astonish somebody, `fault` would stop it. */
export type FindingLevel = 'fine' | 'surprise' | 'fault';

/** One thing that was looked at. */
export type Finding = { readonly level: FindingLevel; readonly what: string };

/** Everything that was found, and the exit status for it. */
export type Checked = { readonly findings: readonly Finding[]; readonly exitStatus: number };

/** Something would astonish: nothing went wrong with the check. */
const SURPRISE_STATUS = 4;

/** Checks everything, and goes on after a fault where that makes sense. Never throws for what it was to find out. */
export async function check({ plan, world }: Session): Promise<Checked> {
  const stages = plan.stages.map(({ name, sharePercent }) => `${name} ${sharePercent} %`);
  const findings: Finding[] = [fine(`The plan is valid: ${stages.join(', ')}.`)];
  const faults: AscentError[] = [];
  const attempt = async (look: () => Promise<readonly Finding[]>): Promise<void> => {
    try {
      const found = await look();
      findings.push(...found);
    } catch (error) {
      if (!(error instanceof AscentError)) throw error;
      faults.push(error);
      findings.push({ level: 'fault', what: `${error.code}: ${error.message}` });
    }
  };
  await attempt(async () => {
    const view = await world.service.read();
    findings.push(fine(`${view.service} can be read; it serves ${servedWords(view)}.`));
    await attempt(async () => await rehearsed(world.service));
    return await ofService({ plan, world }, view);
  });
  const surprised = findings.some(({ level }) => level === 'surprise');
  const worst = faults.reduce(
    (most, { code }) => Math.max(most, errorCatalogue[code].exitStatus),
    0,
  );
  return { findings, exitStatus: Math.max(worst, surprised ? SURPRISE_STATUS : 0) };
}

function fine(what: string): Finding {
  return { level: 'fine', what };
}

function surprise(what: string): Finding {
  return { level: 'surprise', what };
}

/** Whether this account may write, and how the service starts. */
async function rehearsed(service: Session['world']['service']): Promise<readonly Finding[]> {
  if (service.rehearse === undefined) return [];
  const { minInstances } = await service.rehearse();
  const allowed = fine('This account may write to it (a dry run was accepted).');
  if (minInstances > 0) return [allowed];
  return [
    allowed,
    surprise(
      'The least number of instances is 0: a candidate with a small share starts anew for many of its requests, which makes it look slower than it is. Set autoscaling.knative.dev/minScale to 1 or more in the template.',
    ),
  ];
}

/** The traffic, the record, the metrics, and what the gates can see. */
async function ofService(
  { plan, world }: Pick<Session, 'plan' | 'world'>,
  view: ServiceView,
): Promise<readonly Finding[]> {
  const record = view.record === null ? null : readRecord(view.record);
  const nowMs = world.now();
  const stable = stableOf(view, record);
  const findings = [...readiness(view), ...openRollout(record)];
  if (stable === null)
    return [
      ...findings,
      surprise('It serves nothing yet, so there is nothing to compare a candidate with.'),
    ];
  const { samplePeriodMs } = plan.metrics;
  const afterMs = nowMs - 60 * samplePeriodMs;
  const read = await world.metrics.read({
    service: plan.service,
    revisions: [stable],
    afterMs,
    nowMs,
  });
  if (read.type === 'unavailable') {
    const what = `The metrics cannot be read: ${read.reason} Until they can, a rollout holds at its share.`;
    return [...findings, surprise(what)];
  }
  const traffic = await recentTraffic(world, plan, {
    revisions: servingRevisions(view, record),
    nowMs,
  });
  const measured =
    traffic === null
      ? surprise(
          `The metrics can be read, but ${stable} has no requests in them: no gate can be decided.`,
        )
      : fine(`The metrics can be read, and ${stable} has requests in them.`);
  const notices = isDuring(record) ? [] : noticesAtStart({ plan, record, view, traffic }, stable);
  const next = isDuring(record) ? [] : [nextRollout(plan, { view, record, nowMs })];
  return [...findings, measured, ...notices.map(surprise), ...approvers(plan), ...next];
}

/** What a rollout would compare with: the one revision that serves everything. */
function stableOf(
  { traffic, latestReady }: ServiceView,
  record: RolloutRecord | null,
): string | null {
  const [only, ...more] = [...sharesByRevision(traffic).keys()];
  if (more.length > 0) return record?.stable ?? latestReady;
  return only === undefined || only === 'LATEST' ? latestReady : only;
}

/** What `ascent up` would do now. @throws AscentError where it would be refused. */
function nextRollout(
  plan: RolloutPlan,
  {
    view,
    record,
    nowMs,
  }: { readonly view: ServiceView; readonly record: RolloutRecord | null; readonly nowMs: number },
): Finding {
  const outcome = begin({ plan, record, view, nowMs, by: 'ascent', again: null, traffic: null });
  switch (outcome.type) {
    case 'adopted':
      return fine(`The next ascent up: ${outcome.sentence}`);
    case 'started':
      return fine(
        `The next ascent up begins a rollout of ${outcome.record.rollout?.candidate ?? ''}.`,
      );
    case 'nothing': {
      const isServed = sharesByRevision(view.traffic).get(view.latestCreated ?? '') === 100;
      const what = `The next ascent up does nothing: ${outcome.reason}.`;
      return isServed ? fine(what) : surprise(what);
    }
  }
}

function readiness({ latestReadiness, latestCreated }: ServiceView): readonly Finding[] {
  if (latestReadiness.type === 'ready') return [];
  const state = latestReadiness.type === 'failed' ? 'did not start' : 'is still starting';
  return [
    surprise(
      `The newest revision, ${latestCreated ?? 'none yet'}, ${state}: ${latestReadiness.message}`,
    ),
  ];
}

function isDuring(record: RolloutRecord | null): boolean {
  return record?.rollout ? isOpen(record.rollout) : false;
}

function openRollout(record: RolloutRecord | null): readonly Finding[] {
  if (!record?.rollout || !isOpen(record.rollout)) return [];
  const { candidate, sharePercent } = record.rollout;
  const what = `A rollout is open: ${candidate} at ${sharePercent} %. It goes on with the plan it began with; this plan is for the next one.`;
  return [surprise(what)];
}

function approvers({ stages, notify }: RolloutPlan): readonly Finding[] {
  const asking = stages.filter(({ approvalsRequired }) => approvalsRequired > 0);
  if (asking.length === 0 || notify.channels.length > 0) return [];
  const names = asking.map(({ name }) => name).join(' and ');
  return [
    surprise(`Approvals are asked for (${names}), but nobody is told: the plan has no notify.`),
  ];
}

function servedWords({ served }: ServiceView): string {
  const shares = [...sharesByRevision(served)].filter(([, percent]) => percent > 0);
  return shares.map(([revision, percent]) => `${revision} ${percent} %`).join(', ') || 'nothing';
}
