// `npm run migrate`: applies the missing migrations to DATABASE_URL, before a deployment.
import { ConfigError, readConfig } from './config.js';
import { migrateToLatest } from './data/migrator.js';
import { prepareVectors } from './data/vector-schema.js';

try {
  const { DATABASE_URL: url } = readConfig(process.env);
  const applied = await migrateToLatest(url);
  process.stdout.write(
    applied.length === 0 ? 'Nothing to do.\n' : `Applied: ${applied.join(', ')}\n`,
  );
  const vectors = await prepareVectors(url);
  if (!vectors.isReady) process.stdout.write(`Full text only: ${vectors.reason}.\n`);
} catch (error) {
  process.stderr.write(
    `Migrating failed: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
