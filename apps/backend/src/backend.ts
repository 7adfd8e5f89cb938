import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { buildApp, type AppOptions } from './app.js';
import { warmUpSafety } from './chat/safety.js';
import type { Config } from './config.js';
import { ingestLibrary } from './content/ingest.js';
import { readLibrary } from './content/library.js';
import { createRetrieval } from './content/retrieval.js';
import { createVectors, hasVectorTables, type Vectors } from './content/vectors.js';
import { openDatabase, type Database } from './data/database.js';
import { findMissingMigrations, migrateToLatest } from './data/migrator.js';
import { prepareVectors, vectorDimensions } from './data/vector-schema.js';
import type { Vocabulary } from './content/vocabulary.js';
import { createWriter } from './model/fallback.js';
import {
  createConfiguredEmbedder,
  createConfiguredProviders,
} from './model/configured-providers.js';
import { silentReporter, type ErrorReporter } from './operations/error-reporter.js';
import { createMeter } from './operations/meter.js';
import { watchEventLoop } from './operations/event-loop.js';
import { createSessionStore, type SessionStore } from './data/session-store.js';
import { ApiError } from './errors.js';

/** A backend that is ready to listen. */
export interface Backend {
  readonly app: FastifyInstance;
  /** Finishes what is being answered, takes nothing new, and closes the database. Idempotent. */
  close(): Promise<void>;
}

/** How long a stopping instance waits for abandoned turns to be released; then their leases run out. */
const settleMs = 1_000;
/** A turn counts as dead after this long: longer than any answer may take. */
const turnLeaseMs = 60_000;
const turnWaitMs = 10_000;
/** How long a stopping instance lets models speak before it asks for the quoted answer instead. */
const patienceMs = 6_000;

/**
 * Puts the backend together from a configuration: database, schema, content, routes. Rejects if the database stays away
 * for `DATABASE_STARTUP_TIMEOUT_MS`, so that an instance that cannot answer never becomes ready.
 */
