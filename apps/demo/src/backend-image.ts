/** Images of DovvyBuddy's backend: assembled by the workload's own script, stored by `cloud-run-local image build`. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundles, root } from './house.js';

const run = promisify(execFile);

/** Builds the image of `version` into the emulator's store under `dataDir`; resolves with its reference. */
export async function buildBackendImage(options: {
  readonly version: string;
  readonly workDir: string;
  readonly dataDir: string;
}): Promise<string> {
  const { version, workDir, dataDir } = options;
  const out = join(workDir, `image-${version}`);
  // What an interrupted run left behind is no image.
  await rm(out, { recursive: true, force: true });
  const reference = `us-central1-docker.pkg.dev/local/dovvybuddy/backend:${version}`;
  await run(process.execPath, [
    join(root, 'apps/backend/tools/image.js'),
    '--out',
    out,
    '--version',
    version,
  ]);
  await run(process.execPath, [
    bundles.cloudRunLocal,
    'image',
    'build',
    out,
    '--tag',
    reference,
    '--data',
    dataDir,
  ]);
  return reference;
}
