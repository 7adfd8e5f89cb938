/** `/tick`: one step, for a scheduler. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RolloutStatus } from '@ascent/core';
import { refuseForeign } from './own-page.js';
import type { TickReport } from './tick.js';
import type { TickGuard } from './tick-guard.js';

/** Adds `POST /tick`, which answers what `step` answers to whom `guard` lets in. */
export function addTickRoute(
  app: FastifyInstance,
  guard: TickGuard | undefined,
  step: (reply: FastifyReply) => Promise<object>,
): void {
  app.post('/tick', async (request, reply) => {
    const foreign = refuseForeign(request.headers);
    if (foreign !== null) {
      const { status, code, message } = foreign;
      return await reply.code(status).send({ error: { code, message } });
    }
    const refusal = (await guard?.(request.headers.authorization)) ?? null;
    if (refusal === null) return await step(reply);
    return await reply.code(401).send({ error: { code: 'TICK_REFUSED', message: refusal } });
  });
}

/** What a scheduler is told of one step. */
export function plainReport({ wrote, idle, record }: TickReport): {
  readonly wrote: boolean;
  readonly idle: string | null;
  readonly rollout: RolloutStatus | null;
} {
  return { wrote, idle, rollout: record?.rollout?.status ?? null };
}
