import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const text = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

type Row = { readonly tool: string; readonly file: string; readonly title: string };

/** The rows of the table in docs/peers.md. */
const rows: readonly Row[] = text('docs/peers.md')
  .split('\n')
  .filter((line) => /^\| (?!Tool|---)/.test(line))
  .map((line) => {
    const [tool = '', , where = '', title = ''] = line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1);
    const file =
      where === 'P' ? 'packages/simulator/test/peers.test.ts' : where.replaceAll('`', '');
    return { tool, file, title };
  });

describe('docs/peers.md', () => {
  test.each(rows.map(({ tool, file, title }) => [tool, title, file] as const))(
    '%s: %s',
    (...[, title, file]) => {
      expect(text(file)).toContain(`'${title}`);
    },
  );

  test('names every test of peers.test.ts that names a tool', () => {
    const named = [...text('packages/simulator/test/peers.test.ts').matchAll(/test\('([^']+)'/g)]
      .map(([, title = '']) => title)
      .filter((title) =>
        /\([^)]*(Flagger|Argo|Kayenta|PipeCD|Release Manager|fullsend|devantler)/.test(title),
      );
    const missing = named.filter((title) => !rows.some((row) => title.startsWith(row.title)));
    expect(missing).toEqual([]);
  });
});
