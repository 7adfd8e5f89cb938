import pg from 'pg';
import { ApiError } from '../errors.js';
import { NoSlotError, Slots } from './slots.js';

/** One SQL statement; PostgreSQL parses and plans it once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What the rest of the backend may do with PostgreSQL. */
export interface Database {
  /** Runs one statement in its own transaction. Rejects with an {@link ApiError} (503) if the database cannot serve it. */
  query<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` on one connection in one transaction, rolled back if it throws. */
  transaction<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  /** Connections in use, open, and requests waiting for one. */
  usage(): { readonly active: number; readonly open: number; readonly waiting: number };
  /** Waits for running statements and closes every connection. */
  close(): Promise<void>;
}

/** The settings of {@link openDatabase}; milliseconds. */
export interface DatabaseOptions {
  readonly url: string;
  readonly poolMax: number;
  readonly acquireTimeoutMs: number;
  readonly queueMax: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Shown in the server's pg_stat_activity. */
  readonly applicationName: string;
  /** Told when an idle connection is lost (the server restarted, say); the pool replaces it by itself. */
  readonly onLostConnection: (error: Error) => void;
}

/** How much longer than the server's own limit an answer is waited for. */
const answerGraceMs = 500;

/** Opens a pool; no connection is made before the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: options.idleTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    // A server that is frozen, or a network that swallows packets, cancels nothing and closes nothing: then this end gives up.
    query_timeout: options.statementTimeoutMs + answerGraceMs,
    application_name: options.applicationName,
    keepAlive: true,
  });
  pool.on('error', options.onLostConnection);
  pool.on('connect', keepFromCrashing);
  const { poolMax: slotCount, queueMax, acquireTimeoutMs: waitMs } = options;
  const slots = new Slots({ slots: slotCount, queueMax, waitMs });
  let closed: Promise<void> | undefined;
  return {
    query: async <Row extends object>(statement: Statement, values: readonly unknown[]) => {
      const run = (): Promise<pg.QueryResult<Row>> =>
        pool.query<Row>({ ...statement, values: [...values] });
      return (await slots.run(run).catch(explainFailure)).rows;
    },
    transaction: (work) => slots.run(() => runTransaction(pool, work)).catch(explainFailure),
    usage: () => ({ active: slots.taken, open: pool.totalCount, waiting: slots.waiting }),
    close: () => (closed ??= pool.end()),
  };
}

/**
 * A connection that is lost between two statements of a transaction says so by an event, and an event that nobody
 * listens to ends the process. The next statement on it fails anyway, and that is where it is handled.
 */
export function keepFromCrashing(client: pg.ClientBase): void {
  client.on('error', () => undefined);
}

async function runTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that cannot even roll back is thrown away, not returned to the pool.
    await client.query('rollback').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** SQLSTATEs after which the same request may well succeed a moment later. */
const busyStates = new Set(['53300', '53200', '57014', '55P03', '40001', '40P01']);
const unavailableStates = /^(08(?!P01)|57P)/;
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const networkMessages =
  /Connection terminated|timeout exceeded when trying to connect|not queryable|Query read timeout/;

function explainFailure(error: unknown): never {
  if (error instanceof NoSlotError) throw new ApiError('DATABASE_BUSY', { cause: error });
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (busyStates.has(code)) throw new ApiError('DATABASE_BUSY', { cause: error });
    if (
      unavailableStates.test(code) ||
      networkCodes.has(code) ||
      networkMessages.test(error.message)
    ) {
      throw new ApiError('DATABASE_UNAVAILABLE', { cause: error });
    }
  }
  throw error;
}
