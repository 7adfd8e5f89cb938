// Installs, builds and serves the page in production mode: for `npm run web` and for the tests.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const webDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program in the page's folder; its output goes to standard error. @param {string} file @param {string[]} args @param {Record<string, string>} [env] */
async function run(file, args, env = {}) {
  const child = spawn(file, args, {
    cwd: webDir,
    env: { ...process.env, ...env },
    stdio: ['ignore', 2, 2],
  });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${String(status)}`);
}

/** Installs what the page needs from its own lockfile, unless that has been done. @returns {Promise<void>} */
export async function install() {
  const lock = readFileSync(join(webDir, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = join(webDir, 'node_modules/.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  console.error("Installing the page's packages (half a gigabyte, once) ...");
  await run('npm', ['ci', '--no-audit', '--no-fund']);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/** Builds into `WEB_DIST_DIR`. @param {Record<string, string>} env what the build reads: BACKEND_URL, NEXT_PUBLIC_… */
export async function build(env) {
  await run(process.execPath, [join(webDir, 'tools/notes.js')]);
  await run(process.execPath, [join(webDir, 'node_modules/next/dist/bin/next'), 'build'], {
    ...env,
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: 'production',
  });
  await run(process.execPath, [join(webDir, 'tools/seal.js')], env);
}

/** Takes the port, before anything is built: what another one serves is not pulled from under it. Port 0 takes a free one. @param {number} port */
export async function listen(port) {
  const server = createServer((_request, response) => {
    response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '5' });
    response.end('The page is being built; try again in a moment.\n');
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} is taken, perhaps by another \`npm run web\`: give --port`);
  });
  return server;
}

/** Serves what was built. @param {import('node:http').Server} server that listens @returns {Promise<string>} the address */
export async function serve(server) {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  Object.assign(process.env, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
  const next = createRequire(join(webDir, 'package.json'))('next');
  const app = next({ dev: false, dir: webDir, hostname: '127.0.0.1', port });
  await app.prepare();
  server.removeAllListeners('request').on('request', app.getRequestHandler());
  return `http://127.0.0.1:${port}`;
}
