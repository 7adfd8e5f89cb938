import { afterAll, beforeAll, expect, test } from 'vitest';
import { findMissingMigrations, migrateToLatest } from '../src/data/migrator.js';
import { startTestPostgres, type TestPostgres } from './fixture.js';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.remove());

test('instances that start together migrate once', async () => {
  const url = await postgres.createDatabase();
  const applied = await Promise.all([1, 2, 3, 4].map(() => migrateToLatest(url)));
  expect(applied.flat()).toEqual(['0001-sessions', '0002-content', '0003-safety']);
  expect(await findMissingMigrations(url)).toEqual([]);
});

test('after a rollback the old revision starts on what the new one has migrated', async () => {
  const url = await postgres.createDatabase();
  await migrateToLatest(url);
  await postgres.run(
    `insert into dovvybuddy.kysely_migration (name, timestamp) values ('9999-of-a-newer-revision', '2027-01-01')`,
    url,
  );
  expect(await migrateToLatest(url)).toEqual([]);
  expect(await findMissingMigrations(url)).toEqual([]);
});

test('the tables that are there already stay as they are', async () => {
  const url = await postgres.createDatabase();
  await postgres.run('create table sessions (id integer)', url);
  await postgres.run('insert into sessions values (7)', url);
  await migrateToLatest(url);
  expect(await postgres.run('select id from sessions', url)).toEqual([{ id: 7 }]);
});