export async function createBackend(config: Config, log: Logger): Promise<Backend> {
  const library = await readLibrary(config.CONTENT_DIR);
  const database = openConfiguredDatabase(config, log.child({ module: 'database' }));
  try {
    const setId = await prepareDatabase(config, log, () => ingestLibrary(database, library));
    log.info({ documents: library.documents.length, contentSet: setId }, 'content is ready');
    return await assemble(config, log, { database, setId, vocabulary: library.vocabulary });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The content, put into the database. */
interface ReadyContent {
  readonly database: Database;
  readonly setId: number;
  readonly vocabulary: Vocabulary;
}

async function assemble(config: Config, log: Logger, ready: ReadyContent): Promise<Backend> {
  const { database } = ready;
  warmUpSafety();
  const expiryHours = config.SESSION_EXPIRY_HOURS;
  const sessions = createSessionStore({ database, expiryHours, turnLeaseMs, turnWaitMs });
  const deadlines = {
    firstTokenMs: config.LLM_FIRST_TOKEN_TIMEOUT_MS,
    totalMs: config.LLM_TIMEOUT_MS,
  };
  const eventLoop = watchEventLoop();
  const hurry = new AbortController();
  const reporter = await createConfiguredReporter(config);
  const vectors = await createConfiguredVectors(config, log.child({ module: 'vectors' }), ready);
  const app = await buildApp({
    ...readAppSettings(config),
    sessions,
    database,
    retrieval: config.ENABLE_RAG
      ? createRetrieval({ ...ready, ...vectors })
      : { find: () => Promise.resolve([]) },
    writer: createWriter(await createConfiguredProviders(config), deadlines),
    meter: createMeter(database, eventLoop.lagMs),
    readLagMs: eventLoop.lagMs,
    hurry: hurry.signal,
    log,
    reporter,
  });
  const stopSweeping = sweepRegularly(
    sessions,
    config.SESSION_SWEEP_INTERVAL_MS,
    log.child({ module: 'sessions' }),
  );
  const close = async (): Promise<void> => {
    stopSweeping();
    vectors?.stop();
    const patience = setTimeout(() => {
      hurry.abort(new Error('the instance is stopping'));
    }, patienceMs);
    // A connection that was busy when the closing began is kept alive afterwards, unless it is looked for again.
    const sweeping = setInterval(() => {
      app.server.closeIdleConnections();
    }, 50);
    await app.close();
    clearInterval(sweeping);
    clearTimeout(patience);
    eventLoop.stop();
    await Promise.race([sessions.settle(), delay(settleMs)]);
    await Promise.all([database.close(), reporter.close()]);
  };
  let closed: Promise<void> | undefined;
  return { app, close: () => (closed ??= close()) };
}

/** Searching by meaning takes an embedding key and the tables of vectors; without either full text answers alone. */
async function createConfiguredVectors(
  config: Config,
  log: Logger,
  { database, setId }: ReadyContent,
): Promise<Vectors | undefined> {
  if (!config.ENABLE_RAG) return undefined;
  const embedder = await createConfiguredEmbedder(config, vectorDimensions);
  if (!embedder || !(await hasVectorTables(database))) return undefined;
  return createVectors({
    database,
    setId,
    embedder,
    log,
    timeoutMs: config.EMBEDDING_TIMEOUT_MS,
    batchTimeoutMs: config.LLM_TIMEOUT_MS,
    retryIntervalMs: config.EMBEDDING_RETRY_INTERVAL_MS,
    similarityMin: config.EMBEDDING_SIMILARITY_MIN,
  });
}

/** Sentry is loaded only if it is used: it takes its time and 20 MB. */
async function createConfiguredReporter(config: Config): Promise<ErrorReporter> {
  if (config.SENTRY_DSN === undefined) return silentReporter;
  const { createSentryReporter } = await import('./operations/sentry.js');
  return createSentryReporter({
    dsn: config.SENTRY_DSN,
    release: `dovvybuddy-backend@${config.VERSION}`,
    environment: config.SENTRY_ENVIRONMENT ?? config.ENVIRONMENT,
    tracesSampleRate: config.SENTRY_TRACES_SAMPLE_RATE,
  });
}

/** The settings that the HTTP side takes as they are. */
function readAppSettings(config: Config): AppSettings {
  return {
    inflightMax: config.CHAT_INFLIGHT_MAX,
    lagMaxMs: config.EVENT_LOOP_LAG_MAX_MS,
    build: { version: config.VERSION, commit: config.COMMIT },
    revision: config.K_REVISION ?? null,
    exposeMetrics: config.METRICS_ENABLED,
    bodyLimitBytes: config.BODY_LIMIT_BYTES,
    corsOrigins: config.CORS_ORIGINS,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    trustedProxyHops: config.TRUSTED_PROXY_HOPS,
    traceProject: config.GOOGLE_CLOUD_PROJECT,
  };
}

type AppSettings = Pick<
  AppOptions,
  | 'inflightMax'
  | 'lagMaxMs'
  | 'build'
  | 'revision'
  | 'exposeMetrics'
  | 'bodyLimitBytes'
  | 'corsOrigins'
  | 'rateLimitPerMinute'
  | 'trustedProxyHops'
  | 'traceProject'
>;

function openConfiguredDatabase(config: Config, log: Logger): Database {
  return openDatabase({
    url: config.DATABASE_URL,
    poolMax: config.DATABASE_POOL_MAX,
    acquireTimeoutMs: config.DATABASE_ACQUIRE_TIMEOUT_MS,
    queueMax: config.DATABASE_QUEUE_MAX,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DATABASE_IDLE_TIMEOUT_MS,
    statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    applicationName: config.K_REVISION ?? 'dovvybuddy-backend',
    onLostConnection: (error) => {
      log.warn({ error }, 'an idle connection was lost');
    },
  });
}

/** Migrates (or checks that somebody did) and ingests, again and again while the database does not answer. */
async function prepareDatabase<T>(
  config: Config,
  log: Logger,
  ingest: () => Promise<T>,
): Promise<T> {
  const giveUpAtMs = performance.now() + config.DATABASE_STARTUP_TIMEOUT_MS;
  for (;;) {
    try {
      await bringSchemaUpToDate(config, log.child({ module: 'migrations' }));
      return await ingest();
    } catch (error) {
      if (!isPassing(error) || performance.now() > giveUpAtMs) throw error;
      log.warn({ error }, 'the database does not answer yet');
      await delay(250);
    }
  }
}

async function bringSchemaUpToDate(config: Config, log: Logger): Promise<void> {
  if (config.MIGRATE_ON_START) {
    const applied = await migrateToLatest(config.DATABASE_URL);
    if (applied.length > 0) log.info({ applied }, 'migrations applied');
    const vectors = await prepareVectors(config.DATABASE_URL);
    if (!vectors.isReady) log.info({ reason: vectors.reason }, 'no vectors: full text only');
    return;
  }
  const missing = await findMissingMigrations(config.DATABASE_URL);
  if (missing.length > 0) {
    throw new Error(
      `The database lacks the migrations ${missing.join(', ')}: run "npm run migrate" first, or set MIGRATE_ON_START=true.`,
    );
  }
}

/** Whether an error may go away by itself: the server is starting, restarting, or out of connections. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(08|57P|53)|^E[A-Z]+$/.test(code) || String(error).includes('Connection terminated');
}

function sweepRegularly(sessions: SessionStore, intervalMs: number, log: Logger): () => void {
  if (intervalMs === 0) return () => undefined;
  const sweep = (): void => {
    sessions.sweep().then(
      (count) => {
        if (count > 0) log.info({ count }, 'expired sessions deleted');
      },
      (error: unknown) => {
        log.warn({ error }, 'expired sessions could not be deleted');
      },
    );
  };
  const timer = setInterval(sweep, intervalMs).unref();
  return () => {
    clearInterval(timer);
  };
}
