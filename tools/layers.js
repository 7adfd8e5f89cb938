/**
 * The one table of who may import whom. ESLint, the layer test and `docs/architecture.md` read it.
 * A pure room compiles without Node's and the browser's types, so time, chance and I/O do not exist there.
 */
export const scope = '@ascent';

/**
 * @typedef {{ dir: string; pure: boolean; mayImport: readonly string[] }} Layer
 * @type {Readonly<Record<string, Layer>>}
 */
export const layers = {
  stats: { dir: 'packages/stats', pure: true, mayImport: [] },
  core: { dir: 'packages/core', pure: true, mayImport: ['stats'] },
  knative: { dir: 'packages/knative', pure: true, mayImport: [] },
  platform: { dir: 'packages/platform', pure: false, mayImport: ['core', 'knative'] },
  metrics: { dir: 'packages/metrics', pure: false, mayImport: ['core'] },
  controller: {
    dir: 'packages/controller',
    pure: false,
    mayImport: ['core', 'metrics', 'platform'],
  },
  simulator: {
    dir: 'packages/simulator',
    pure: false,
    mayImport: ['controller', 'core', 'stats'],
  },
  'cloud-run-local': { dir: 'packages/cloud-run-local', pure: false, mayImport: ['knative'] },
  cli: {
    dir: 'packages/cli',
    pure: false,
    mayImport: ['controller', 'core', 'metrics', 'platform', 'simulator'],
  },
  'local-postgres': { dir: 'packages/local-postgres', pure: false, mayImport: [] },
  backend: { dir: 'apps/backend', pure: false, mayImport: ['local-postgres'] },
  web: { dir: 'apps/web', pure: false, mayImport: [] },
  dashboard: { dir: 'apps/dashboard', pure: false, mayImport: ['controller', 'core'] },
  bootstrap: { dir: 'deploy/bootstrap', pure: false, mayImport: ['core', 'metrics'] },
  demo: { dir: 'apps/demo', pure: false, mayImport: ['core', 'local-postgres', 'stats'] },
};
