/** `docs/requirements.md` claims nothing without a test that exists, and hides nothing that is not done. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '@ascent/demo';

const page = readFileSync(join(root, 'docs/requirements.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Line|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, line = '', state = '', , shown = '']) => ({ line, state, shown }));

const references = rows.flatMap(({ line, shown }) =>
  [...shown.matchAll(/`([^`]+\.test\.ts)`: ([^;]+)/g)].map(([, file = '', title = '']) => ({
    line,
    file,
    title: title.trim(),
  })),
);

describe('every line of the requirements', () => {
  test('has one of the four states, and what is done or here is shown by a test', () => {
    expect(rows.length).toBeGreaterThan(50);
    for (const { line, state, shown } of rows) {
      expect(['done', 'here', 'the owner’s', 'not yet'], line).toContain(state);
      if (state === 'done' || state === 'here') expect(shown, line).toMatch(/\.test\.ts/);
    }
  });

  test.each(references)('$line: $file has the test “$title”', ({ file, title }) => {
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(readFileSync(join(root, file), 'utf8')).toContain(title);
  });
});
