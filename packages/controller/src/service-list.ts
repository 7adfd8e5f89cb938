/** The first page of a controller with several services: all of them, live, and one address that steps them all. */
import type { FastifyInstance } from 'fastify';
import { AscentError } from '@ascent/core';
import type { Access } from './access.js';
import { metricsOfAll } from './controller-metrics.js';
import { openStream, sendEvent } from './event-stream.js';
import { addSession } from './page-routes.js';
import type { Snapshot } from './snapshot.js';
import { addTickRoute, plainReport } from './tick-route.js';
import type { TickGuard } from './tick-guard.js';
import type { WatchedService } from './watched-service.js';

/** One service of the list. */
export type ListedService = {
  readonly service: string;
  /** The newest look; `null` before the first. */
  readonly snapshot: Snapshot | null;
};

/** Where the list comes from. */
export type ListContext = {
  readonly services: readonly WatchedService[];
  readonly access: Access;
  readonly tickGuard: TickGuard | undefined;
};

/** Adds the list's routes to `app`, and the answer to names that are not on it. */
export function addServiceList(app: FastifyInstance, context: ListContext): void {
  const { services, access, tickGuard } = context;
  const names = services.map(({ name }) => name);
  addSession(app, { access, service: names.join(', ') });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metricsOfAll(services.map(({ metrics }) => metrics));
    return await reply.type(contentType).send(text);
  });
  app.get('/api/services', (): { readonly services: readonly ListedService[] } => ({
    services: services.map(({ name, stream }) => ({ service: name, snapshot: stream.latest })),
  }));
  app.get('/api/events', (request, reply) => {
    reply.hijack();
    openStream(reply.raw);
    // First, so that the page knows at once that it shows a list, and of whom.
    sendEvent(reply.raw, 'services', names);
    for (const { stream } of services) stream.subscribe(reply.raw);
    request.raw.on('close', () => {
      for (const { stream } of services) stream.unsubscribe(reply.raw);
    });
  });
  addTickRoute(app, tickGuard, async (reply) => {
    const turns = await Promise.all(services.map(stepOf));
    if (turns.some((turn) => 'error' in turn)) void reply.code(500);
    return { services: turns };
  });
  addUnknown(app, names);
}

type ServiceStep = ({ readonly service: string } & ReturnType<typeof plainReport>) | FailedStep;
type FailedStep = {
  readonly service: string;
  readonly error: { readonly code: string; readonly message: string };
};

/** Never throws: one that fails keeps no other from its step. */
async function stepOf(service: WatchedService): Promise<ServiceStep> {
  try {
    return { service: service.name, ...plainReport(await service.step()) };
  } catch (error) {
    const code = error instanceof AscentError ? error.code : 'UNEXPECTED';
    const message = error instanceof Error ? error.message : String(error);
    return { service: service.name, error: { code, message } };
  }
}

/** A service's page ends with a slash, because all that it asks for is beside it. */
function addUnknown(app: FastifyInstance, names: readonly string[]): void {
  type Named = { Params: { readonly name: string } };
  app.get<Named>('/services/:name', async ({ params: { name } }, reply) =>
    names.includes(name)
      ? await reply.redirect(`${name}/`)
      : await reply.code(404).send(unknown(name, names)),
  );
  app.all<Named>('/services/:name/*', async ({ params: { name } }, reply) => {
    if (!names.includes(name)) return await reply.code(404).send(unknown(name, names));
    reply.callNotFound();
    return await reply;
  });
}

function unknown(name: string, names: readonly string[]): object {
  const message = `No service "${name}" is watched here. Choose one of: ${names.join(', ')}.`;
  return { error: { code: 'UNKNOWN_SERVICE', message } };
}
