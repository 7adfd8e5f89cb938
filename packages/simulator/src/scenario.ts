/** Releases as they happen, by name: how the candidate and the stable revision treat their users while a rollout runs. */
import type { Behaviour } from './users.js';

/** When something is asked about: since the rollout began, milliseconds. */
type Since = number;

/** One kind of release. */
export type Scenario = {
  readonly name: string;
  /** What happens, in a few words. */
  readonly summary: string;
  readonly candidate: (sinceMs: Since, healthy: Behaviour) => Behaviour;
  readonly stable: (sinceMs: Since, healthy: Behaviour) => Behaviour;
  /** Whether the new revision starts at all. */
  readonly starts: boolean;
  readonly passesSmoke: boolean;
  readonly metricsReadable: (sinceMs: Since) => boolean;
};

const HOUR_MS = 3_600_000;

/** A service that is well, unless the caller knows better. */
export const healthyBehaviour: Behaviour = {
  failureRate: 0.002,
  latency: { medianMs: 800, steepness: 3 },
};

const asHealthy = (_sinceMs: Since, healthy: Behaviour): Behaviour => healthy;

const good: Scenario = {
  name: 'good',
  summary: 'the new revision is as good as the old one',
  candidate: asHealthy,
  stable: asHealthy,
  starts: true,
  passesSmoke: true,
  metricsReadable: () => true,
};

function failing(rate: number, healthy: Behaviour): Behaviour {
  return { ...healthy, failureRate: Math.max(rate, healthy.failureRate) };
}

function slower(factor: number, healthy: Behaviour): Behaviour {
  const { medianMs, steepness } = healthy.latency;
  return { ...healthy, latency: { medianMs: medianMs * factor, steepness } };
}

/** Slower and failing more with every hour, in steps so that few latency tables are needed. */
function leaking(sinceMs: Since, healthy: Behaviour): Behaviour {
  const hours = Math.floor(Math.max(0, sinceMs - 8 * HOUR_MS) / HOUR_MS);
  const worse = slower(1 + Math.min(hours, 40) / 10, healthy);
  return failing(Math.min(0.5, hours / 100), worse);
}

function during(fromHour: number, toHour: number): (sinceMs: Since) => boolean {
  return (sinceMs) => sinceMs >= fromHour * HOUR_MS && sinceMs < toHour * HOUR_MS;
}

const providerOutage = during(3, 5);
const metricsOutage = during(2, 5);

const list: readonly Scenario[] = [
  good,
  {
    ...good,
    name: 'errors',
    summary: 'one answer of twenty fails',
    candidate: (_, healthy) => failing(0.05, healthy),
  },
  {
    ...good,
    name: 'broken',
    summary: 'half of the answers fail',
    candidate: (_, healthy) => failing(0.5, healthy),
  },
  {
    ...good,
    name: 'slow',
    summary: 'every answer takes three times as long',
    candidate: (_, healthy) => slower(3, healthy),
  },
  {
    ...good,
    name: 'leak',
    summary: 'good for eight hours, then slower and failing more with every hour',
    candidate: leaking,
  },
  {
    ...good,
    name: 'outage',
    summary: 'the model provider fails for two hours, for the old and the new revision alike',
    candidate: (since, healthy) => (providerOutage(since) ? failing(0.3, healthy) : healthy),
    stable: (since, healthy) => (providerOutage(since) ? failing(0.3, healthy) : healthy),
  },
  {
    ...good,
    name: 'blind',
    summary: 'nothing is wrong, and the metrics cannot be read for three hours',
    metricsReadable: (since) => !metricsOutage(since),
  },
  { ...good, name: 'unready', summary: 'the new revision never starts', starts: false },
  {
    ...good,
    name: 'smoke',
    summary: 'the new revision starts and fails its smoke checks',
    passesSmoke: false,
  },
];

/** Every scenario by its name. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  list.map((scenario) => [scenario.name, scenario]),
);
