/** The command line of cloud-run-local. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { startEmulator } from './emulator.js';
import { readValuesFile } from './env-file.js';
import { buildImage } from './images/build.js';
import { showLogs } from './logging/show-logs.js';
import { makeLogger } from './logging/log.js';
import { defaultSettings, parseDurationMs, type Settings } from './settings.js';

const defaultDataDir = '.cloud-run-local';

interface StartOptions {
  readonly port: string;
  readonly host: string;
  readonly data: string;
  readonly project: string;
  readonly region: string;
  readonly samplePeriod: string;
  readonly visibilityDelay: string;
  readonly idleTimeout: string;
  readonly envFile?: string;
  readonly secrets?: string;
  readonly logFormat: 'json' | 'text';
  readonly v2Etag: 'ignore' | 'enforce';
  readonly seed?: string;
  readonly docker?: string;
  readonly cpuLimits: 'ignore' | 'enforce';
}

function toSettings(options: StartOptions): Settings {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port '${options.port}' is no port; give 0 (any free one) to 65535`);
  }
  // To Node an empty host is every address of the machine.
  if (options.host.trim() === '') {
    throw new Error("--host '' is no address; leave it out for 127.0.0.1");
  }
  const samplePeriodMs = parseDurationMs('--sample-period', options.samplePeriod);
  if (samplePeriodMs < 100) {
    throw new Error(`--sample-period '${options.samplePeriod}' must be at least 100ms`);
  }
  return {
    ...defaultSettings,
    port,
    host: options.host,
    dataDir: resolve(options.data),
    project: options.project,
    region: options.region,
    v2Etag: options.v2Etag,
    samplePeriodMs,
    visibilityDelayMs: parseDurationMs('--visibility-delay', options.visibilityDelay),
    idleTimeoutMs: parseDurationMs('--idle-timeout', options.idleTimeout),
    env: options.envFile === undefined ? {} : readValuesFile(options.envFile),
    secrets: options.secrets === undefined ? {} : readValuesFile(options.secrets),
    cpuLimits: options.cpuLimits,
    dockerSocket: dockerSocketOf(options.docker),
    seed: options.seed === undefined ? undefined : parseSeed(options.seed),
  };
}

/** Where Docker's engine listens unless somebody says otherwise. */
const usualDockerSocket = '/var/run/docker.sock';

function dockerSocketOf(option: string | undefined): string | undefined {
  if (option === 'off') return undefined;
  return option ?? (existsSync(usualDockerSocket) ? usualDockerSocket : undefined);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(seed)) return seed;
  throw new Error(`--seed '${text}' is no whole number`);
}

async function start(options: StartOptions): Promise<void> {
  const log = makeLogger(options.logFormat, (line) => process.stderr.write(line));
  const emulator = await startEmulator(toSettings(options), log);
  const stop = (): void => {
    void emulator.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({ ready: true, url: emulator.url })}\n`);
}

function addStart(program: Command): void {
  program
    .command('start')
    .description('Serve the Cloud Run API, the front door and Cloud Monitoring on one port.')
    .option('--port <port>', '0 asks for a free port', '8080')
    .option('--host <address>', 'address to listen on', defaultSettings.host)
    .option('--data <dir>', 'where images and state are kept', defaultDataDir)
    .option('--project <id>', 'project of requests by path', defaultSettings.project)
    .option('--region <name>', 'the region this machine plays', defaultSettings.region)
    .option('--sample-period <duration>', 'how often a metric gets a point', '60s')
    .option('--visibility-delay <duration>', 'how old a point is before it can be read', '120s')
    .option('--idle-timeout <duration>', 'how long an instance may be idle', '15m')
    .option('--env-file <file>', 'variables every instance gets')
    .option('--secrets <file>', 'values of secrets, by NAME or NAME/VERSION')
    .option(
      '--docker <socket>',
      `Docker engine for images that are not of this machine, or off (default: ${usualDockerSocket}, if it is there)`,
    )
    .option('--seed <number>', 'make the weighted choice of a revision the same in every run')
    .addOption(
      new Option(
        '--cpu-limits <rule>',
        'whether processes are held to their CPU limits (Linux, by control groups)',
      )
        .choices(['ignore', 'enforce'])
        .default('ignore'),
    )
    .addOption(
      new Option('--v2-etag <rule>', 'whether v2 refuses a write with an old etag')
        .choices(['ignore', 'enforce'])
        .default('ignore'),
    )
    .addOption(
      new Option('--log-format <format>', 'how logs are written to stderr')
        .choices(['json', 'text'])
        .default('text'),
    )
    .action(start);
}

function addImage(program: Command): void {
  program
    .command('image')
    .description('Images of this machine.')
    .command('build <dir>')
    .description('Make an image of a directory with an image.json (OCI configuration).')
    .requiredOption('--tag <ref>', 'what the image is called, such as backend:1')
    .option('--data <dir>', 'where images and state are kept', defaultDataDir)
    .action(async (dir: string, options: { tag: string; data: string }) => {
      const built = await buildImage(resolve(dir), {
        tag: options.tag,
        dataDir: resolve(options.data),
      });
      process.stdout.write(`${JSON.stringify(built)}\n`);
    });
}

/** Writes to standard output no faster than somebody reads. */
async function writeLine(line: string): Promise<void> {
  if (!process.stdout.write(line)) await once(process.stdout, 'drain');
}

function addLogs(program: Command): void {
  program
    .command('logs')
    .description('Show what services and the platform wrote.')
    .option('--url <address>', 'where cloud-run-local listens', 'http://127.0.0.1:8080')
    .option(
      '--filter <expression>',
      'such as: severity>=ERROR AND resource.labels.service_name="x"',
    )
    .option('--follow', 'go on with what is written from now on', false)
    .action(async (options: { url: string; filter?: string; follow: boolean }) => {
      // Whoever read the lines, such as `head`, has enough.
      process.stdout.once('error', () => process.exit(0));
      await showLogs({ ...options, filter: options.filter ?? '' }, writeLine);
    });
}

function makeProgram(): Command {
  const program = new Command('cloud-run-local').description('Cloud Run on this machine.');
  addStart(program);
  addImage(program);
  addLogs(program);
  return program;
}

try {
  await makeProgram().parseAsync();
} catch (error) {
  process.stderr.write(
    `cloud-run-local: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 2;
}
