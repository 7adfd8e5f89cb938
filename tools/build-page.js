// Builds the rollouts page with Vite into apps/dashboard/dist/page, unless it was built from the very same sources.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, 'apps/dashboard');
const out = join(page, 'dist/page');
const stamp = join(page, 'dist/page.sha256');

/** Everything the page is made of. `core` is in it; the lock file stands for React and Vite. */
const sources = [
  'apps/dashboard/index.html',
  'apps/dashboard/public',
  'apps/dashboard/src',
  'packages/core/src',
  'package-lock.json',
  'tools/build-page.js',
];

/** Builds the page where it is missing or out of date. Resolves with true where it was built. */
export async function buildPage() {
  const wanted = await fingerprint();
  const found =
    existsSync(join(out, 'index.html')) && existsSync(stamp) ? await readFile(stamp, 'utf8') : '';
  if (found === wanted) return false;
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: page,
    // Relative, so that the page works behind any path prefix.
    base: './',
    logLevel: 'warn',
    build: {
      outDir: out,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  await writeFile(stamp, wanted);
  return true;
}

async function fingerprint() {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await filesIn(join(root, source))) {
      hash
        .update(file.slice(root.length))
        .update('\0')
        .update(await readFile(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesIn(path) {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch((error) => {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
