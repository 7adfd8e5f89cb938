/**
 * One step of a thousand services in the middle of a rollout each, as `ascent tick --all` takes it, with the metrics at
 * hand: services and points lie in memory, everything else is real. Nothing is remembered from before: every record is
 * read from its text, and the evidence goes on from its checkpoint, five minutes of points ago.
 */
import { tickAll, type ManagedService, type ServiceTurn, type World } from '@ascent/controller';
import {
  CANDIDATE_TAG,
  STABLE_TAG,
  writeRecord,
  type Rollout,
  type RolloutPlan,
  type ServicePort,
  type ServiceView,
  type TrafficPoint,
} from '@ascent/core';

const MINUTE = 60_000;

/** What every one of the services is in the middle of. */
export type Middle = {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly points: readonly TrafficPoint[];
};

/** A service in memory, and how often it was written. */
function serviceOf(name: string, { plan, rollout }: Middle): ServicePort & { writes: number } {
  const { stable, candidate, sharePercent } = rollout;
  const own = { ...plan, service: name };
  const record = writeRecord({ version: 1, plan: own, stable, rollout });
  const traffic = [
    { revision: stable, percent: 100 - sharePercent, tag: STABLE_TAG },
    { revision: candidate, percent: sharePercent, tag: CANDIDATE_TAG },
  ];
  const view: ServiceView = {
    service: name,
    resourceVersion: '1',
    record,
    traffic,
    served: traffic.map((target) => ({ ...target, url: `http://${target.tag}.test` })),
    settled: true,
    missing: [],
    routed: true,
    latestCreated: candidate,
    latestReady: candidate,
    latestReadiness: { type: 'ready' },
    url: null,
    sessionAffinity: false,
    lastModifier: null,
  };
  const port = {
    writes: 0,
    read: () => Promise.resolve(view),
    replace: () => {
      port.writes += 1;
      return Promise.resolve('written' as const);
    },
  };
  return port;
}

/** Steps `count` services. @throws Error where a step failed: a table of failures would look fast. */
export async function stepServices(
  count: number,
  middle: Middle,
): Promise<{ readonly tookMs: number; readonly cpuMs: number; readonly writes: number }> {
  const ports = Array.from({ length: count }, (_, i) => serviceOf(`web-${String(i)}`, middle));
  const services = ports.map((port, i): ManagedService => ({
    name: `web-${String(i)}`,
    port,
    plan: null,
  }));
  const nowMs = middle.rollout.checkpointMs + 5 * MINUTE;
  const worldOf = (_: RolloutPlan, service: ServicePort): World => ({
    service,
    metrics: {
      read: ({ afterMs }) =>
        Promise.resolve({
          type: 'points',
          points: middle.points.filter(({ endMs }) => endMs > afterMs),
          youngestTrustedMs: nowMs,
        }),
    },
    smoke: (checks) => Promise.resolve({ passed: true, failures: [], checks: checks.length }),
    deliver: () => Promise.resolve(),
    now: () => nowMs,
  });
  const fromMs = performance.now();
  const cpu = process.cpuUsage();
  const turns: readonly ServiceTurn[] = await tickAll(services, { by: 'ascent', worldOf });
  const used = process.cpuUsage(cpu);
  const tookMs = performance.now() - fromMs;
  const failed = turns.find(({ type }) => type !== 'stepped');
  if (failed !== undefined) throw new Error(`a step failed: ${JSON.stringify(failed)}`);
  const writes = ports.reduce((sum, port) => sum + port.writes, 0);
  return { tookMs, cpuMs: (used.user + used.system) / 1_000, writes };
}
