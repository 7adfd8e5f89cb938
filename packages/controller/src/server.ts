/**
 * The controller as a server: the loop, what it sees as JSON and as a stream of events, `/tick` for a scheduler,
 * and the page. It listens on loopback unless told otherwise.
 */
import { existsSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { AscentError, type RolloutPlan } from '@ascent/core';
import { createAccess } from './access.js';
import { ControllerMetrics } from './controller-metrics.js';
import type { ErrorLog } from './error-log.js';
import { EventStream } from './event-stream.js';
import type { GoogleIdentity } from './google-identity.js';
import { runLoop, type Turn } from './loop.js';
import { addPageRoutes } from './page-routes.js';
import { snapshotOf, type Snapshot } from './snapshot.js';
import { tick } from './tick.js';
import type { TickGuard } from './tick-guard.js';
import { createTurnLog } from './turn-log.js';
import type { World } from './world.js';

/** How the server runs. `port: 0` takes a free one; `intervalMs: null` leaves all steps to `/tick`. */
export type ServerOptions = {
  readonly world: World;
  readonly plan: RolloutPlan;
  readonly by: string;
  readonly intervalMs: number | null;
  readonly host: string;
  readonly port: number;
  /** Folder of the built page; `null` serves the API alone. */
  readonly pageDir: string | null;
  /** Shown to act through the page; `null` makes the page read-only. */
  readonly token: string | null;
  /** Where rollouts that ended are kept; `null` shows no history. */
  readonly journalDir: string | null;
  /** Who a person is behind Identity-Aware Proxy. @default nobody is asked */
  readonly google?: GoogleIdentity | null;
  /** The candidate's error lines. @default none are shown */
  readonly errorLog?: ErrorLog | null;
  /** Who may ask for a step at `/tick`. @default everybody */
  readonly tickGuard?: TickGuard;
  /** Where every decision and every trouble is a JSON line. @default nowhere */
  readonly logTo?: { readonly write: (text: string) => void };
};

/** Readers learn from the pulse that somebody is there, and what time it is here. */
const PULSE_MS = 10_000;

/** A running server. `close` ends the loop and every open stream; it may be called twice. */
export type RunningServer = { readonly url: string; readonly close: () => Promise<void> };

/** Starts the loop and listens. @throws AscentError `ASC_LISTEN_FAILED`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const abort = new AbortController();
  const stream = new EventStream<Snapshot>(options.world.now);
  const pulse = setInterval(() => {
    stream.pulse();
  }, PULSE_MS);
  const metrics = new ControllerMetrics(options.plan.service, options.world.now);
  const { logTo } = options;
  const log = logTo === undefined ? null : createTurnLog(options.plan.service, logTo);
  const publish = (turn: Turn): void => {
    metrics.observe(turn);
    log?.(turn);
    stream.publish(
      snapshotOf(turn, { plan: options.plan, atMs: options.world.now(), previous: stream.latest }),
    );
  };
  const app = await buildServer(options, { stream, publish, metrics });
  const url = await listen(app, options).catch((error: unknown) => {
    clearInterval(pulse);
    throw error;
  });
  const loop =
    options.intervalMs === null
      ? Promise.resolve()
      : runLoop(options.world, {
          plan: options.plan,
          by: options.by,
          intervalMs: options.intervalMs,
          signal: abort.signal,
          onTurn: publish,
          until: () => false,
        });
  return {
    url,
    close: async () => {
      abort.abort();
      clearInterval(pulse);
      stream.close();
      await loop;
      await app.close();
    },
  };
}

async function listen(
  app: FastifyInstance,
  { host, port }: Pick<ServerOptions, 'host' | 'port'>,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = listenFaults[code] ?? String(error);
    throw new AscentError('ASC_LISTEN_FAILED', `Cannot listen on ${host}, port ${port}: ${why}`);
  }
}

const listenFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there. Choose another with --port, or 0 for a free one.',
  EADDRNOTAVAIL: 'this machine has no such address. Choose one of its own with --host.',
  EACCES: 'this account may not use that port. Choose one above 1023 with --port.',
  ENOTFOUND: 'there is no such host name. Choose an address of this machine with --host.',
};

/** What the server shows of the loop. */
type Watch = {
  readonly stream: EventStream<Snapshot>;
  readonly publish: (turn: Turn) => void;
  readonly metrics: ControllerMetrics;
};

async function buildServer(
  options: ServerOptions,
  { stream, publish, metrics }: Watch,
): Promise<FastifyInstance> {
  const { world, plan, by, pageDir, token, journalDir, tickGuard } = options;
  // Loaded when a server starts: no other command needs them, and they are half of the program.
  const [{ default: createApp }, { default: fastifyStatic }] = await Promise.all([
    import('fastify'),
    import('@fastify/static'),
  ]);
  const app = createApp({ forceCloseConnections: true });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  app.get(
    '/api/snapshot',
    async (_request, reply) =>
      stream.latest ??
      (await reply
        .code(503)
        .header('retry-after', '1')
        .send({ error: 'The controller has not looked yet; ask again in a second.' })),
  );
  app.get('/api/events', (request, reply) => {
    reply.hijack();
    stream.subscribe(reply.raw);
    request.raw.on('close', () => {
      stream.unsubscribe(reply.raw);
    });
  });
  addTick(app, { world, plan, by, tickGuard }, publish);
  addPageRoutes(app, {
    world,
    service: plan.service,
    samplePeriodMs: plan.metrics.samplePeriodMs,
    access: createAccess({ token, now: world.now, google: options.google ?? null }),
    errorLog: options.errorLog ?? null,
    journalDir,
    latest: () => stream.latest,
    lookNow: () => {
      void tick(world, { plan, by }).then(
        (report) => {
          publish({ type: 'stepped', report });
        },
        (error: unknown) => {
          publish({ type: 'failed', error });
        },
      );
    },
  });
  if (pageDir !== null && existsSync(pageDir)) void app.register(fastifyStatic, { root: pageDir });
  return app;
}

/** `/tick`: one step, for a scheduler. */
function addTick(
  app: FastifyInstance,
  {
    world,
    plan,
    by,
    tickGuard,
  }: Pick<ServerOptions, 'world' | 'plan' | 'by'> & {
    readonly tickGuard: TickGuard | undefined;
  },
  publish: Watch['publish'],
): void {
  app.post('/tick', async (request, reply) => {
    const refusal = (await tickGuard?.(request.headers.authorization)) ?? null;
    if (refusal !== null) {
      return await reply.code(401).send({ error: { code: 'TICK_REFUSED', message: refusal } });
    }
    const report = await tick(world, { plan, by }).catch((error: unknown) => {
      publish({ type: 'failed', error });
      throw error;
    });
    publish({ type: 'stepped', report });
    return {
      wrote: report.wrote,
      idle: report.idle,
      rollout: report.record?.rollout?.status ?? null,
    };
  });
}
