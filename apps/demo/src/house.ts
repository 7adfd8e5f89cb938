/** Where things are in this repository, for whoever starts real processes: the demo and the end-to-end tests. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, from the bundle (`apps/demo/dist`) and from the source (`apps/demo/src`) alike. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** The bundles that `npm run build` makes. */
export const bundles = {
  ascent: join(root, 'packages/cli/dist/ascent.js'),
  cloudRunLocal: join(root, 'packages/cloud-run-local/dist/cloud-run-local.js'),
} as const;
