import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalPostgres, type LocalPostgres } from '@ascent/local-postgres';
import pg from 'pg';
import { pino, type Logger } from 'pino';
import { createBackend, readConfig, type Backend } from '../src/index.js';

/** The repository's content, which the tests answer from. */
export const contentDir = join(import.meta.dirname, '..', '..', '..', 'content');

/** A PostgreSQL server for one test file, and databases in it. */
export interface TestPostgres extends LocalPostgres {
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Runs one statement as superuser. */
  run(sql: string, url?: string): Promise<readonly Record<string, unknown>[]>;
  /** Stops the server and removes its files. */
  remove(): Promise<void>;
}

/** Starts a throw-away server: without fsync, since nothing in it is meant to be kept. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'backend-postgres-'));
  const server = await startLocalPostgres({ dataDir, settings: { fsync: 'off' } });
  let databases = 0;
  const run = async (
    sql: string,
    url = server.url,
  ): Promise<readonly Record<string, unknown>[]> => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    ...server,
    run,
    createDatabase: async () => {
      const name = `test${String(++databases)}`;
      await run(`create database ${name}`);
      return server.url.replace(/\/postgres$/, `/${name}`);
    },
    remove: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A listening backend and the lines it has logged. */
export interface TestBackend extends Backend {
  readonly url: string;
  readonly logLines: Record<string, unknown>[];
}

/** A logger that keeps its lines. */
export function createMemoryLog(lines: Record<string, unknown>[]): Logger {
  return pino(
    { messageKey: 'message', errorKey: 'error' },
    { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
}

/** Starts a backend on a free port with some settings changed. */
export async function startBackend(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestBackend> {
  const logLines: Record<string, unknown>[] = [];
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    MIGRATE_ON_START: 'true',
    CONTENT_DIR: contentDir,
    RATE_LIMIT_PER_MINUTE: '0',
    // The machine that runs the tests may be busy with others.
    EVENT_LOOP_LAG_MAX_MS: '60000',
    VERSION: '1.2.3',
    COMMIT: 'abc1234',
    ...settings,
  });
  const backend = await createBackend(config, createMemoryLog(logLines));
  const url = await backend.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...backend, url, logLines };
}

/** The bodies of all routes in one: a test reads the fields of the route it asked. */
export interface ReplyBody {
  readonly response: string;
  readonly sessionId: string;
  readonly agentType: string;
  readonly followUpQuestion?: string;
  readonly citations: readonly { readonly slug: string; readonly area: string }[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly citations: unknown;
    readonly safety: unknown;
  }[];
  readonly diverProfile: unknown;
  readonly status: string;
  readonly uptimeSeconds: number;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly requestId: string;
    readonly details?: readonly { readonly path: string; readonly message: string }[];
  };
}

/** An answer over HTTP, with its body parsed. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReplyBody;
}

/** Sends a JSON body (or raw text) and reads a JSON answer. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as ReplyBody,
  };
}

/** Reads a JSON answer. */
export async function get(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, { headers });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as ReplyBody,
  };
}
