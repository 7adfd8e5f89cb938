/**
 * A small crowd of divers: conversations arrive as a Poisson process and do not wait for each other (open loop), so a
 * slow service gets no relief from its own slowness. Within a conversation a diver reads the answer before asking on.
 */
import { Pool } from 'undici';

/** How the crowd behaves. */
export type CrowdOptions = {
  /** The front door. */
  readonly origin: string;
  /** The service's host name, as divers would type it. */
  readonly host: string;
  readonly conversationsPerSecond: number;
  /** Mean pause between an answer and the next question. */
  readonly thinkMs: number;
  readonly conversations: readonly (readonly string[])[];
  /** Uniform numbers in [0, 1), seeded by the caller. */
  readonly random: () => number;
};

/** One question and how it was answered. */
export type Ask = {
  readonly startedMs: number;
  readonly endedMs: number;
  /** HTTP status; 0 where no answer came at all. */
  readonly status: number;
  /** The revision that answered, where it said so. */
  readonly revision: string | null;
};

/** Divers at work. */
export type Crowd = {
  readonly asks: readonly Ask[];
  /** No new conversations; resolves when the open ones have ended. */
  readonly leave: () => Promise<void>;
};

const REQUEST_TIMEOUT_MS = 30_000;

/** Lets the crowd in. */
export function startCrowd(options: CrowdOptions): Crowd {
  const pool = new Pool(options.origin, {
    connections: 64,
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
  });
  const asks: Ask[] = [];
  const open = new Set<Promise<void>>();
  let leaving = false;
  const arrive = (): void => {
    if (leaving) return;
    const conversation = converse(options, { pool, asks, leaving: () => leaving });
    open.add(conversation);
    void conversation.finally(() => open.delete(conversation));
    setTimeout(arrive, exponential(options.random, 1_000 / options.conversationsPerSecond));
  };
  arrive();
  return {
    asks,
    leave: async () => {
      leaving = true;
      await Promise.allSettled(open);
      await pool.close();
    },
  };
}

/** Exponentially distributed waiting time with the given mean. */
function exponential(random: () => number, meanMs: number): number {
  return -Math.log(1 - random()) * meanMs;
}

async function converse(
  options: CrowdOptions,
  context: { readonly pool: Pool; readonly asks: Ask[]; readonly leaving: () => boolean },
): Promise<void> {
  const { conversations, random, thinkMs } = options;
  const questions = conversations[Math.floor(random() * conversations.length)] ?? [];
  let sessionId: string | null = null;
  for (const message of questions) {
    if (context.leaving()) return;
    const answer = await ask(options, { pool: context.pool, message, sessionId });
    context.asks.push(answer.ask);
    sessionId = answer.sessionId ?? sessionId;
    await new Promise((resolve) => setTimeout(resolve, exponential(random, thinkMs)));
  }
}

async function ask(
  { host }: CrowdOptions,
  {
    pool,
    message,
    sessionId,
  }: { readonly pool: Pool; readonly message: string; readonly sessionId: string | null },
): Promise<{ readonly ask: Ask; readonly sessionId: string | null }> {
  const startedMs = Date.now();
  try {
    const response = await pool.request({
      method: 'POST',
      path: '/api/chat',
      headers: { host, 'content-type': 'application/json' },
      body: JSON.stringify({ message, ...(sessionId === null ? {} : { sessionId }) }),
    });
    const text = await response.body.text();
    const revision = response.headers['x-revision'];
    return {
      ask: {
        startedMs,
        endedMs: Date.now(),
        status: response.statusCode,
        revision: typeof revision === 'string' ? revision : null,
      },
      sessionId: response.statusCode === 200 ? sessionIn(text) : null,
    };
  } catch {
    return { ask: { startedMs, endedMs: Date.now(), status: 0, revision: null }, sessionId: null };
  }
}

function sessionIn(text: string): string | null {
  const { sessionId } = JSON.parse(text) as { sessionId?: unknown };
  return typeof sessionId === 'string' ? sessionId : null;
}
