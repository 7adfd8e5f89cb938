import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readValuesFile } from './env-file.js';

const folder = mkdtempSync(join(tmpdir(), 'values-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

it.each([
  ['a.env', '# note\nA=1\n\nB="two words"\nC=x=y\n', { A: '1', B: 'two words', C: 'x=y' }],
  ['a.yaml', 'A: 1\nB: yes it is\n', { A: '1', B: 'yes it is' }],
  ['a.json', '{"A":true}', { A: 'true' }],
])('reads %s', (name, text, values) => {
  expect(readValuesFile(write(name, text))).toEqual(values);
});

it.each([
  ['b.env', 'nothing', "'nothing' is not NAME=value"],
  ['b.yaml', 'A: [1]', 'A'],
])('refuses %s', (name, text, message) => {
  expect(() => readValuesFile(write(name, text))).toThrow(message);
});
