import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { migrations } from '../src/data/migrations.js';
import { migrateToLatest } from '../src/data/migrator.js';

/**
 * PostgreSQL and pgvector compiled to WebAssembly, behind a socket: neither npm nor Debian 12 has pgvector for a server.
 * All connections share one session there, so a client must not need two at once.
 */
export interface VectorPostgres {
  readonly url: string;
  /** Runs one statement beside the socket. */
  run(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Forgets what an earlier client prepared: the next one uses the same names. */
  forgetClients(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts it with the recorded migrations applied. With `PGVECTOR_DATABASE_URL` (an empty database of a server that offers
 * pgvector) the same tests run there.
 */
export async function startVectorPostgres(): Promise<VectorPostgres> {
  const given = process.env['PGVECTOR_DATABASE_URL'];
  if (given !== undefined) return useServer(given);
  const db = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 10 });
  await server.start();
  const url = `postgres://postgres@${server.getServerConn()}/postgres?sslmode=disable`;
  await applyMigrations(url);
  return {
    url,
    run: async (sql) => (await db.query<Record<string, unknown>>(sql)).rows,
    forgetClients: async () => {
      await db.exec('deallocate all');
    },
    stop: async () => {
      await server.stop();
      await db.close();
    },
  };
}

async function useServer(url: string): Promise<VectorPostgres> {
  await migrateToLatest(url);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  return {
    url,
    run: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    forgetClients: () => Promise.resolve(),
    stop: () => pool.end(),
  };
}

/** The migrator itself takes two connections at once. */
async function applyMigrations(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await pool.query('create schema dovvybuddy');
    await pool.query(
      'create table dovvybuddy.kysely_migration (name text primary key, timestamp text not null)',
    );
    await pool.query(
      'create table dovvybuddy.kysely_migration_lock (id text primary key, is_locked integer not null)',
    );
    for (const [name, migration] of Object.entries(migrations)) {
      await migration.up(db);
      await pool.query(`insert into dovvybuddy.kysely_migration values ($1, '2026-11-22')`, [name]);
    }
  } finally {
    await db.destroy();
  }
}
