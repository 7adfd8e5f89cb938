import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { chatRequestSchema, chatResponseSchema, type ChatResponse } from '../chat/contract.js';
import { answerMessage, type ConversationPorts } from '../chat/conversation.js';
import { ApiError } from '../errors.js';
import { parseInput } from './validation.js';

/** What the chat routes need. */
export interface ChatRouteOptions extends ConversationPorts {
  /** Messages answered at once; the next one gets 503. */
  readonly inflightMax: number;
}

/** `POST /api/chat`. */
export function addChatRoutes(app: FastifyInstance, options: ChatRouteOptions): void {
  let inflight = 0;
  const schema = { response: { 200: z.toJSONSchema(chatResponseSchema, { target: 'draft-7' }) } };
  app.post('/api/chat', { schema }, async (request): Promise<ChatResponse> => {
    const body = parseInput(chatRequestSchema, request.body);
    if (inflight >= options.inflightMax) throw new ApiError('OVERLOADED');
    inflight++;
    try {
      const answer = await answerMessage(options, body, request.id);
      const { agentType, sessionId, metadata } = answer;
      Object.assign(request.logFields, {
        sessionId,
        agentType,
        mode: metadata.mode,
        safety: metadata.safety,
      });
      return answer;
    } finally {
      inflight--;
    }
  });
}
