import type { Retrieval } from '../content/retrieval.js';
import type { SessionStore, Turn } from '../data/session-store.js';
import type { ChatRequest, ChatResponse } from './contract.js';
import { quoteAnswer, type Answer } from './extractive-answer.js';
import { emergencyAnswer, medicalAnswer } from './redirect.js';
import { assessSafety, type SafetyLabel } from './safety.js';

/** What a conversation needs of the rest of the backend. */
export interface ConversationPorts {
  readonly sessions: SessionStore;
  readonly retrieval: Retrieval;
}

/** Answers one message and stores both. Rejects with an `ApiError` if the database cannot serve it. */
export async function answerMessage(
  ports: ConversationPorts,
  request: ChatRequest,
  requestId: string,
): Promise<ChatResponse> {
  const safety = assessSafety(request.message);
  const turn = await ports.sessions.beginTurn(request.sessionId, request.diverProfile);
  try {
    const answer = await findAnswer(ports, request, { safety, turn });
    const { text, agentType, citations, followUpQuestion } = answer;
    await ports.sessions.finishTurn(turn, {
      question: request.message,
      answer: text,
      agentType,
      citations,
    });
    return {
      response: text,
      sessionId: turn.sessionId,
      agentType,
      ...(followUpQuestion !== undefined && { followUpQuestion }),
      citations: [...citations],
      metadata: {
        requestId,
        mode: safety === 'safe' ? 'extractive' : 'redirect',
        safety,
        ...(turn.isNew && request.sessionId !== undefined && { sessionRestarted: true }),
      },
    };
  } catch (error) {
    // The lease runs out by itself if even this fails.
    await ports.sessions.abandonTurn(turn).catch(() => undefined);
    throw error;
  }
}

async function findAnswer(
  { retrieval }: ConversationPorts,
  { message }: ChatRequest,
  { safety, turn }: { readonly safety: SafetyLabel; readonly turn: Turn },
): Promise<Answer> {
  if (safety === 'emergency') return emergencyAnswer;
  if (safety === 'medical') return medicalAnswer;
  return quoteAnswer(await retrieval.find(withContext(message, turn)));
}

/** "And how deep?" means nothing alone: a short question is looked up together with the one before it. */
function withContext(message: string, { history }: Turn): string {
  const wordCount = message.split(/\s+/).length;
  const earlier = history.findLast(({ role }) => role === 'user');
  return earlier && wordCount <= 8 ? `${message} ${earlier.content}` : message;
}
