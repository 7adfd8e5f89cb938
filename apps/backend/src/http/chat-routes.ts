import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { chatRequestSchema, chatResponseSchema, type ChatResponse } from '../chat/contract.js';
import { converse, type ConversationPorts } from '../chat/conversation.js';
import type { TurnContext } from '../chat/turn-context.js';
import { heartbeat, toServerSentEvent, type ChatEvent } from '../chat/events.js';
import { assessSafety } from '../chat/safety.js';
import { startTurnReport } from '../chat/turn-report.js';
import { ApiError, toEnvelope } from '../errors.js';
import type { ErrorReporter } from '../operations/error-reporter.js';
import type { Meter } from '../operations/meter.js';
import { toApiError } from './error-replies.js';
import { withHeartbeat } from './heartbeat.js';
import { parseInput } from './validation.js';

/** What the chat routes need. */
export interface ChatRouteOptions extends ConversationPorts {
  readonly meter: Meter;
  /** Messages answered at once; the next one gets 503. */
  readonly inflightMax: number;
  /** How late the event loop runs, and from when on new messages get 503. Milliseconds. */
  readonly readLagMs: () => number;
  readonly lagMaxMs: number;
  /** Fires when the instance must end soon. */
  readonly hurry: AbortSignal;
  readonly reporter: ErrorReporter;
}

/** Proxies close a stream that is quiet for a minute or less. */
const heartbeatMs = 15_000;

/** `POST /api/chat` and `POST /api/chat/stream`. */
export function addChatRoutes(app: FastifyInstance, options: ChatRouteOptions): void {
  const gate = createGate(options);
  const schema = { response: { 200: z.toJSONSchema(chatResponseSchema, { target: 'draft-7' }) } };
  app.post('/api/chat', { schema }, async (request, reply): Promise<ChatResponse> => {
    const { events } = begin(request, reply, { options, gate });
    for await (const event of events) if (event.type === 'final') return event.data;
    throw new Error('a conversation ended without its final event');
  });
  app.post('/api/chat/stream', async (request, reply): Promise<FastifyReply> => {
    const { events, context } = begin(request, reply, { options, gate });
    // What goes wrong before the first event is answered with a status of its own, like everywhere else.
    const first = await events.next();
    const stream = Readable.from(
      withHeartbeat(sendAll(first, events, { options, context, request }), {
        beat: heartbeat,
        pauseMs: heartbeatMs,
      }),
    );
    void reply.headers({
      'content-type': 'text/event-stream',
      // A proxy that compresses would hold the events back.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    return reply.send(stream);
  });
}

/** Lets so many messages in at once, and none while the event loop is late. */
interface Gate {
  /** `isUrgent` is only asked when nobody else is let in: an emergency always is. */
  readonly enter: (isUrgent: () => boolean) => void;
  readonly leave: () => void;
}

function createGate({ inflightMax, readLagMs, lagMaxMs }: ChatRouteOptions): Gate {
  let inflight = 0;
  return {
    enter: (isUrgent) => {
      const isFull = inflight >= inflightMax || readLagMs() > lagMaxMs;
      if (isFull && !isUrgent()) throw new ApiError('OVERLOADED');
      inflight++;
    },
    leave: () => {
      inflight--;
    },
  };
}

function begin(
  request: FastifyRequest,
  reply: FastifyReply,
  { options, gate }: { readonly options: ChatRouteOptions; readonly gate: Gate },
): { readonly events: AsyncGenerator<ChatEvent>; readonly context: TurnContext } {
  const body = parseInput(chatRequestSchema, request.body);
  const { hurry } = options;
  const context = {
    requestId: request.id,
    signal: signalWhenGone(reply),
    hurry,
    report: startTurnReport(),
  };
  gate.enter(() => assessSafety(body.message) === 'emergency');
  return {
    events: follow(converse(options, body, context), { request, context, options, gate }),
    context,
  };
}

/** Passes the events on; afterwards, whatever happened, notes what is known and leaves the gate. */
async function* follow(
  events: AsyncGenerator<ChatEvent>,
  parts: {
    readonly request: FastifyRequest;
    readonly context: TurnContext;
    readonly options: ChatRouteOptions;
    readonly gate: Gate;
  },
): AsyncGenerator<ChatEvent> {
  const { report } = parts.context;
  try {
    for await (const event of events) {
      // Before the event is passed on: whoever has the final one asks for no further.
      if (event.type === 'final') parts.options.meter.countTurn(report);
      yield event;
    }
  } finally {
    parts.gate.leave();
    Object.assign(parts.request.logFields, report);
  }
}

async function* sendAll(
  first: IteratorResult<ChatEvent>,
  events: AsyncGenerator<ChatEvent>,
  parts: {
    readonly options: ChatRouteOptions;
    readonly context: TurnContext;
    readonly request: FastifyRequest;
  },
): AsyncGenerator<string> {
  let isComplete = false;
  try {
    if (!first.done) yield toServerSentEvent(first.value);
    for await (const event of events) {
      yield toServerSentEvent(event);
      isComplete ||= event.type === 'final';
    }
  } catch (error) {
    const { options, context, request } = parts;
    if (context.signal.aborted) return;
    const known = toApiError(error);
    request.log.error({ error }, 'a stream failed after its 200');
    if (known.code === 'INTERNAL')
      options.reporter.report(error, {
        requestId: context.requestId,
        sessionId: context.report.sessionId,
      });
    yield toServerSentEvent({ type: 'error', data: toEnvelope(known, context.requestId) });
  } finally {
    // The diver who leaves early ends up here too: the turn is given up, and the provider's call with it.
    await events.return(undefined);
    if (!isComplete) parts.options.meter.countDeadStream();
    parts.request.logFields['streamComplete'] = isComplete;
  }
}

/** Fires when the connection is closed before the answer was complete. */
function signalWhenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('the client closed the connection'));
  });
  return gone.signal;
}
