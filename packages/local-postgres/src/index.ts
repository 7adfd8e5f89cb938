export { startLocalPostgres } from './local-postgres.js';
export type { LocalPostgres, LocalPostgresOptions } from './local-postgres.js';
export { ownedCommand } from './owned-process.js';
