import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { citationSchema, diverProfileSchema } from '../chat/contract.js';
import type { SessionStore, StoredSession } from '../data/session-store.js';
import { ApiError } from '../errors.js';
import { parseInput } from './validation.js';

const parametersSchema = z.object({ id: z.uuid('must be a session id') });

/** A conversation as it is read back. */
export const sessionSchema = z
  .object({
    sessionId: z.uuid(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    diverProfile: diverProfileSchema.nullable(),
    messages: z.array(
      z.object({
        role: z.enum(['user', 'assistant']),
        content: z.string(),
        createdAt: z.iso.datetime({ offset: true }),
        agentType: z.string().nullable(),
        citations: z.array(citationSchema).nullable().meta({
          description: 'The sources of an answer, as the turn had them; null for a question.',
        }),
        safety: z.string().nullable().meta({
          description: 'How careful an answer was, as its turn had it; null for a question.',
        }),
      }),
    ),
  })
  .meta({ id: 'Session' });

/** `GET /api/session/{id}`. */
export function addSessionRoutes(app: FastifyInstance, sessions: SessionStore): void {
  app.get('/api/session/:id', async (request): Promise<StoredSession> => {
    const { id } = parseInput(parametersSchema, request.params);
    const session = await sessions.read(id);
    if (!session) throw new ApiError('SESSION_NOT_FOUND');
    return session;
  });
}
