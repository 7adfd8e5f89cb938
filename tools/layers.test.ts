import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import { layers, scope } from './layers.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;
}

describe.each(Object.entries(layers))('the room %s', (name, { dir, mayImport }) => {
  test('depends on exactly the rooms that the table lets it import', () => {
    const { dependencies = {}, devDependencies = {} } = readJson(`${dir}/package.json`);
    const all = { ...(dependencies as object), ...(devDependencies as object) };
    const rooms = Object.keys(all).filter((dependency) => dependency.startsWith(`${scope}/`));
    expect(rooms.sort()).toEqual(mayImport.map((room) => `${scope}/${room}`).sort());
  });

  test('has the compiler references that the table says', () => {
    const { references = [] } = readJson(`${dir}/tsconfig.json`);
    const paths = (references as { path: string }[]).map(({ path }) =>
      path.replace(/^\.\.\/\.\.\//, ''),
    );
    expect(paths.sort(), name).toEqual(mayImport.map((room) => layers[room]?.dir).sort());
  });
});

test('every workspace is a room of the table', () => {
  const dirs = ['packages', 'apps', 'deploy'].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`),
  );
  expect(dirs.sort()).toEqual(
    Object.values(layers)
      .map(({ dir }) => dir)
      .sort(),
  );
});

test('the arrows have no cycle', () => {
  const visit = (room: string, path: readonly string[]): void => {
    expect(path, `cycle through ${room}`).not.toContain(room);
    for (const next of layers[room]?.mayImport ?? []) visit(next, [...path, room]);
  };
  for (const room of Object.keys(layers)) visit(room, []);
});

describe('the linter', () => {
  const eslint = new ESLint({ cwd: root });
  test.each([
    ['a room that core may not import', 'packages/core/src/index.ts', "import '@ascent/platform';"],
    ["Node's own modules in a pure room", 'packages/core/src/index.ts', "import 'node:fs';"],
    ['the clock in a pure room', 'packages/core/src/index.ts', 'export const now = Date.now();'],
    [
      'chance in a pure room',
      'packages/stats/src/index.ts',
      'export const chance = Math.random();',
    ],
    [
      'a path inside another room',
      'packages/cli/src/ascent.ts',
      "import '@ascent/core/src/plan.js';",
    ],
    ['a default export', 'packages/cli/src/ascent.ts', 'export default 1;'],
    ['a promise nobody awaits', 'packages/cli/src/ascent.ts', 'Promise.resolve();'],
  ])('refuses %s', async (_what, filePath, code) => {
    const [result] = await eslint.lintText(code, { filePath: join(root, filePath) });
    expect(result?.errorCount).toBeGreaterThan(0);
  });
});
