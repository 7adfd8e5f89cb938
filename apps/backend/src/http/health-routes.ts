import type { FastifyInstance } from 'fastify';

/** What is running. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
}

/** `GET /health`: the process lives and can answer. It asks nothing else, so a slow database does not kill instances. */
export function addHealthRoutes(app: FastifyInstance, build: BuildInfo): void {
  const schema = {
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
  app.get('/health', { schema, logLevel: 'warn' }, () => ({
    status: 'ok',
    ...build,
    uptimeSeconds: Math.round(process.uptime() * 10) / 10,
  }));
}
