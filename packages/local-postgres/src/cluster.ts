import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isReachableByOthers, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { noteHome, removeLeftovers } from './leftovers.js';
import { isServerRunning } from './ownership.js';

/** The one role of a local cluster. */
export const superuser = 'postgres';

/** Where one local cluster keeps its things. */
export interface ClusterPaths {
  /** The caller's folder: password and owner file. */
  readonly home: string;
  /** The server's own folder, owned by the account it runs as. */
  readonly pgdata: string;
  /** Where the programs are copied to if the account cannot reach the shipped ones. */
  readonly programs: string;
}

/**
 * Makes the folders. As root, a `dataDir` below a closed folder cannot be reached by the account that the server runs
 * as; the server's part then lies in /var/tmp (which outlives a restart), under a name derived from `dataDir`.
 */
export function prepareClusterPaths(
  dataDir: string,
  account: Account | undefined,
  parent = '/var/tmp',
): ClusterPaths {
  mkdirSync(dataDir, { recursive: true });
  const home = realpathSync(dataDir);
  if (account === undefined) return clusterPathsIn(home, home);
  if (isReachableByOthers(home)) return clusterPathsIn(home, home);
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 12);
  removeLeftovers(parent);
  const outside = join(parent, `ascent-postgres-${digest}`);
  mkdirSync(outside, { recursive: true, mode: 0o711 });
  // /var/tmp is everybody's: a folder that somebody else prepared under this name is not to be trusted.
  const found = lstatSync(outside);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(
      `${outside} belongs to another user; remove it, or choose another data folder.`,
    );
  }
  chmodSync(outside, 0o711);
  // A data folder that was deleted and made again has a new password, which the old cluster does not know.
  if (!existsSync(join(home, 'password')) && !isServerRunning(join(outside, 'pgdata'))) {
    for (const part of ['pgdata', 'pgdata.initialised'])
      rmSync(join(outside, part), { recursive: true, force: true });
  }
  noteHome(outside, home);
  return clusterPathsIn(home, outside);
}

function clusterPathsIn(home: string, outside: string): ClusterPaths {
  return { home, pgdata: join(outside, 'pgdata'), programs: join(outside, 'programs') };
}

/**
 * The superuser's password, made once and kept in a file that only the caller can read. Loopback with a password, not
 * trust: a superuser can start programs, and on a shared machine every local user can connect to a loopback port.
 */
export function readOrMakePassword(home: string): string {
  const file = join(home, 'password');
  if (!existsSync(file))
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** Runs initdb unless `pgdata` holds a finished cluster; one that was interrupted half-way is made anew. */
export async function initialiseCluster(options: {
  readonly paths: ClusterPaths;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly password: string;
}): Promise<void> {
  const { paths, binaries, account, password } = options;
  const finished = `${paths.pgdata}.initialised`;
  if (existsSync(finished)) return;
  rmSync(paths.pgdata, { recursive: true, force: true });
  mkdirSync(paths.pgdata, { mode: 0o700 });
  const passwordFile = `${paths.pgdata}.password`;
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  if (account) {
    chownSync(paths.pgdata, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  try {
    await runInitdb(binaries.initdb, paths.pgdata, { passwordFile, account });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeFileSync(finished, '');
}

function runInitdb(
  initdb: string,
  pgdata: string,
  { passwordFile, account }: { passwordFile: string; account: Account | undefined },
): Promise<void> {
  const args = [
    `--pgdata=${pgdata}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    // A cluster lost to a power cut during its first second is simply made again.
    '--no-sync',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(initdb, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`initdb ended with status ${String(status)}: ${output.trim()}`));
    });
  });
}
