// Bundles a TypeScript bench and runs it: `node bench/run.js evidence [options]`.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [name, ...options] = process.argv.slice(2);
const outdir = join(here, 'dist', name);
// A bench that simulates on all processors has the work of one processor as a program of its own.
const programs = ['main.ts', 'worker.ts'].map((file) => join(here, name, file));
await build({
  entryPoints: programs.filter((file) => existsSync(file)),
  outdir,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
});
const child = spawn(process.execPath, [join(outdir, 'main.js'), ...options], { stdio: 'inherit' });
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
