/**
 * One idempotent step: read, observe, advance, compare-and-set, run effects. Any number of controllers may do it at
 * once, on any schedule, and be killed between any two lines of it; the next step goes on from what was written.
 */
import {
  advance,
  alertsNeedAfterMs,
  begin,
  CANDIDATE_TAG,
  expectedTraffic,
  isOpen,
  metricsNeededAfterMs,
  servingRevisions,
  stageOf,
  watchAlerts,
  watchedRevisions,
  withMeasuredDispersion,
  writeRecord,
  type BeginOutcome,
  type Observed,
  type Rollout,
  type RolloutPlan,
  type RolloutRecord,
  type ServiceView,
  type SmokeOutcome,
} from '@ascent/core';
import { changeService, type Proposal } from './change.js';
import { FollowUp } from './follow-up.js';
import { readGates } from './gate-readings.js';
import { keepFound, keepWritten, recordOf } from './known-record.js';
import { changeTo, recordWith } from './record-change.js';
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
  /** Effects that could not be delivered yet: key and reason. They are tried again later. */
  readonly undelivered: readonly { readonly key: string; readonly reason: string }[];
};

/** How much of the past tells a rollout what traffic to expect: with its busy and its quiet hours. */
const FORECAST_HISTORY_MS = 86_400_000;
/** More samples than a day has at ten seconds cost more than they tell; a source that samples oftener is asked for less than a day. */
const FORECAST_SAMPLES = 8_640;
/** A day has its busy and its quiet hours. */
const DISPERSION_HISTORY_MS = 86_400_000;

/**
 * Takes one step and does what it leaves to do.
 * @throws AscentError where the platform or the record cannot be read, or a rollout cannot begin. Traffic is as it was.
 */
export async function tick(world: World, options: TickOptions): Promise<TickReport> {
  const report = await takeStep(world, options);
  return await followUp(world, report);
}

/** `report` after all that its step leaves to be done. */
async function followUp(world: World, report: TickReport): Promise<TickReport> {
  const { record: stepped, view, wrote, idle } = report;
  if (stepped === null) return report;
  const { record, undelivered } = await new FollowUp(world).run(stepped, view);
  return { record, view, wrote, idle, undelivered };
}

/** Takes one step, up to and with its write; nothing is delivered. @throws AscentError as {@link tick}. */
export async function takeStep(world: World, options: TickOptions): Promise<TickReport> {
  return await changeService(world, (view) => propose(world, view, options));
}

/** What the service shows now, with evidence up to date, and nothing written. */
export async function look(world: World): Promise<TickReport> {
  const view = await world.service.read();
  const { result } = await propose(world, view, { plan: null, by: 'ascent' });
  return { ...result, wrote: false };
}

/**
 * Begins a rollout of the newest revision although one of it was rolled back or aborted.
 * @throws AscentError `ASC_ROLLOUT_OPEN`, `ASC_NOTHING_TO_RESTART`, and as {@link tick}.
 */
export async function restart(
  world: World,
  {
    plan,
    by,
    reason,
  }: { readonly plan: RolloutPlan; readonly by: string; readonly reason: string },
  { onWritten }: { readonly onWritten?: (record: RolloutRecord) => void } = {},
): Promise<TickReport> {
  const report = await changeService(world, (view) =>
    proposeStart(world, view, { plan, by, again: reason }),
  );
  if (report.record === null) return report;
  onWritten?.(report.record);
  return await followUp(world, report);
}

async function propose(
  world: World,
  view: ServiceView,
  { plan, by }: TickOptions,
): Promise<Proposal<TickReport>> {
  const record = recordOf(world, view);
  if (record?.rollout && isOpen(record.rollout)) {
    const before = record.rollout;
    const { rollout, persist } = await step(world, view, { ...record, rollout: before });
    const next = recordWith(record, rollout);
    const change = persist ? changeTo({ record: next, before, view }) : null;
    if (change === null) keepFound(world, { text: view.record, record: next });
    else keepWritten(world, { text: change.record, record: next });
    const result = { record: next, view, wrote: persist, idle: null, undelivered: [] };
    return { result, change };
  }
  if (plan === null) return await watched(world, view, 'no rollout is open');
  const started = await proposeStart(world, view, { plan, by, again: null });
  return started.change === null ? await watched(world, view, started.result.idle ?? '') : started;
}

/** Nothing is rolled out, and the alerts are looked after all the same. */
async function watched(
  world: World,
  view: ServiceView,
  idle: string,
): Promise<Proposal<TickReport>> {
  const record = recordOf(world, view);
  const nothing = { view, wrote: false, idle, undelivered: [] };
  const nowMs = world.now();
  const afterMs = record === null ? null : alertsNeedAfterMs(record.plan, nowMs);
  if (record === null || afterMs === null) {
    return { result: { ...nothing, record }, change: null };
  }
  const { plan } = record;
  const revisions = watchedRevisions(record);
  const question = { service: plan.service, revisions, afterMs, nowMs };
  const [metrics, utilization] = await Promise.all([
    world.metrics.read(question),
    readUtilization(world, plan, question),
  ]);
  const next = watchAlerts(record, { nowMs, metrics, utilization });
  const wrote = next !== record;
  const change = wrote ? { record: writeRecord(next), traffic: null } : null;
  return { result: { ...nothing, record: next, wrote }, change };
}

