import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  contentDir,
  post,
  startBackend,
  startTestPostgres,
  type TestBackend,
  type TestPostgres,
} from './fixture.js';

/** A question whose answer is a number, or a yes or no, that somebody's safety hangs on. */
interface Question {
  readonly question: string;
  readonly about?: 'certified depth';
  readonly says: readonly (string | readonly string[])[];
  readonly never: readonly string[];
}

const read = (name: string): readonly Question[] =>
  parse(readFileSync(join(contentDir, 'eval', name), 'utf8')) as readonly Question[];

let postgres: TestPostgres;
let backend: TestBackend;

beforeAll(async () => {
  postgres = await startTestPostgres();
  backend = await startBackend(await postgres.createDatabase());
});
afterAll(async () => {
  await backend.close();
  await postgres.remove();
});

/** What is wrong with the first two sentences of the answer to a question; undefined if nothing is. */
async function findFault({ question, says, never }: Question): Promise<string | undefined> {
  const { body } = await post(`${backend.url}/api/chat`, { message: question });
  const start = body.response
    .split(/(?<=[.!?]["”]?)\s+/)
    .slice(0, 2)
    .join(' ');
  const holds = (text: string): boolean => start.toLowerCase().includes(text.toLowerCase());
  const missing = says
    .filter((words) => ![words].flat().some(holds))
    .map((words) => [words].flat().join(' or '));
  const wrong = never.filter(holds);
  return missing.length + wrong.length === 0
    ? undefined
    : `${question} → "${start}" lacks [${missing.join(', ')}], must not say [${wrong.join(', ')}]`;
}

test.each(['answers.yaml', 'answers-fresh.yaml', 'answers-found.yaml', 'answers-last.yaml'])(
  '%s: every depth by certification is right, and at least 19 of 20 answers',
  async (name) => {
    const questions = read(name);
    const faults = await Promise.all(questions.map(findFault));
    const wrong = faults.filter((fault) => fault !== undefined);
    const wrongDepths = faults.filter(
      (fault, index) => fault !== undefined && questions[index]?.about === 'certified depth',
    );
    expect(wrongDepths).toEqual([]);
    expect(1 - wrong.length / questions.length, wrong.join('\n')).toBeGreaterThanOrEqual(0.95);
  },
);
