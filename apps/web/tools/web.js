// `npm run web`: DovvyBuddy's page, in front of BACKEND_URL, or of a running `npm start`, or of one that it starts itself.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, install, listen, serve, webDir } from './page.js';

const root = join(webDir, '../..');
const help = `npm run web -- [--port 3000] [--json]
  --port   where the page is served; 0: anywhere free
  --json   says {"ready": true, "url": …} when it serves
BACKEND_URL is where its /api is; without it a running \`npm start\`, or one that it starts itself.`;

/** What the command line says; ends the process where it cannot be read. */
function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '3000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${help}`);
    process.exit(2);
  }
}

const values = readOptions();
if (values.help) {
  console.log(help);
  process.exit(0);
}
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port is ${values.port}: give a number from 0 to 65535, 0 for any free one`);
  process.exit(2);
}

// A folder for every port: two pages at once do not build over each other.
process.env.WEB_DIST_DIR ??= port === 3000 ? '.next' : `.next-${port}`;

/** The demo's backend, if a demo runs. cloud-run-local serves a service under /run/NAME, whatever the host. */
async function findDemo() {
  try {
    const plan = readFileSync(join(root, '.ascent/demo/ascent.yaml'), 'utf8');
    const address = /url: (http:\/\/[^ ,}]+)/.exec(plan)?.[1];
    const backendUrl = `${address}/run/dovvybuddy-backend`;
    return (await fetch(`${backendUrl}/health`)).ok ? backendUrl : null;
  } catch {
    return null;
  }
}

/** Starts the demo and waits until its first revision serves. */
async function startDemo() {
  const log = join(root, '.ascent/web-demo.log');
  mkdirSync(join(root, '.ascent'), { recursive: true });
  console.error(
    'Starting `npm start` behind the page; what it says is in .ascent/web-demo.log ...',
  );
  const out = openSync(log, 'w');
  const demo = spawn(process.execPath, [join(root, 'apps/demo/dist/start.js')], {
    stdio: ['ignore', out, out],
  });
  let isStopping = false;
  process.once('exit', () => demo.kill('SIGTERM'));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      isStopping = true;
      demo.kill('SIGTERM');
    });
  }
  demo.once('exit', () => {
    if (!isStopping) console.error(`The demo behind the page has ended; see ${log}`);
    process.exit(isStopping ? 130 : 1);
  });
  for (;;) {
    const found = await findDemo();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

try {
  const door = await listen(port);
  await install();
  const backendUrl = process.env.BACKEND_URL ?? (await findDemo()) ?? (await startDemo());
  await build({ BACKEND_URL: backendUrl });
  const url = await serve(door);
  const behind = backendUrl === '' || backendUrl === '/api' ? 'its own routes' : backendUrl;
  if (values.json) console.log(JSON.stringify({ ready: true, url }));
  else console.log(`DovvyBuddy is at ${url}, in front of ${behind}. Ctrl-C ends it.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
