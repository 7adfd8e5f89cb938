import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { quoteAnswer } from '../src/chat/extractive-answer.js';
import { ingestLibrary } from '../src/content/ingest.js';
import { readLibrary, type Library } from '../src/content/library.js';
import { createRetrieval, isRelevant, type Retrieval } from '../src/content/retrieval.js';
import { migrateToLatest } from '../src/data/migrator.js';
import { openDatabase, type Database } from '../src/data/database.js';
import { contentDir, startTestPostgres, type TestPostgres } from './fixture.js';

interface Question {
  readonly question: string;
  readonly documents: readonly string[];
}

const readEval = (name: string): unknown =>
  parse(readFileSync(join(contentDir, 'eval', name), 'utf8'));

let postgres: TestPostgres;
let database: Database;
let library: Library;
let retrieval: Retrieval;

beforeAll(async () => {
  postgres = await startTestPostgres();
  const url = await postgres.createDatabase();
  await migrateToLatest(url);
  library = await readLibrary(contentDir);
  database = openDatabase({
    url,
    poolMax: 4,
    acquireTimeoutMs: 10_000,
    queueMax: 1_000,
    connectTimeoutMs: 5_000,
    idleTimeoutMs: 60_000,
    statementTimeoutMs: 10_000,
    applicationName: 'retrieval-test',
    onLostConnection: () => undefined,
  });
  const setId = await ingestLibrary(database, library);
  retrieval = createRetrieval({ database, setId, vocabulary: library.vocabulary });
});
afterAll(async () => {
  await database.close();
  await postgres.remove();
});

async function findDocuments(question: string): Promise<readonly string[]> {
  return [...new Set((await retrieval.find(question, [])).map(({ slug }) => slug))];
}

test('the labelled questions name documents that exist', () => {
  const slugs = new Set(library.documents.map(({ slug }) => slug));
  const questions = readEval('questions.yaml') as readonly Question[];
  expect(questions.length).toBeGreaterThanOrEqual(150);
  expect(
    questions.flatMap(({ documents }) => documents).filter((slug) => !slugs.has(slug)),
  ).toEqual([]);
});

test('at least 95 % of the labelled questions find a right document among the first three', async () => {
  const questions = readEval('questions.yaml') as readonly Question[];
  const found = await Promise.all(questions.map(({ question }) => findDocuments(question)));
  const share = (first: number): number =>
    questions.filter(({ documents }, index) =>
      found[index]?.slice(0, first).some((slug) => documents.includes(slug)),
    ).length / questions.length;
  expect(share(3)).toBeGreaterThanOrEqual(0.95);
  expect(share(1)).toBeGreaterThanOrEqual(0.75);
});

test.each([
  ['what is nitrogn narcosys', 'nitrogen-narcosis'],
  ['decompresion sicknes', 'decompression-sickness'],
  ['how do i equalze my eras', 'equalisation'],
  ['best season for Cozumell', 'cozumel'],
  ['niteox certificaton', 'nitrox-certification'],
])('"%s" is found in spite of its typing errors', async (question, slug) => {
  expect((await findDocuments(question)).slice(0, 3)).toContain(slug);
});

test('hardly a labelled question is taken for one about something else', async () => {
  const questions = readEval('questions.yaml') as readonly Question[];
  const found = await Promise.all(questions.map(({ question }) => retrieval.find(question, [])));
  const refused = found.filter(([best]) => !best || !isRelevant(best)).length;
  expect(refused / questions.length).toBeLessThan(0.02);
});

test.each([
  'What is the capital of France?',
  'How do I cook spaghetti carbonara?',
  'who won the world cup in 2022',
  'explain quantum computing',
  'best laptop for programming',
  'write me a poem about cats',
])('"%s" is not answered from the diving notes', async (question) => {
  expect(quoteAnswer(await retrieval.find(question, [])).citations).toEqual([]);
});

test('ingesting the same content again changes nothing and takes the same set', async () => {
  const first = await ingestLibrary(database, library);
  const [again, atOnce] = await Promise.all([
    ingestLibrary(database, library),
    ingestLibrary(database, library),
  ]);
  expect([again, atOnce]).toEqual([first, first]);
});

test('instances that start together with new content put it in once', async () => {
  const changed = { ...library, hash: 'changed' };
  const sets = await Promise.all([1, 2, 3].map(() => ingestLibrary(database, changed)));
  expect(new Set(sets).size).toBe(1);
  const rows = await database.query<{ count: number }>(
    {
      name: 'count',
      text: 'select count(*)::integer as count from dovvybuddy.documents where set_id = $1',
    },
    [sets[0]],
  );
  expect(rows[0]?.count).toBe(library.documents.length);
});
