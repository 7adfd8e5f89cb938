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
  const core = 'packages/core/src/index.ts';
  const cli = 'packages/cli/src/ascent.ts';
  const imports = '@typescript-eslint/no-restricted-imports';
  test.each([
    {
      what: 'a room that core may not import',
      in: core,
      code: "import '@ascent/platform';",
      by: imports,
    },
    { what: "Node's own modules in a pure room", in: core, code: "import 'node:fs';", by: imports },
    {
      what: 'the clock in a pure room',
      in: core,
      code: 'export const now = Date.now();',
      by: 'no-restricted-globals',
    },
    {
      what: 'chance in a pure room',
      in: core,
      code: 'export const chance = Math.random();',
      by: 'no-restricted-properties',
    },
    {
      what: 'a path inside another room',
      in: cli,
      code: "import '@ascent/core/src/plan.js';",
      by: imports,
    },
    {
      what: 'a default export',
      in: cli,
      code: 'export default 1;',
      by: 'import-x/no-default-export',
    },
    {
      what: 'a promise nobody awaits',
      in: cli,
      code: 'Promise.resolve();',
      by: '@typescript-eslint/no-floating-promises',
    },
  ])('refuses $what, by the rule that is meant to', async ({ in: filePath, code, by }) => {
    const [result] = await eslint.lintText(code, { filePath: join(root, filePath) });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain(by);
  });
});
