import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SessionStore, StoredSession } from '../data/session-store.js';
import { ApiError } from '../errors.js';
import { parseInput } from './validation.js';

const parametersSchema = z.object({ id: z.uuid('must be a session id') });

/** `GET /api/session/{id}`. */
export function addSessionRoutes(app: FastifyInstance, sessions: SessionStore): void {
  app.get('/api/session/:id', async (request): Promise<StoredSession> => {
    const { id } = parseInput(parametersSchema, request.params);
    const session = await sessions.read(id);
    if (!session) throw new ApiError('SESSION_NOT_FOUND');
    return session;
  });
}
