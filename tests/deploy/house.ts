/**
 * What the tests of delivery share: PostgreSQL, cloud-run-local and a working folder that looks like this repository,
 * whose plans name the emulator instead of Google and hold for seconds instead of hours. Nothing else is changed, so a
 * command of the runbooks means the same there.
 */
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBackendImage, bundles, root, startChild } from '@ascent/demo';
import { startLocalPostgres } from '@ascent/local-postgres';
import { parse, stringify } from 'yaml';

/** What a command printed and how it ended. */
export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** The project of the deployment files. */
export const PROJECT = 'dovvybuddy';

/** A place to deploy to. */
export type DeployHouse = {
  readonly workDir: string;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  /** Builds the backend's image and resolves with its reference by digest. */
  readonly image: (version: string) => Promise<string>;
  /** Runs `ascent` in the working folder. Never throws for an exit status. */
  readonly ascent: (...args: string[]) => Promise<Ran>;
  /** Asks the emulator's API for a path below the project's namespace. */
  readonly read: (path: string) => Promise<Record<string, unknown>>;
  readonly dispose: () => Promise<void>;
};

/** Secrets as the manifests name them. Model keys are empty: no test may reach a provider. */
function secretsFor(databaseUrl: string): Readonly<Record<string, string>> {
  return {
    'database-url-staging': databaseUrl,
    'database-url-production': databaseUrl,
    'gemini-api-key': '',
    'groq-api-key': '',
    'sentry-dsn-backend': '',
  };
}

/** Starts the house in a temporary folder. */
export async function startDeployHouse(): Promise<DeployHouse> {
  const workDir = await mkdtemp(join(tmpdir(), 'ascent-deploy-'));
  const dataDir = join(workDir, 'cloud-run-local');
  await mkdir(join(workDir, 'log'));
  const postgres = await startLocalPostgres({ dataDir: join(workDir, 'postgres') });
  await writeFile(join(workDir, 'secrets.yaml'), stringify(secretsFor(postgres.url)));
  const emulator = await startChild({
    name: 'cloud-run-local',
    script: bundles.cloudRunLocal,
    args: [
      ...['start', '--port', '0', '--data', dataDir, '--project', PROJECT],
      ...['--sample-period', '1s', '--visibility-delay', '0s', '--log-format', 'json'],
      ...['--secrets', join(workDir, 'secrets.yaml')],
    ],
    logFile: join(workDir, 'log/cloud-run-local.log'),
  });
  await layOut(workDir, emulator.url);
  return {
    workDir,
    apiUrl: emulator.url,
    databaseUrl: postgres.url,
    image: async (version) => await imageByDigest({ version, workDir, dataDir }),
    ascent: async (...args) => await runNode(workDir, [bundles.ascent, ...args]),
    read: async (path) => {
      const response = await fetch(
        `${emulator.url}/apis/serving.knative.dev/v1/namespaces/${PROJECT}${path}`,
      );
      return (await response.json()) as Record<string, unknown>;
    },
    dispose: async () => {
      await emulator.stop();
      await postgres.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** Runs this Node with `args` in `cwd`. */
export async function runNode(cwd: string, args: readonly string[]): Promise<Ran> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [...args], { cwd }, (error, stdout, stderr) => {
      resolve({
        status: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
        stdout,
        stderr,
      });
    });
  });
}

/** Runs `bash` with `args`; standard output and error come as one text, as in a terminal. */
export async function runBash(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly status: number; readonly output: string }> {
  const child = spawn('bash', [...args], { cwd, env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return await new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ status: code ?? -1, output });
    });
  });
}

async function layOut(workDir: string, emulatorUrl: string): Promise<void> {
  for (const name of ['deploy', 'tests/load', 'content/eval']) {
    await cp(join(root, name), join(workDir, name), {
      recursive: true,
      filter: (source) => !source.includes('node_modules'),
    });
  }
  await symlink(join(root, 'node_modules'), join(workDir, 'node_modules'));
  for (const name of ['ascent.yaml', 'ascent.staging.yaml']) {
    await bringHome(join(workDir, 'deploy', name), emulatorUrl);
  }
}

/** Points a plan at the emulator, and shortens what a person waits for. */
async function bringHome(planFile: string, url: string): Promise<void> {
  const plan = parse(await readFile(planFile, 'utf8')) as {
    stages: Record<string, unknown>[];
    notify?: unknown;
  };
  // Nobody outside this machine is told.
  delete plan.notify;
  const local = {
    ...plan,
    platform: { local: { url, project: PROJECT } },
    metrics: { cloudMonitoring: { samplePeriod: '1s', visibilityDelay: '1s' } },
    stages: plan.stages.map((stage) =>
      // Staging's ten seconds are what they are.
      /h/.test(String(stage['hold'])) ? { ...stage, hold: '1s to 60s' } : stage,
    ),
    warmUp: '1s',
  };
  await writeFile(planFile, stringify(local));
}

async function imageByDigest(options: {
  readonly version: string;
  readonly workDir: string;
  readonly dataDir: string;
}): Promise<string> {
  const reference = await buildBackendImage(options);
  const name = reference.slice(0, reference.lastIndexOf(':'));
  const tags = join(options.dataDir, 'images', ...name.split('/'), 'tags.json');
  const digests = JSON.parse(await readFile(tags, 'utf8')) as Record<string, string>;
  return `${name}@${digests[options.version] ?? ''}`;
}
