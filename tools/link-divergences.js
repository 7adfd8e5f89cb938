// Writes the link to its line behind every name in DIVERGENCES.md. Run it when the test says so.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../packages/cloud-run-local/', import.meta.url));
const document = join(root, 'DIVERGENCES.md');

const lines = new Map();
for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
  const file = join(entry.parentPath, entry.name);
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const name = /\/\/ divergence: ([a-z0-9-]+)$/.exec(line)?.[1];
    if (name !== undefined) lines.set(name, `${relative(root, file)}#L${index + 1}`);
  }
}

const linked = readFileSync(document, 'utf8').replace(
  /^- \*\*([a-z0-9-]+)\*\*(?: \(\[[^\]]*\]\([^)]*\)\))?:/gm,
  (whole, name) => {
    const line = lines.get(name);
    return line === undefined
      ? whole
      : `- **${name}** ([${basename(line.split('#')[0])}](${line})):`;
  },
);
writeFileSync(document, linked);
