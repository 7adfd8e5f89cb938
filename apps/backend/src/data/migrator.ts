import { Kysely, Migrator, PostgresDialect, type Migration } from 'kysely';
import pg from 'pg';
import { keepFromCrashing } from './database.js';
import { migrations } from './migrations.js';

/** The schema that holds everything of the backend. */
export const schemaName = 'dovvybuddy';

/**
 * Applies the missing migrations, each in a transaction, and returns their names. Kysely holds an advisory lock
 * meanwhile, so any number of instances may start at once. A database that a newer revision has migrated further is
 * fine: after a rollback the old revision must still start. Throws if a migration fails (the earlier ones stay).
 */
export async function migrateToLatest(url: string): Promise<readonly string[]> {
  return withMigrator(url, async (migrator) => {
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error !== undefined) throw asError(error);
    return results.map(({ migrationName }) => migrationName);
  });
}

/** The names of migrations this build needs that the database does not have yet. */
export async function findMissingMigrations(url: string): Promise<readonly string[]> {
  return withMigrator(url, async (migrator) =>
    (await migrator.getMigrations())
      .filter(({ executedAt }) => executedAt === undefined)
      .map(({ name }) => name),
  );
}

async function withMigrator<T>(url: string, work: (migrator: Migrator) => Promise<T>): Promise<T> {
  // One connection holds the lock, the other one looks at what has been applied.
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  pool.on('connect', keepFromCrashing);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await work(
      new Migrator({
        db,
        provider: {
          getMigrations: async () => ({ ...(await readNewerMigrations(pool)), ...migrations }),
        },
        migrationTableSchema: schemaName,
      }),
    );
  } finally {
    await db.destroy();
  }
}

/** Stand-ins for what a newer revision applied: Kysely takes a migration that is applied but not known for corruption. */
async function readNewerMigrations(pool: pg.Pool): Promise<Record<string, Migration>> {
  const table = `${schemaName}.kysely_migration`;
  const found = await pool.query<{ exists: boolean }>(
    'select to_regclass($1) is not null as exists',
    [table],
  );
  if (!found.rows[0]?.exists) return {};
  const applied = await pool.query<{ name: string }>(`select name from ${table}`);
  return Object.fromEntries(
    applied.rows.map(({ name }) => [name, { up: () => Promise.resolve() }]),
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
