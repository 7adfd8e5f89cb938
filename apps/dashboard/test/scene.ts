/** The controller's real server over a virtual service, and the ways to bring it to the moment a test looks at. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  act,
  createJournal,
  startServer,
  type ErrorLine,
  type ServiceOptions,
  type Snapshot,
  type Wish,
} from '@ascent/controller';
import type { Rollout } from '@ascent/core';
import {
  createVirtualService,
  planOf,
  type Behaviour,
  type VirtualService,
} from './virtual-service.js';

/** The service of every scene, and its two revisions. */
export const SERVICE = 'dovvybuddy-backend';
/** The revision that serves, and the one that is rolled out. */
export const [STABLE, CANDIDATE] = revisionsOf(SERVICE);
/** The token of every scene. */
export const TOKEN = 'token-of-the-tests';

const START_MS = Date.UTC(2026, 10, 16, 7, 30);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The owner's plan: four days. */
export const fourDays = {
  service: SERVICE,
  platform: { local: { url: 'http://127.0.0.1:1' } },
  metrics: { cloudMonitoring: {} },
  stages: [
    {
      name: 'smoke',
      share: 0,
      hold: '1h',
      smoke: { checks: [{ name: 'health', path: '/health' }] },
    },
    { name: 'canary', share: 10, hold: '4h to 6h' },
    { name: 'half', share: 50, hold: '12h to 24h', approval: 'required' },
    { name: 'full', share: 100, hold: '24h to 48h', approval: 'required' },
  ],
  gates: {
    errorRate: { max: '1%', worseThanStableBy: '0.5%' },
    latencyP95: { max: '5s', worseThanStableBy: '25%' },
  },
};

/** How a scene differs from the ordinary one. */
export type SceneOptions = {
  readonly plan?: unknown;
  readonly requestsPerMinute?: number;
  readonly candidate?: Behaviour;
  readonly token?: string | null;
  readonly pageDir?: string | null;
  readonly seed?: number;
  /** What the candidate has logged. */
  readonly errors?: readonly ErrorLine[];
};

/** A running scene. */
export type Scene = {
  readonly url: string;
  readonly service: VirtualService;
  /** What a server is told to watch it. */
  readonly watched: ServiceOptions;
  /** One look of the controller. @throws Error where it failed. */
  readonly tick: () => Promise<Snapshot>;
  /** Passes time in steps with a look after each, until `reached` or `forMs` have passed. */
  readonly pass: (forMs: number, reached?: (rollout: Rollout) => boolean) => Promise<Snapshot>;
  readonly act: (wish: Wish) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Starts the controller again at the same address, as after a crash. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The stable revision and the candidate of a scene's service. */
export function revisionsOf(service: string): readonly [stable: string, candidate: string] {
  return [`${service}-00041-qab`, `${service}-00042-xev`];
}

const ordinary: Behaviour = { failRatio: 0.002, medianMs: 620 };

/** Opens a scene in which the first revision has just been adopted. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const journalDir = await mkdtemp(join(tmpdir(), 'ascent-scene-'));
  const journal = createJournal({ dir: journalDir });
  const plan = planOf(options.plan ?? fourDays);
  const [stable, candidate] = revisionsOf(plan.service);
  const service = createVirtualService(stable, {
    seed: options.seed ?? 7,
    plan,
    startMs: START_MS,
    requestsPerMinute: options.requestsPerMinute ?? 60,
    behaviour: { [stable]: ordinary, [candidate]: options.candidate ?? ordinary },
    deliver: (effect, record) =>
      effect.type === 'journal' ? journal.append(effect) : journal.finish(record),
  });
  const watched: ServiceOptions = {
    world: service.world,
    plan,
    journalDir,
    errorLog: () => Promise.resolve({ type: 'lines', lines: options.errors ?? [] }),
  };
  const start = (port: number): ReturnType<typeof startServer> =>
    startServer({
      services: [watched],
      by: 'ascent',
      intervalMs: null,
      host: '127.0.0.1',
      port,
      pageDir: options.pageDir ?? null,
      token: options.token === undefined ? TOKEN : options.token,
    });
  let server = await start(0);
  const { url } = server;
  const tick = async (): Promise<Snapshot> => {
    const answer = await fetch(`${url}/tick`, { method: 'POST' });
    if (!answer.ok) throw new Error(await answer.text());
    return (await (await fetch(`${url}/api/snapshot`)).json()) as Snapshot;
  };
  const pass: Scene['pass'] = async (forMs, reached = () => false) => {
    // Days are passed in strides; what a test waits for to the minute is nearer than that.
    const stepMs = (forMs > DAY_MS ? 15 : 5) * MINUTE_MS;
    let snapshot = await tick();
    for (let passedMs = 0; passedMs < forMs; passedMs += stepMs) {
      service.passTime(stepMs);
      snapshot = await tick();
      const rollout = snapshot.record?.rollout;
      if (rollout && reached(rollout)) return snapshot;
    }
    return snapshot;
  };
  service.passTime(5 * MINUTE_MS);
  await tick();
  return {
    url,
    service,
    watched,
    tick,
    pass,
    act: async (wish) => {
      await act(service.world, wish);
      await tick();
    },
    stop: () => server.close(),
    restart: async () => {
      server = await start(Number(new URL(url).port));
    },
    close: async () => {
      await server.close();
      await rm(journalDir, { recursive: true, force: true });
    },
  };
}
