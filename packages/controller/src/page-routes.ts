/** What the page needs beyond the live state: who is reading, acting on the rollout, its traffic, and the history. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  AscentError,
  errorCatalogue,
  type Decision,
  type InstanceCountOutcome,
} from '@ascent/core';
import type { Access } from './access.js';
import type { Refusal } from './refusal.js';
import { act, silence, type Seen, type Wish } from './act.js';
import { AnswerFirst } from './answer-first.js';
import type { ErrorLines, ErrorLog } from './error-log.js';
import { readHistory, readHistoryEntry, REASON_KIND } from './history.js';
import type { Snapshot } from './snapshot.js';
import { TrafficMemory } from './traffic-series.js';
import type { World } from './world.js';

const HISTORY_LINES_MAX = 200;
const REASON_LENGTH_MAX = 500;
/** A gauge is written every minute and seen after three; ten of its points are enough to find the newest. */
const INSTANCE_SAMPLES = 10;
/** Cloud Run ends a process ten seconds after it asked it to end. */
const DELIVERY_GRACE_MS = 3_000;
const SILENCE_MS_MAX = 30 * 86_400_000;

/** What a person can ask for. */
export type WishType = Wish['type'];

const wishes: readonly WishType[] = [
  'approve',
  'pause',
  'resume',
  'rollback',
  'tickOff',
  'skip',
  'promote',
  'abort',
];

/** Who the reader is to this controller. */
export type About = {
  readonly service: string;
  readonly access: 'readOnly' | 'signedOut' | 'signedIn';
  readonly person: string | null;
};

/** Where the answers come from. */
export type PageContext = {
  readonly world: World;
  readonly service: string;
  readonly samplePeriodMs: number;
  readonly access: Access;
  /** `null` has no history. */
  readonly journalDir: string | null;
  /** `null` where no log can be read. */
  readonly errorLog: ErrorLog | null;
  readonly latest: () => Snapshot | null;
  /** Looks at once, so that everybody sees what a person just did. */
  readonly lookNow: () => void;
};

/** What every answer of `app` says to browsers. */
export function addPageHeaders(app: FastifyInstance): void {
  // Nothing on the page may come from, or go to, anywhere else; and no other site may show it in a frame.
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header(
      'content-security-policy',
      "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    void reply.header('x-content-type-options', 'nosniff');
    void reply.header('referrer-policy', 'no-referrer');
    done();
  });
}

/** Adds the page's routes to `app`. */
export function addPageRoutes(app: FastifyInstance, context: PageContext): void {
  addSession(app, context);
  addActions(app, context);
  addReadings(app, context);
}

type SessionContext = Pick<PageContext, 'service' | 'access'>;

async function aboutFor(
  { service, access }: SessionContext,
  headers: FastifyRequest['headers'],
): Promise<About> {
  if (access.readOnly) return { service, access: 'readOnly', person: null };
  const person = await access.personOf(headers);
  if (typeof person === 'string') return { service, access: 'signedIn', person };
  // Known and not allowed: there is nothing to sign in to.
  const may = person.code === 'NOT_ALLOWED' ? 'readOnly' : 'signedOut';
  return { service, access: may, person: null };
}

/** Adds who the reader is, signing in and signing out. */
export function addSession(app: FastifyInstance, context: SessionContext): void {
  const { access, service } = context;
  app.get('/api/about', (request) => aboutFor(context, request.headers));
  app.post('/api/session', async (request, reply) => {
    const outcome = access.signIn(
      { token: text(request.body, 'token'), name: text(request.body, 'name') },
      request.headers,
    );
    if ('status' in outcome) return await refuse(reply, outcome);
    void reply.header('set-cookie', outcome.cookie);
    return { service, access: 'signedIn', person: outcome.name } satisfies About;
  });
  app.delete('/api/session', (_request, reply) => {
    void reply.header('set-cookie', access.signOutCookie);
    return aboutFor(context, {});
  });
}

function addActions(app: FastifyInstance, context: PageContext): void {
  const answers = new AnswerFirst();
  app.addHook('onClose', () => answers.settled(DELIVERY_GRACE_MS));
  app.post<{ Params: { readonly type: string } }>('/api/actions/:type', async (request, reply) => {
    const person = await context.access.personOf(request.headers);
    if (typeof person !== 'string') return await refuse(reply, person);
    const type = wishes.find((wish) => wish === request.params.type);
    if (type === undefined) {
      const message = `There is no action "${request.params.type}". Choose one of: ${wishes.join(', ')}.`;
      return await reply.code(404).send({ error: { code: 'UNKNOWN_ACTION', message } });
    }
    try {
      const wish = { type, by: person, reason: reasonIn(request.body) };
      const seen = seenIn(request.body);
      const record = await answers.written((onWritten) =>
        act(context.world, wish, { seen, onWritten }),
      );
      context.lookNow();
      return { said: record.rollout?.decisions.at(-1)?.sentence ?? '' };
    } catch (error) {
      return await explainFault(reply, error);
    }
  });
  app.post('/api/silences', async (request, reply) => {
    const person = await context.access.personOf(request.headers);
    if (typeof person !== 'string') return await refuse(reply, person);
    const forMs = (request.body as { readonly forMs?: unknown } | null)?.forMs;
    if (typeof forMs !== 'number' || !(forMs >= 0 && forMs <= SILENCE_MS_MAX)) {
      const message = 'Send forMs: milliseconds from 0 (which ends a silence) to 30 days.';
      return await reply.code(400).send({ error: { code: 'WRONG_DURATION', message } });
    }
    try {
      const wish = { by: person, rule: text(request.body, 'rule'), forMs };
      await answers.written((onWritten) => silence(context.world, wish, { onWritten }));
      context.lookNow();
      return null;
    } catch (error) {
      return await explainFault(reply, error);
    }
  });
  app.post('/api/reasons', async (request, reply) => {
    const person = await context.access.personOf(request.headers);
    if (typeof person !== 'string') return await refuse(reply, person);
    return await noteReason(context, { body: request.body, by: person }, reply);
  });
}

