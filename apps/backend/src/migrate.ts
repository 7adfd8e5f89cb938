// `npm run migrate`: applies the missing migrations to DATABASE_URL, before a deployment.
import { ConfigError, readConfig } from './config.js';
import { migrateToLatest } from './data/migrator.js';

try {
  const applied = await migrateToLatest(readConfig(process.env).DATABASE_URL);
  process.stdout.write(
    applied.length === 0 ? 'Nothing to do.\n' : `Applied: ${applied.join(', ')}\n`,
  );
} catch (error) {
  process.stderr.write(
    `Migrating failed: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
