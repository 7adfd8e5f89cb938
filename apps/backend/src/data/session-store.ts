import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../errors.js';
import type { Database } from './database.js';
import { TurnReleases } from './turn-release.js';

/** One message of a conversation. */
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** How careful an answer was; null in a question, and in an answer of a revision that did not store it. */
  readonly safety: string | null;
  readonly ageSeconds: number;
}

/** What a diver told about himself; opaque to the store. */
export type StoredProfile = Readonly<Record<string, unknown>>;

/** A conversation as it is read back. */
export interface StoredSession {
  readonly sessionId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly diverProfile: StoredProfile | null;
  readonly messages: readonly (Omit<Message, 'ageSeconds'> & {
    readonly createdAt: Date;
    readonly agentType: string | null;
    /** The sources of an answer; null for a question. */
    readonly citations: readonly unknown[] | null;
  })[];
}

/** The right to answer the next message of a session; nobody else answers one meanwhile. */
export interface Turn {
  readonly sessionId: string;
  readonly isNew: boolean;
  readonly history: readonly Message[];
  readonly diverProfile: StoredProfile | null;
  readonly token: string;
}

/** What one turn adds to a session. */
export interface TurnResult {
  readonly question: string;
  readonly answer: string;
  readonly agentType: string;
  readonly citations: readonly unknown[];
  readonly safety: string;
}

/** Conversations in PostgreSQL. Every method rejects with an `ApiError` (503) if the database cannot serve it. */
export interface SessionStore {
  /** Takes the next turn of a session, waiting for an earlier one. A session that is unknown or expired begins anew. */
  beginTurn(sessionId: string | undefined, profile: StoredProfile | undefined): Promise<Turn>;
  /** Stores question and answer together and ends the turn. */
  finishTurn(turn: Turn, result: TurnResult): Promise<void>;
  /** Ends a turn without storing anything, if need be in the background. Never rejects. */
  abandonTurn(turn: Turn): Promise<void>;
  /** Resolves when no abandoned turn waits for its end any more; before the database is closed. */
  settle(): Promise<void>;
  /** A session with all its messages, or undefined if there is none or it has expired. */
  read(sessionId: string): Promise<StoredSession | undefined>;
  /** Deletes expired sessions (at most 1000) and returns how many. */
  sweep(): Promise<number>;
}

/** Messages of history that an answer may look back on. */
export const historyMessagesMax = 20;

/** The store's settings. */
export interface SessionStoreOptions {
  readonly database: Database;
  readonly expiryHours: number;
  /** After this long a turn counts as dead (its instance was killed, say) and the next one may begin. */
  readonly turnLeaseMs: number;
  /** How long a turn waits for the earlier one before it gives up with 503. */
  readonly turnWaitMs: number;
}

/** Opens the store. */
export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { database, expiryHours } = options;
  const releases = new TurnReleases({ patienceMs: options.turnLeaseMs, pauseMs: 20 });
  return {
    beginTurn: async (sessionId, profile) => {
      if (sessionId !== undefined) {
        const turn = await takeTurn(options, sessionId, profile);
        if (turn) return turn;
      }
      // Nobody else can know the new number, so the row is written with the first answer: one round trip less.
      return {
        sessionId: randomUUID(),
        isNew: true,
        history: [],
        diverProfile: profile ?? null,
        token: randomUUID(),
      };
    },
    finishTurn: async (turn, result) => {
      const { question, answer, agentType, citations, safety } = result;
      const common = [
        turn.sessionId,
        expiryHours,
        question,
        answer,
        agentType,
        JSON.stringify(citations),
        safety,
      ];
      const stored = turn.isNew
        ? await database.query(insertFirstTurn, [...common, turn.diverProfile])
        : await database.query(appendTurn, [...common, turn.token]);
      // The lease ran out and another turn has begun: storing now would mix two answers.
      if (stored.length === 0) throw new ApiError('SESSION_BUSY');
    },
    abandonTurn: async ({ isNew, sessionId, token }) => {
      if (isNew) return;
      await releases.release(async () => {
        await database.query(releaseTurn, [sessionId, token]);
      });
    },
    settle: () => releases.settle(),
    read: async (sessionId) => (await database.query<StoredSession>(readSession, [sessionId]))[0],
    sweep: async () => (await database.query(sweepExpired, [])).length,
  };
}

