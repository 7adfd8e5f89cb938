/**
 * The controller as a server: the loop, what it sees as JSON and as a stream of events, `/tick` for a scheduler,
 * and the page. One service is at the root; of several each has all of that under `/services/<name>/`, and the root is
 * their list. It listens on loopback unless told otherwise.
 */
import { existsSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { AscentError } from '@ascent/core';
import { createAccess, type Access } from './access.js';
import type { GoogleIdentity } from './google-identity.js';
import { createHostGuard } from './own-page.js';
import { addPageHeaders, addPageRoutes } from './page-routes.js';
import { addServiceList } from './service-list.js';
import type { TickGuard } from './tick-guard.js';
import { addTickRoute, plainReport } from './tick-route.js';
import { WatchedService, type ServiceOptions, type WatchOptions } from './watched-service.js';

/** How the server runs. `port: 0` takes a free one; `intervalMs: null` leaves all steps to `/tick`. */
export type ServerOptions = WatchOptions & {
  /** Each with a name of its own. They share nothing but the address and who may act: one that fails stops no other. */
  readonly services: readonly [ServiceOptions, ...ServiceOptions[]];
  readonly host: string;
  readonly port: number;
  /** Folder of the built page; `null` serves the API alone. */
  readonly pageDir: string | null;
  /** Shown to act through the page; `null` makes the page read-only. */
  readonly token: string | null;
  /** Who a person is behind Identity-Aware Proxy. @default nobody is asked */
  readonly google?: GoogleIdentity | null;
  /** Who may ask for a step at `/tick`. @default everybody */
  readonly tickGuard?: TickGuard;
};

/** Readers learn from the pulse that somebody is there, and what time it is here. */
const PULSE_MS = 10_000;

/** A running server. `close` ends the loops and every open stream; it may be called twice. */
export type RunningServer = { readonly url: string; readonly close: () => Promise<void> };

/** Starts a loop for each service and listens. @throws AscentError `ASC_LISTEN_FAILED`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const abort = new AbortController();
  const services = options.services.map((service) => new WatchedService(service, options));
  const pulse = setInterval(() => {
    for (const { stream } of services) stream.pulse();
  }, PULSE_MS);
  const app = await buildServer(options, services);
  const url = await listen(app, options).catch((error: unknown) => {
    clearInterval(pulse);
    throw error;
  });
  const loops = Promise.all(services.map((service) => service.run(abort.signal)));
  return {
    url,
    close: async () => {
      abort.abort();
      clearInterval(pulse);
      for (const { stream } of services) stream.close();
      await loops;
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

async function buildServer(
  options: ServerOptions,
  services: readonly WatchedService[],
): Promise<FastifyInstance> {
  const { pageDir, token, tickGuard, google = null } = options;
  // Loaded when a server starts: no other command needs them, and they are half of the program.
  const [{ default: createApp }, { default: fastifyStatic }] = await Promise.all([
    import('fastify'),
    import('@fastify/static'),
  ]);
  const app = createApp({ forceCloseConnections: true });
  addPageHeaders(app);
  addHostGuard(app, options);
  app.get('/healthz', () => ({ status: 'ok' }));
  const { now } = options.services[0].world;
  const access = createAccess({ token, now, google });
  const addPage = (at: FastifyInstance): void => {
    if (pageDir === null || !existsSync(pageDir)) return;
    void at.register(fastifyStatic, { root: pageDir, decorateReply: false });
  };
  const [only, ...others] = services;
  if (only !== undefined && others.length === 0) {
    addService(app, only, { access, tickGuard });
  } else {
    addServiceList(app, { services, access, tickGuard });
    for (const service of services) {
      const mount = (scope: FastifyInstance, _options: object, done: () => void): void => {
        addService(scope, service, { access, tickGuard });
        addPage(scope);
        done();
      };
      void app.register(mount, { prefix: `/services/${service.name}` });
    }
  }
  addPage(app);
  return app;
}

/** Nobody is answered under a name that is not ours. */
function addHostGuard(app: FastifyInstance, { host, services }: ServerOptions): void {
  const pageUrls = services.flatMap(({ plan }) => plan.notify.pageUrl ?? []);
  const guard = createHostGuard({ host, pageUrls });
  app.addHook('onRequest', async (request, reply) => {
    const refusal = guard(request.headers);
    if (refusal === null) return;
    const { status, code, message } = refusal;
    await reply.code(status).send({ error: { code, message } });
  });
}

/** Everything of one service, below wherever `app` is. */
function addService(
  app: FastifyInstance,
  service: WatchedService,
  { access, tickGuard }: { readonly access: Access; readonly tickGuard: TickGuard | undefined },
): void {
  const { stream, metrics, name } = service;
  const { world, plan, journalDir, errorLog = null } = service.options;
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
  addTickRoute(app, tickGuard, async () => plainReport(await service.step()));
  addPageRoutes(app, {
    world,
    service: name,
    samplePeriodMs: plan.metrics.samplePeriodMs,
    access,
    errorLog,
    journalDir,
    latest: () => stream.latest,
    lookNow: () => {
      void service.lookNow();
    },
  });
}
