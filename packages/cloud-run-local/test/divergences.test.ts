/** DIVERGENCES.md and the comments in the code are one list. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function divergencesInCode(): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, index) => {
        const name = /\/\/ divergence: ([a-z0-9-]+)$/.exec(line)?.[1];
        if (name !== undefined) found.push(`${name} ${relative(root, file)}#L${index + 1}`);
      });
  }
  return found.sort();
}

function divergencesInDocument(): readonly string[] {
  const text = readFileSync(join(root, 'DIVERGENCES.md'), 'utf8');
  const entries = text.matchAll(/^- \*\*([a-z0-9-]+)\*\*(?: \(\[[^\]]*\]\(([^)]*)\)\))?:/gm);
  return [...entries].map(([, name, link]) => `${name ?? ''} ${link ?? 'nowhere'}`).sort();
}

it('lists every divergence at its line (node tools/link-divergences.js)', () => {
  expect(divergencesInDocument()).toEqual(divergencesInCode());
});