async function proposeStart(
  world: World,
  view: ServiceView,
  wish: { readonly plan: RolloutPlan; readonly by: string; readonly again: string | null },
): Promise<Proposal<TickReport>> {
  const record = recordOf(world, view);
  const nothing = { view, wrote: false, idle: null, undelivered: [] };
  const outcome = await beginWith(world, view, { ...wish, record });
  if (outcome.type === 'nothing') {
    return { result: { ...nothing, record, idle: outcome.reason }, change: null };
  }
  const change = { record: writeRecord(outcome.record), traffic: outcome.traffic };
  const idle = outcome.type === 'adopted' ? outcome.sentence : null;
  return { result: { ...nothing, record: outcome.record, wrote: true, idle }, change };
}

/** The traffic of late is read only where a rollout does begin. Without it nothing is foretold, and all the rest is the same. */
async function beginWith(
  world: World,
  view: ServiceView,
  wish: {
    readonly plan: RolloutPlan;
    readonly record: RolloutRecord | null;
    readonly by: string;
    readonly again: string | null;
  },
): Promise<BeginOutcome> {
  const nowMs = world.now();
  const context = { ...wish, view, nowMs, traffic: null };
  const outcome = begin(context);
  if (outcome.type !== 'started') return outcome;
  const { stable } = outcome.record;
  const revisions = servingRevisions(view, wish.record);
  const [traffic, plan] = await Promise.all([
    recentTraffic(world, wish.plan, { revisions, nowMs }),
    dispersionMeasured(world, wish.plan, { stable, nowMs }),
  ]);
  return begin({ ...context, plan, traffic });
}

/** `plan` with the stable revision's clustering of errors over the last day, where the source tells. Never throws. */
export async function dispersionMeasured(
  { metrics }: Pick<World, 'metrics'>,
  plan: RolloutPlan,
  { stable, nowMs }: { readonly stable: string; readonly nowMs: number },
): Promise<RolloutPlan> {
  if (!plan.measuresDispersion || metrics.readInstances === undefined) return plan;
  const afterMs = nowMs - DISPERSION_HISTORY_MS;
  const question = { service: plan.service, revision: stable, afterMs, nowMs };
  return withMeasuredDispersion(plan, await metrics.readInstances(question));
}

/** What these revisions together served over the last day; `null` where that cannot be read. Never throws. */
export async function recentTraffic(
  world: Pick<World, 'metrics'>,
  { service, metrics }: RolloutPlan,
  { revisions, nowMs }: { readonly revisions: readonly string[]; readonly nowMs: number },
): Promise<ReturnType<typeof expectedTraffic>> {
  const afterMs = nowMs - Math.min(FORECAST_HISTORY_MS, FORECAST_SAMPLES * metrics.samplePeriodMs);
  const outcome = await world.metrics.read({ service, revisions, afterMs, nowMs });
  if (outcome.type === 'unavailable') return null;
  // A service younger than the window is measured over its own age.
  const firstMs = outcome.points.reduce((least, { startMs }) => Math.min(least, startMs), nowMs);
  const fromMs = Math.max(afterMs, firstMs);
  return expectedTraffic(outcome.points, outcome.youngestTrustedMs - fromMs);
}

type OpenRecord = RolloutRecord & { readonly rollout: Rollout };

async function step(
  world: World,
  view: ServiceView,
  { plan, rollout }: OpenRecord,
): Promise<ReturnType<typeof advance>> {
  const nowMs = world.now();
  const question = {
    service: plan.service,
    revisions: [rollout.stable, rollout.candidate],
    afterMs: metricsNeededAfterMs(plan, rollout, nowMs),
    nowMs,
  };
  const [metrics, utilization, smoke, readings] = await Promise.all([
    world.metrics.read(question),
    readUtilization(world, plan, question),
    runDueSmoke(world, view, { plan, rollout }),
    readGates(world, plan, rollout),
  ]);
  const found = { view, metrics, utilization, smoke, readings };
  return advance(plan, rollout, { type: 'observed', nowMs, ...found });
}

/** CPU and memory are read only where an alert asks. */
async function readUtilization(
  { metrics }: World,
  { alerts }: RolloutPlan,
  question: Parameters<World['metrics']['read']>[0],
): Promise<Observed['utilization']> {
  const wanted = alerts.some(({ metric }) => metric === 'cpu' || metric === 'memory');
  if (!wanted || metrics.readUtilization === undefined) return { type: 'points', points: [] };
  return await metrics.readUtilization(question);
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
