import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ApiError } from '../errors.js';
import { sendError } from './error-replies.js';

/** Methods that clients use; OPTIONS is left to CORS. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Notes which addresses the application has, with their methods, as the routes are added. Call it before them. */
export function noteRoutes(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const routes = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const known = routes.get(url) ?? new Set<string>();
    for (const each of [method].flat()) known.add(each.toUpperCase());
    routes.set(url, known);
  });
  return routes;
}

/** Answers every other method at a known address with 405 and the `Allow` header (RFC 9110, section 15.5.6). */
export function refuseWrongMethods(
  app: FastifyInstance,
  routes: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, known] of [...routes]) {
    const allow = [...known].join(', ');
    const refused: HTTPMethods[] = methods.filter((method) => !known.has(method));
    app.route({
      url,
      method: refused,
      // Before the body is read: whatever is wrong with it, the method is wrong first.
      onRequest: (_request, reply, done) => {
        void sendError(reply.header('allow', allow), new ApiError('METHOD_NOT_ALLOWED'));
        done();
      },
      handler: () => undefined,
    });
  }
}
