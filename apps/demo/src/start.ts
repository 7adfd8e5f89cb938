/**
 * `npm start`: a new DovvyBuddy goes through 0 → 10 → 50 → 100 %, and a bad one is sent back, with real processes and
 * real HTTP on this machine. Ends with status 0 only if both rollouts ended as they should.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { colours } from './colours.js';
import { parse } from 'yaml';
import { isOpen, type Rollout } from '@ascent/core';
import { createPrng } from '@ascent/stats';
import { buildBackendImage } from './backend-image.js';
import type { Child } from './child.js';
import { startCrowd, type Crowd } from './crowd.js';
import { deploy, waitUntilReady, type Template } from './deployer.js';
import { root } from './house.js';
import { createProgress, type Progress, type Shown } from './progress.js';
import { backendEnv, startStack, type Stack } from './stack.js';
import { summarise, type Ended } from './summary.js';
import { keepController } from './supervisor.js';

const LOOK_INTERVAL_MS = 500;
const STEP_INTERVAL_MS = 1_000;
const ROLLOUT_TIMEOUT_MS = 150_000;
const CROWD_SEED = 20_261_122;

/**
 * The fault of revision 3 is one of configuration, and a real one: somebody took milliseconds for seconds ("two seconds
 * for a connection, ten seconds idle"), with one connection. One request alone never notices; a tenth of the crowd does.
 */
const FAULTY_ENV = {
  DATABASE_POOL_MAX: '1',
  DATABASE_ACQUIRE_TIMEOUT_MS: '2',
  DATABASE_IDLE_TIMEOUT_MS: '10',
} as const;

const progress = createProgress(process.stdout);
const endsByItself = process.argv.includes('--once');
const startedMs = Date.now();
const exitStatus = await main().catch((error: unknown) => {
  progress.end();
  // A folder in use or an emulator that died is no mistake of ours: one line, no stack.
  progress.say(error instanceof Error ? error.message : String(error));
  return 1;
});
// An interrupted rehearsal still has divers on their way: everything it started has ended, so it ends too.
process.exit(exitStatus);

async function main(): Promise<number> {
  const interrupted = interruption();
  const workDir = resolve(process.env['ASCENT_DEMO_DIR'] ?? join(root, '.ascent/demo'));
  progress.say('Starting PostgreSQL and cloud-run-local ...');
  const stack = await startStack(workDir);
  try {
    const ended = Promise.race([interrupted.then(() => null), emulatorDeath(stack)]);
    const outcome = await Promise.race([rehearse(stack), ended]);
    if (outcome === null) return 130;
    if (!endsByItself) {
      progress.say(stillUp(stack, outcome));
      await ended;
    }
    return outcome.asExpected ? 0 : 1;
  } finally {
    progress.end();
    await stack.stop();
  }
}

function stillUp({ target, token, planFile }: Stack, { pageUrl }: Outcome): string {
  return [
    `\nStill up: page ${pageUrl} (sign in with ${token})   emulator ${target.apiUrl}`,
    `Try: npx ascent status --plan ${planFile}`,
    'Ctrl-C ends everything.',
  ].join('\n');
}

/** Without the emulator there is nothing left to show. */
async function emulatorDeath({ emulator, stopping, workDir }: Stack): Promise<null> {
  const how = await emulator.exited;
  if (stopping.aborted) return null;
  throw new Error(
    `cloud-run-local ended (${how}); its last words are in ${workDir}/log/cloud-run-local.log`,
  );
}

/** Resolves at the first Ctrl-C, SIGTERM, or when the terminal is closed. */
async function interruption(): Promise<void> {
  await Promise.race(
    (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => once(process, signal)),
  );
}

type Outcome = { readonly asExpected: boolean; readonly pageUrl: string };

