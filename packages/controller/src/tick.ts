/**
 * One idempotent step: read, observe, advance, compare-and-set, run effects. Any number of controllers may do it at
 * once, on any schedule, and be killed between any two lines of it; the next step goes on from what was written.
 */
import {
  advance,
  begin,
  isOpen,
  readRecord,
  stageOf,
  writeRecord,
  CANDIDATE_TAG,
  type Rollout,
  type RolloutPlan,
  type RolloutRecord,
  type ServiceView,
  type SmokeOutcome,
} from '@ascent/core';
import { changeService, type Proposal } from './change.js';
import { changeTo } from './record-change.js';
import { deliverOutbox } from './outbox.js';
import type { World } from './world.js';

/** What to do where no rollout is open: `plan` begins one of a newer revision; without it nothing begins. */
export type TickOptions = { readonly plan: RolloutPlan | null; readonly by: string };

/** What one step saw and did. */
export type TickReport = {
  /** The record after the step; `null` where the service has none. */
  readonly record: RolloutRecord | null;
  readonly view: ServiceView;
  /** True where this step wrote to the service. */
  readonly wrote: boolean;
  /** Why nothing was begun, where nothing was. */
  readonly idle: string | null;
  /** Effects that could not be delivered yet: key and reason. They are tried again at the next step. */
  readonly undelivered: readonly { readonly key: string; readonly reason: string }[];
};

/**
 * Takes one step.
 * @throws AscentError where the platform or the record cannot be read, or a rollout cannot begin. Traffic is as it was.
 */
export async function tick(world: World, options: TickOptions): Promise<TickReport> {
  const report = await changeService(world, (view) => propose(world, view, options));
  if (report.record === null) return report;
  const outcome = await deliverOutbox(world, report.record);
  return { ...report, record: outcome.record, undelivered: outcome.undelivered };
}

/** What the service shows now, with evidence up to date, and nothing written. */
export async function look(world: World): Promise<TickReport> {
  const view = await world.service.read();
  const { result } = await propose(world, view, { plan: null, by: 'ascent' });
  return { ...result, wrote: false };
}

async function propose(
  world: World,
  view: ServiceView,
  options: TickOptions,
): Promise<Proposal<TickReport>> {
  const record = view.record === null ? null : readRecord(view.record);
  const nothing = { view, wrote: false, idle: null, undelivered: [] };
  if (record?.rollout && isOpen(record.rollout)) {
    const { rollout, persist } = await step(world, view, { ...record, rollout: record.rollout });
    const next = { ...record, stable: stableAfter(record, rollout), rollout };
    const result = { ...nothing, record: next, wrote: persist };
    return { result, change: persist ? changeTo(next, view) : null };
  }
  const plan = options.plan;
  if (plan === null) {
    return { result: { ...nothing, record, idle: 'no rollout is open' }, change: null };
  }
  const outcome = begin({ plan, record, view, nowMs: world.now(), by: options.by });
  if (outcome.type === 'nothing') {
    return { result: { ...nothing, record, idle: outcome.reason }, change: null };
  }
  const change = { record: writeRecord(outcome.record), traffic: outcome.traffic };
  return { result: { ...nothing, record: outcome.record, wrote: true }, change };
}

type OpenRecord = RolloutRecord & { readonly rollout: Rollout };

async function step(
  world: World,
  view: ServiceView,
  { plan, rollout }: OpenRecord,
): Promise<ReturnType<typeof advance>> {
  const nowMs = world.now();
  const [metrics, smoke] = await Promise.all([
    world.metrics.read({
      service: plan.service,
      revisions: [rollout.stable, rollout.candidate],
      afterMs: rollout.evidence.watermarkMs,
      nowMs,
    }),
    runDueSmoke(world, view, { plan, rollout }),
  ]);
  return advance(plan, rollout, { type: 'observed', nowMs, view, metrics, smoke });
}

/** Smoke checks are due once the candidate can be reached by its tag, until they have passed. */
async function runDueSmoke(
  world: World,
  view: ServiceView,
  { plan, rollout }: { readonly plan: RolloutPlan; readonly rollout: Rollout },
): Promise<SmokeOutcome | null> {
  const checks = stageOf(plan, rollout).smoke;
  const due = checks.length > 0 && rollout.smoke?.passed !== true;
  if (!due || rollout.status.type !== 'running' || view.latestReadiness.type !== 'ready')
    return null;
  const target = view.served.find(
    ({ tag, revision }) => tag === CANDIDATE_TAG && revision === rollout.candidate,
  );
  if (!target?.url) return null;
  return await world.smoke(checks, target.url);
}

/** The stable revision is the one that last completed a rollout. */
function stableAfter(record: RolloutRecord, rollout: Rollout): string {
  return rollout.status.type === 'promoted' ? rollout.candidate : record.stable;
}
