import type { FastifyInstance } from 'fastify';
import type { Database } from '../data/database.js';
import type { Writer } from '../model/fallback.js';
import type { Meter } from '../operations/meter.js';

/** What is running. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
}

/** What the operator's routes look at. */
export interface HealthRouteOptions {
  readonly build: BuildInfo;
  readonly database: Database;
  readonly writer: Writer;
  readonly meter: Meter;
  /** Serve `/metrics`. */
  readonly exposeMetrics: boolean;
}

/**
 * `GET /health`: the process lives; it asks nothing else, so a slow database does not kill instances. `GET /ready`: the
 * database answers, and which model providers are configured (calling them would cost money at every probe).
 */
export function addHealthRoutes(app: FastifyInstance, options: HealthRouteOptions): void {
  const { build, database, writer, meter, exposeMetrics } = options;
  app.get('/health', { logLevel: 'warn', schema: healthSchema }, () => ({
    status: 'ok',
    ...build,
    uptimeSeconds: Math.round(process.uptime() * 10) / 10,
  }));
  app.get('/ready', { logLevel: 'error' }, async (request, reply) => {
    const provider = writer.isConfigured
      ? writer.describe()
      : 'none: answers are quoted from content';
    try {
      await database.query({ name: 'ready', text: 'select 1' }, []);
      return { status: 'ready', database: 'ok', provider };
    } catch (error) {
      request.log.warn({ error }, 'not ready');
      return reply
        .code(503)
        .header('retry-after', 2)
        .send({ status: 'not ready', database: 'unreachable', provider });
    }
  });
  if (!exposeMetrics) return;
  app.get('/metrics', { logLevel: 'warn' }, async (_request, reply) => {
    const { contentType, body } = await meter.expose();
    return reply.type(contentType).send(body);
  });
}

const healthSchema = {
  response: {
    200: {
      type: 'object',
      properties: {
        status: { type: 'string' },
        version: { type: 'string' },
        commit: { type: 'string' },
        uptimeSeconds: { type: 'number' },
      },
    },
  },
};