async function rehearse(stack: Stack): Promise<Outcome> {
  const [first, second, third] = await buildRevisions(stack);
  const stable = await deploy(stack.target, first);
  const serviceUrl = await waitUntilReady(stack.target, stable);
  progress.say(`Revision 1 serves: ${stable} at ${serviceUrl}`);
  const controller = await keepController(stack, {
    intervalMs: STEP_INTERVAL_MS,
    say: progress.say,
  });
  const watch = watcher(controller, progress);
  progress.say(
    `The controller watches it: ${colours.underline(controller.url)} (to act there, sign in with ${stack.token})`,
  );
  await watch.until(({ record }) => record?.stable === stable, { timeoutMs: 30_000, asks: [] });
  const crowd = await letDiversIn(stack, serviceUrl);

  progress.say('\nRevision 2: a good one');
  const promoted = await rollOut({ stack, watch, crowd, template: second });
  progress.say('\nRevision 3: one database connection, and milliseconds taken for seconds');
  const rolledBack = await rollOut({ stack, watch, crowd, template: third });

  // Stay a moment longer, to see the last request that the bad revision served.
  await watch.until(() => false, { timeoutMs: 2_000, asks: crowd.asks });
  await crowd.leave();
  progress.end();
  const ended: readonly Ended[] = [
    { rollout: promoted, expected: 'promoted' },
    { rollout: rolledBack, expected: 'rolledBack' },
  ];
  for (const line of summarise(ended, crowd.asks)) progress.say(line);
  progress.say(`  The whole run took ${Math.round((Date.now() - startedMs) / 1_000)} s.`);
  return {
    asExpected: ended.every(({ rollout, expected }) => rollout.status.type === expected),
    pageUrl: controller.url,
  };
}

async function buildRevisions({
  workDir,
  emulatorDir,
  databaseUrl,
}: Stack): Promise<readonly [Template, Template, Template]> {
  progress.say('Building three images of the backend ...');
  const env = backendEnv(databaseUrl);
  const build = async (
    version: string,
    extra: Readonly<Record<string, string>>,
  ): Promise<Template> => ({
    image: await buildBackendImage({ version, workDir, dataDir: emulatorDir }),
    env: { ...env, ...extra },
  });
  return await Promise.all([build('1.0.0', {}), build('1.1.0', {}), build('1.2.0', FAULTY_ENV)]);
}

async function letDiversIn({ target }: Stack, serviceUrl: string): Promise<Crowd> {
  const file = join(root, 'content/eval/conversations.yaml');
  const conversations = (parse(await readFile(file, 'utf8')) as { turns: string[] }[]).map(
    ({ turns }) => turns,
  );
  const prng = createPrng(CROWD_SEED);
  progress.say(`The divers come: ${conversations.length} different conversations, in any order.`);
  return startCrowd({
    origin: target.apiUrl,
    host: new URL(serviceUrl).host,
    conversationsPerSecond: 15,
    thinkMs: 700,
    conversations,
    random: prng.uniform,
  });
}

type RollOut = {
  readonly stack: Stack;
  readonly watch: Watcher;
  readonly crowd: Crowd;
  readonly template: Template;
};

/** Deploys `template` and waits until Ascent has decided about it. */
async function rollOut({ stack, watch, crowd, template }: RollOut): Promise<Rollout> {
  const revision = await deploy(stack.target, template);
  const shown = await watch.until(
    ({ record }) => record?.rollout?.candidate === revision && !isOpen(record.rollout),
    { timeoutMs: ROLLOUT_TIMEOUT_MS, asks: crowd.asks },
  );
  const rollout = shown.record?.rollout;
  if (rollout?.candidate !== revision)
    throw new Error(`no rollout of ${revision} was seen within ${ROLLOUT_TIMEOUT_MS / 1_000} s`);
  return rollout;
}

type Watcher = {
  /** Shows the controller's snapshots until `done` or the time is over; resolves with the last one. */
  readonly until: (
    done: (shown: Shown) => boolean,
    options: { readonly timeoutMs: number; readonly asks: Crowd['asks'] },
  ) => Promise<Shown>;
};

function watcher(controller: Child, { show }: Progress): Watcher {
  let last: Shown = { record: null, error: null };
  return {
    until: async (done, { timeoutMs, asks }) => {
      const deadlineMs = Date.now() + timeoutMs;
      while (Date.now() < deadlineMs) {
        const response = await fetch(`${controller.url}/api/snapshot`).catch(() => null);
        if (response?.ok) last = (await response.json()) as Shown;
        show(last, asks);
        if (done(last)) break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
      }
      return last;
    },
  };
}