async function takeTurn(
  { database, expiryHours, turnLeaseMs, turnWaitMs }: SessionStoreOptions,
  sessionId: string,
  profile: StoredProfile | undefined,
): Promise<Turn | undefined> {
  const token = randomUUID();
  for (
    let waitedMs = 0, pauseMs = 20;
    ;
    waitedMs += pauseMs, pauseMs = Math.min(pauseMs * 1.5, 250)
  ) {
    const rows = await database.query<{
      taken: boolean;
      diverProfile: StoredProfile | null;
      history: readonly Message[] | null;
    }>(takeTurnStatement, [sessionId, token, turnLeaseMs, expiryHours, profile ?? null]);
    const [row] = rows;
    if (!row) return undefined;
    if (row.taken) {
      return {
        sessionId,
        isNew: false,
        history: row.history ?? [],
        diverProfile: row.diverProfile,
        token,
      };
    }
    if (waitedMs >= turnWaitMs) throw new ApiError('SESSION_BUSY');
    await delay(pauseMs);
  }
}

const takeTurnStatement = {
  name: 'take-turn',
  text: `
    with found as (
      select id from dovvybuddy.sessions where id = $1 and expires_at > now()
    ),
    taken as (
      update dovvybuddy.sessions set
        turn_token = $2, turn_expires_at = now() + $3 * interval '1 millisecond',
        expires_at = now() + $4 * interval '1 hour', diver_profile = coalesce($5::jsonb, diver_profile)
      where id = $1 and expires_at > now() and (turn_token is null or turn_expires_at < now())
      returning id, diver_profile
    )
    select taken.id is not null as taken, taken.diver_profile as "diverProfile",
      (select json_agg(json_build_object('role', role, 'content', content, 'safety', safety,
          'ageSeconds', extract(epoch from now() - created_at)::integer) order by position)
       from (select role, content, safety, created_at, position from dovvybuddy.messages
             where session_id = $1 order by position desc limit ${String(historyMessagesMax)}) as recent) as history
    from found left join taken using (id)`,
};

const messageRows = (first: string): string => `
  insert into dovvybuddy.messages (session_id, position, role, content, agent_type, citations, safety)
  select session.id, ${first}, 'user', $3, null, null, null from session
  union all
  select session.id, ${first} + 1, 'assistant', $4, $5, $6::jsonb, $7 from session
  returning position`;

const insertFirstTurn = {
  name: 'insert-first-turn',
  text: `
    with session as (
      insert into dovvybuddy.sessions (id, expires_at, message_count, diver_profile)
      values ($1, now() + $2 * interval '1 hour', 2, $8::jsonb) returning id
    ) ${messageRows('0')}`,
};

const appendTurn = {
  name: 'append-turn',
  text: `
    with session as (
      update dovvybuddy.sessions set
        message_count = message_count + 2, turn_token = null, turn_expires_at = null,
        expires_at = now() + $2 * interval '1 hour'
      where id = $1 and turn_token = $8 returning id, message_count
    ) ${messageRows('session.message_count - 2')}`,
};

const releaseTurn = {
  name: 'release-turn',
  text: `update dovvybuddy.sessions set turn_token = null, turn_expires_at = null where id = $1 and turn_token = $2`,
};

const readSession = {
  name: 'read-session',
  text: `
    select id as "sessionId", created_at as "createdAt", expires_at as "expiresAt", diver_profile as "diverProfile",
      (select coalesce(json_agg(json_build_object('role', role, 'content', content, 'createdAt', created_at,
          'agentType', agent_type, 'citations', citations, 'safety', safety) order by position), '[]')
       from dovvybuddy.messages where session_id = id) as messages
    from dovvybuddy.sessions where id = $1 and expires_at > now()`,
};

const sweepExpired = {
  name: 'sweep-expired',
  text: `
    delete from dovvybuddy.sessions where id in (
      select id from dovvybuddy.sessions where expires_at < now() limit 1000 for update skip locked)
    returning id`,
};