/** A reason given afterwards goes to the journal, beside the decision that it explains. */
async function noteReason(
  { world, latest }: PageContext,
  { body, by }: { readonly body: unknown; readonly by: string },
  reply: FastifyReply,
): Promise<unknown> {
  const record = latest()?.record ?? null;
  const rollout = record?.rollout;
  const seq = (body as { readonly seq?: unknown } | null)?.seq;
  const decision = rollout?.decisions.find((one) => one.seq === seq);
  const reason = reasonIn(body);
  if (
    record === null ||
    rollout?.id !== text(body, 'rollout') ||
    decision === undefined ||
    reason === ''
  ) {
    const message =
      'There is no such decision in the last rollout, or the reason is empty. Nothing was written.';
    return await reply.code(404).send({ error: { code: 'NO_SUCH_DECISION', message } });
  }
  const atMs = world.now();
  const explained: Decision = { ...decision, atMs, by, sentence: reason };
  try {
    const key = `${rollout.id}/${decision.seq}/${REASON_KIND}-${atMs}`;
    await world.deliver({ key, type: 'journal', decision: explained }, record);
    return null;
  } catch (error) {
    return await explainFault(reply, error);
  }
}

function addReadings(app: FastifyInstance, context: PageContext): void {
  const memory = new TrafficMemory(context.world.metrics);
  app.get('/api/traffic', async (_request, reply) => {
    const rollout = context.latest()?.record?.rollout;
    if (!rollout) {
      const message = 'There is no rollout to show the traffic of.';
      return await reply.code(404).send({ error: { code: 'NO_ROLLOUT', message } });
    }
    const { service, samplePeriodMs: periodMs, world } = context;
    return await memory.series({ service, rollout, nowMs: world.now(), periodMs });
  });
  app.get('/api/errors', async (): Promise<ErrorLines> => {
    const rollout = context.latest()?.record?.rollout;
    if (!rollout || context.errorLog === null) return { type: 'lines', lines: [] };
    const { candidate: revision, startedMs: afterMs } = rollout;
    return await context.errorLog({ service: context.service, revision, afterMs });
  });
  app.get('/api/instances', async (): Promise<InstanceCountOutcome> => {
    const rollout = context.latest()?.record?.rollout;
    const { service, samplePeriodMs, world } = context;
    const nowMs = world.now();
    if (!rollout || world.metrics.countInstances === undefined) {
      return { type: 'unavailable', reason: 'the source of the metrics does not count them' };
    }
    const revisions = [rollout.stable, rollout.candidate];
    const afterMs = nowMs - INSTANCE_SAMPLES * samplePeriodMs;
    return await world.metrics.countInstances({ service, revisions, afterMs, nowMs });
  });
  app.get('/api/history', async () =>
    readHistory(context.journalDir, {
      nowMs: context.world.now(),
      limit: HISTORY_LINES_MAX,
      service: context.service,
    }),
  );
  app.get<{ Params: { readonly id: string } }>('/api/history/:id', async (request, reply) => {
    const { journalDir } = context;
    const entry =
      journalDir === null ? null : await readHistoryEntry(journalDir, request.params.id);
    if (entry?.record.plan.service === context.service) return entry;
    const message = `The journal has no rollout "${request.params.id}".`;
    return await reply.code(404).send({ error: { code: 'NO_SUCH_ROLLOUT', message } });
  });
}

function text(body: unknown, field: string): string {
  const value = (body as Record<string, unknown> | null)?.[field];
  return typeof value === 'string' ? value : '';
}

function reasonIn(body: unknown): string {
  return text(body, 'reason').trim().slice(0, REASON_LENGTH_MAX);
}

/** What the page showed when it asked; `null` for a program that did not look. */
function seenIn(body: unknown): Seen | null {
  const seen = (body as { readonly seen?: unknown } | null)?.seen;
  if (seen === undefined || seen === null) return null;
  return { rollout: text(seen, 'rollout'), stage: text(seen, 'stage') };
}

async function refuse(
  reply: FastifyReply,
  { status, code, message }: Refusal,
): Promise<FastifyReply> {
  return await reply.code(status).send({ error: { code, message } });
}

const statusOf = { user: 400, state: 409, world: 502 } as const;

async function explainFault(reply: FastifyReply, error: unknown): Promise<FastifyReply> {
  if (!(error instanceof AscentError)) {
    const message = error instanceof Error ? error.message : String(error);
    return await reply.code(500).send({ error: { code: 'UNEXPECTED', message } });
  }
  const { code, message } = error;
  return await reply.code(statusOf[errorCatalogue[code].kind]).send({ error: { code, message } });
}
