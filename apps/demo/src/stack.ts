/**
 * Everything a rollout needs, on one machine, as real processes: PostgreSQL, cloud-run-local and the controller.
 * The demo and the end-to-end tests start the same stack.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalPostgres } from '@ascent/local-postgres';
import { startChild, type Child } from './child.js';
import type { DeployTarget } from './deployer.js';
import { bundles, root } from './house.js';

/** The service's name everywhere in the demo. */
export const SERVICE = 'dovvybuddy-backend';
const PROJECT = 'local';

/** The backend's settings on this machine. All divers come from one address, so the limit per address is off. */
export function backendEnv(databaseUrl: string): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    MIGRATE_ON_START: 'true',
    RATE_LIMIT_PER_MINUTE: '0',
    // The image listens on all interfaces, as a container must; a process on this machine must not.
    HOST: '127.0.0.1',
  };
}

/** The running stack. */
export type Stack = {
  readonly workDir: string;
  /** Store of images and state of the emulator. */
  readonly emulatorDir: string;
  readonly emulator: Child;
  readonly databaseUrl: string;
  readonly target: DeployTarget;
  readonly planFile: string;
  /** Starts `ascent serve` on the plan; port 0 takes a free one. */
  readonly startController: (intervalMs: number, port?: number) => Promise<Child>;
  /** What the page asks for before it lets anybody act. */
  readonly token: string;
  /** Fires when the stack is being ended: what dies from then on was meant to. */
  readonly stopping: AbortSignal;
  /** Ends every process of the stack. May be called twice. */
  readonly stop: () => Promise<void>;
};

/** Starts the stack in `workDir`. The database is kept from run to run; services begin afresh. */
export async function startStack(workDir: string): Promise<Stack> {
  const emulatorDir = join(workDir, 'cloud-run-local');
  // PostgreSQL claims the folder for this run: nothing of another run is touched before it has.
  const postgres = await startLocalPostgres({ dataDir: join(workDir, 'postgres') });
  await rm(emulatorDir, { recursive: true, force: true });
  // Logs hold the page's token, the emulator's state the database's address: for this account's eyes only.
  await mkdir(join(workDir, 'log'), { recursive: true, mode: 0o700 });
  await mkdir(emulatorDir, { recursive: true, mode: 0o700 });
  const children: Child[] = [];
  const stopping = new AbortController();
  const stop = async (): Promise<void> => {
    stopping.abort();
    // The controller first, then the emulator with its instances, then the database they use.
    for (const child of children.reverse()) await child.stop();
    await postgres.stop();
  };
  try {
    const emulator = await startChild({
      name: 'cloud-run-local',
      script: bundles.cloudRunLocal,
      args: [
        ...['start', '--port', '0', '--data', emulatorDir, '--project', PROJECT],
        ...['--sample-period', '1s', '--visibility-delay', '0s', '--log-format', 'json'],
      ],
      logFile: join(workDir, 'log/cloud-run-local.log'),
    });
    children.push(emulator);
    const planFile = await writePlan(workDir, emulator.url);
    const token = randomBytes(18).toString('base64url');
    return {
      workDir,
      emulatorDir,
      emulator,
      databaseUrl: postgres.url,
      target: { apiUrl: emulator.url, project: PROJECT, service: SERVICE },
      planFile,
      token,
      stopping: stopping.signal,
      startController: async (intervalMs, port = 0) => {
        const controller = await startController({ workDir, planFile, intervalMs, port, token });
        children.push(controller);
        return controller;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startController(options: {
  readonly workDir: string;
  readonly planFile: string;
  readonly intervalMs: number;
  readonly port: number;
  readonly token: string;
}): Promise<Child> {
  const { workDir, planFile, intervalMs, port, token } = options;
  return await startChild({
    name: 'the controller',
    script: bundles.ascent,
    args: [
      ...['serve', '--json', '--plan', planFile, '--journal', join(workDir, 'journal')],
      ...['--port', String(port), '--interval', `${intervalMs}ms`],
    ],
    env: { ASCENT_TOKEN: token },
    logFile: join(workDir, 'log/controller.log'),
  });
}

/** The demo's plan with the emulator's address in it, beside its smoke file. */
async function writePlan(workDir: string, emulatorUrl: string): Promise<string> {
  const source = join(root, 'apps/demo');
  const text = await readFile(join(source, 'ascent.yaml'), 'utf8');
  const planFile = join(workDir, 'ascent.yaml');
  await writeFile(planFile, text.replace('${CLOUD_RUN_LOCAL_URL}', emulatorUrl));
  await writeFile(join(workDir, 'smoke.yaml'), await readFile(join(source, 'smoke.yaml')));
  return planFile;
}
